/// Scales and zeros or biases of a quantized matrix's groups.
struct CodeGroups: Sendable {
  /// Some rows' scales and zeros or biases, `[row][group]`.
  struct Loaded {
    fileprivate let scales: [Float]
    fileprivate let constant: Int
    fileprivate var zeros: [UInt8]?
    fileprivate var floatZeros: [Float]?
    fileprivate var biases: [Float]?

    /// Groups that were read.
    var count: Int { scales.count }

    /// A group.
    @inline(__always)
    subscript(index: Int) -> CodeGroup {
      let scale = scales[index]
      if let zeros { return CodeGroup(scale: scale, zero: Int(zeros[index]), bias: 0) }
      if let biases { return CodeGroup(scale: scale, zero: 0, bias: biases[index]) }
      guard let zero = floatZeros?[index] else {
        return CodeGroup(scale: scale, zero: constant, bias: 0)
      }
      if let whole = Int(exactly: zero), abs(whole) <= 512 {
        return CodeGroup(scale: scale, zero: whole, bias: 0)
      }
      return CodeGroup(scale: scale, zero: 0, bias: -zero * scale)
    }
  }

  /// Codes in a group.
  let size: Int
  /// Groups in a row.
  let count: Int
  /// The scales.
  let scales: FloatArray
  /// How `scales` holds them.
  let order: RowOrder
  /// Zeros or biases.
  let offset: QuantizedMatrix.Offset

  /// Rows of groups that are read at once.
  var rowsAtOnce: Int { max(1, 65_536 / max(1, count)) }

  /// Reads some rows' groups.
  func load(rows: Range<Int>) throws -> Loaded {
    let scales = try scales.load(rows: rows, count: count, order: order)
    if case .zero(let zero) = offset { return Loaded(scales: scales, constant: zero) }
    var loaded = Loaded(scales: scales, constant: 0)
    switch offset {
    case .zero: break
    case .zeros(let codes): loaded.zeros = try codes.load(rows: rows, count: count)
    case .floatZeros(let array):
      loaded.floatZeros = try array.load(rows: rows, count: count, order: order)
    case .biases(let array):
      loaded.biases = try array.load(rows: rows, count: count, order: order)
    }
    return loaded
  }
}
