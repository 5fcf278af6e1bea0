/// A matrix whose rows are quantized by blocks, as `MatMulNBits` and `GatherBlockQuantized` take it
/// (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
///
/// `value = scale * (code − zero)`; a row's blocks are padded to whole ones.
struct ONNXQuantizedWeight: Sendable {
  let codes: ONNXTensor  // [row][block][code], packed
  let scales: ONNXTensor  // [row][block]
  let zeros: ONNXTensor?  // [row][block], packed, rows of whole bytes
  /// The group of each column, where columns were sorted before they were quantized.
  let groupIndices: ONNXTensor?
  let rows: Int
  let columns: Int
  let bits: Int
  let blockSize: Int
  /// What means zero where there are no zeros.
  let usualZero: Int

  /// The weight as a source under GGUF's name.
  func source(as name: String, precision: ImportPrecision) throws -> any ImportedTensor {
    if let groupIndices, try !isInOrder(groupIndices) {
      throw error(
        groupIndices,
        "groups (g_idx) of columns in an order of their own are in no format, expected columns in "
          + "order")
    }
    guard [2, 4, 8].contains(bits) else {
      throw error(codes, "found \(bits) bits, expected 2, 4 or 8")
    }
    guard blockSize.nonzeroBitCount == 1, (16...1 << 16).contains(blockSize) else {
      throw error(codes, "found blocks of \(blockSize), expected a power of two of at least 16")
    }
    guard (1..<1 << 40).contains(rows), (1..<1 << 40).contains(columns) else {
      throw error(codes, "found \(rows) rows of \(columns), expected a matrix")
    }
    let blocks = (columns + blockSize - 1) / blockSize
    let isSigned = codes.elementType == .int4 || codes.elementType == .int8
    // Rows are padded to whole blocks by MatMulNBits, not at all by GatherBlockQuantized.
    let rowBits = [blocks * blockSize * bits, columns * bits].first {
      let (total, overflow) = rows.multipliedReportingOverflow(by: $0)
      return !overflow && total <= 1 << 60 && (total + 7) >> 3 == codes.bytes.count
    }
    guard let rowBits, [.uint8, .int8, .uint4, .int4].contains(codes.elementType) else {
      throw error(
        codes,
        "found \(codes.elementType) \(codes.dimensions), expected \(rows) rows of \(columns) codes "
          + "of \(bits) bits")
    }
    let values = try scales.floats()
    let dimensions = scales.dimensions.filter { $0 != 1 }
    guard values.count == rows * blocks,
      dimensions.count <= 1 || dimensions == [rows, blocks].filter({ $0 != 1 })
    else {
      throw error(scales, "found \(scales.dimensions), expected \([rows, blocks])")
    }
    guard codes.dimensions.count == 1 || codes.dimensions.first == rows else {
      throw error(codes, "found \(codes.dimensions), expected \(rows) rows")
    }
    return try QuantizedMatrix(
      name: name, shape: [columns, rows],
      codes: PackedCodes(codes.bytes, bits: bits, isSigned: isSigned, rowBits: rowBits),
      groupSize: blockSize, scales: values,
      offset: try offset(blocks: blocks, isSigned: isSigned), precision: precision,
      source: codes.label)
  }

  private func offset(blocks: Int, isSigned: Bool) throws -> QuantizedMatrix.Offset {
    // A signed code is read plus half of its range.
    guard let zeros else { return .zero(isSigned ? usualZero + (1 << (bits - 1)) : usualZero) }
    if zeros.elementType.isFloat {
      guard zeros.count == rows * blocks, zeros.elementType == scales.elementType else {
        throw error(
          zeros,
          "found \(zeros.elementType) \(zeros.dimensions), expected \(scales.elementType) "
            + "\([rows, blocks])")
      }
      return .floatZeros(try zeros.floats())
    }
    let padded = (blocks * bits + 7) / 8 * 8
    let rowBits = [padded, blocks * bits].first { (rows * $0 + 7) >> 3 == zeros.bytes.count }
    guard let rowBits, zeros.elementType == codes.elementType else {
      throw error(
        zeros,
        "found \(zeros.elementType) \(zeros.dimensions), expected \(codes.elementType) "
          + "\([rows, padded / 8])")
    }
    return .zeros(PackedCodes(zeros.bytes, bits: bits, isSigned: isSigned, rowBits: rowBits))
  }

  /// Whether the groups are those of columns in order.
  private func isInOrder(_ groups: ONNXTensor) throws -> Bool {
    guard let groups = try groups.integers(atMost: 1 << 22), blockSize > 0 else { return false }
    return groups.enumerated().allSatisfy { $1 == $0 / blockSize }
  }

  private func error(_ tensor: ONNXTensor, _ problem: String) -> QuantizationError {
    QuantizationError("\(tensor.label): \(problem)")
  }
}
