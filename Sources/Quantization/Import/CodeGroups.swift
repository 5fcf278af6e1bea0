/// Scales and zeros or biases of a quantized matrix's groups.
struct CodeGroups: Sendable {
  /// Some rows' scales and zeros or biases, `[row][group]`.
  struct Loaded {
    let scales: [Float]
    fileprivate let constant: Int
    fileprivate let zeros: [UInt8]?
    fileprivate let biases: [Float]?

    /// The code that means zero; 0 where there are biases.
    @inline(__always)
    func zero(_ index: Int) -> Int { zeros.map { Int($0[index]) } ?? constant }

    /// What is added to a group's values.
    @inline(__always)
    func bias(_ index: Int) -> Float { biases.map { $0[index] } ?? 0 }
  }

  /// Codes in a group.
  let size: Int
  /// Groups in a row.
  let count: Int
  /// A scale for each group.
  let scales: FloatArray
  /// Zeros or biases.
  let offset: QuantizedMatrix.Offset

  /// Reads some rows' groups.
  func load(rows: Range<Int>) throws -> Loaded {
    let range = rows.lowerBound * count..<rows.upperBound * count
    var constant = 0
    var zeros: [UInt8]?
    var biases: [Float]?
    switch offset {
    case .zero(let zero): constant = zero
    case .zeros(let codes): zeros = try codes.load(rows: rows, count: count)
    case .biases(let array): biases = try array.load(range)
    }
    return Loaded(
      scales: try scales.load(range), constant: constant, zeros: zeros, biases: biases)
  }
}
