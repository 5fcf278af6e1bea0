/// A matrix whose codes a `DequantizeLinear` turns into values: of a QDQ model
/// (https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html).
///
/// `value = scale * (code − zero)`, with a scale for the whole matrix, for each index along an axis, or
/// for each block along it.
struct ONNXDequantizedWeight: Sendable {
  let codes: ONNXTensor
  let scales: ONNXTensor
  let zeros: ONNXTensor?
  /// The axis along which scales differ.
  let axis: Int
  /// Codes along the axis with one scale; 0 for one scale each.
  let blockSize: Int
  /// Whether the codes are `[output][input]`, and not `[input][output]`.
  let isOutputFirst: Bool

  /// The groups of codes with one scale.
  private struct Groups {
    let size: Int
    let order: RowOrder
    /// The same order of zeros, in bits.
    let zeroOrder: RowOrder
  }

  /// The weight as a source under GGUF's name.
  func source(as name: String, precision: ImportPrecision) throws -> any ImportedTensor {
    let (isCode, isSigned) = codes.elementType.isCode
    guard isCode, codes.dimensions.count == 2, codes.count > 0 else {
      throw error(codes, "expected a matrix of codes of 2, 4 or 8 bits")
    }
    let bits = codes.elementType.bits
    let rows = codes.dimensions[isOutputFirst ? 0 : 1]
    let columns = codes.dimensions[isOutputFirst ? 1 : 0]
    let groups = try groups(rows: rows, columns: columns, bits: bits)
    return try QuantizedMatrix(
      name: name, shape: [columns, rows],
      codes: PackedCodes(
        codes.bytes, bits: bits, isSigned: isSigned,
        order: isOutputFirst ? .rows(stride: columns * bits) : .columns(rows: rows)),
      groupSize: groups.size, scales: scales.floats(), order: groups.order,
      offset: try offset(groups, bits: bits, isSigned: isSigned), precision: precision,
      source: codes.label)
  }

  private func groups(rows: Int, columns: Int, bits: Int) throws -> Groups {
    if scales.count == 1, blockSize == 0 {
      return Groups(size: columns, order: .shared, zeroOrder: .shared)
    }
    let axis = axis < 0 ? axis + 2 : axis
    guard axis == 0 || axis == 1, blockSize >= 0 else {
      throw error(codes, "its scales lie along the axis \(axis), expected 0 or 1")
    }
    let isAlongRow = (axis == 0) != isOutputFirst
    let length = codes.dimensions[axis]
    guard blockSize > 0 else {
      guard scales.dimensions == [length] else { throw error(scales, "expected \([length])") }
      return isAlongRow
        ? Groups(size: 1, order: .shared, zeroOrder: .shared)
        : Groups(size: columns, order: .rows(stride: 1), zeroOrder: .rows(stride: bits))
    }
    var expected = codes.dimensions
    expected[axis] = (length - 1) / blockSize + 1
    guard scales.dimensions == expected else { throw error(scales, "expected \(expected)") }
    guard isAlongRow else {
      throw error(scales, "blocks of several outputs, expected blocks of inputs")
    }
    let count = expected[axis]
    return isOutputFirst
      ? Groups(
        size: blockSize, order: .rows(stride: count), zeroOrder: .rows(stride: count * bits))
      : Groups(size: blockSize, order: .columns(rows: rows), zeroOrder: .columns(rows: rows))
  }

  private func offset(
    _ groups: Groups, bits: Int, isSigned: Bool
  ) throws -> QuantizedMatrix.Offset {
    // A signed code is read plus half of its range.
    guard let zeros else { return .zero(isSigned ? 1 << (bits - 1) : 0) }
    guard zeros.elementType == codes.elementType, zeros.count == scales.count else {
      throw error(zeros, "expected \(codes.elementType) \(scales.dimensions)")
    }
    return .zeros(
      PackedCodes(zeros.bytes, bits: bits, isSigned: isSigned, order: groups.zeroOrder))
  }

  private func error(_ tensor: ONNXTensor, _ problem: String) -> QuantizationError {
    QuantizationError(
      "\(tensor.label): found \(tensor.elementType) \(tensor.dimensions), \(problem)")
  }
}
