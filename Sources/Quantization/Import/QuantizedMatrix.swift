import GGUF

/// A matrix of integer codes in groups along its rows, each group with a scale and a zero or a bias.
///
/// `value = scale * (code − zero)` or `value = scale * code + bias`.
struct QuantizedMatrix: ImportedTensor {
  /// What a group has beside its scale.
  enum Offset: Sendable {
    /// One zero for all groups.
    case zero(Int)
    /// A zero for each group: `[row][group]`.
    case zeros(PackedCodes)
    /// A zero for each group that need not be whole, in the scales' order.
    case floatZeros(FloatArray)
    /// A bias for each group, in the scales' order.
    case biases(FloatArray)
  }

  let name: String
  let shape: [Int]
  var type: TensorType { kept.type }
  var rounding: ImportRounding? { kept.rounding }

  private let matrix: KeptFormat.Matrix
  private let kept: KeptFormat

  /// A matrix; looks at all scales for the format that keeps its codes.
  ///
  /// - Parameters:
  ///   - name: GGUF's name.
  ///   - shape: Dimensions, the contiguous one first; its last group may be incomplete.
  ///   - codes: The codes, of all rows.
  ///   - groupSize: Codes with one scale.
  ///   - scales: At least one for each group.
  ///   - order: How `scales`, and floats of `offset`, hold the groups'; by default row after row.
  ///   - offset: Zeros or biases, as many.
  ///   - precision: What may be rounded, and what is taken where no format fits.
  ///   - source: The file and tensor, for errors.
  /// - Throws: A scale or bias that is no number.
  init(
    name: String, shape: [Int], codes: PackedCodes, groupSize: Int, scales: FloatArray,
    order: RowOrder? = nil, offset: Offset, precision: ImportPrecision, source: String
  ) throws {
    let columns = shape.first ?? 1
    let count = (columns + groupSize - 1) / groupSize
    let matrix = KeptFormat.Matrix(
      codes: codes,
      groups: CodeGroups(
        size: groupSize, count: count, scales: scales, order: order ?? .rows(stride: count),
        offset: offset),
      rows: shape.dropFirst().reduce(1, *), columns: columns, precision: precision, source: source)
    self.init(name: name, shape: shape, matrix: matrix, kept: try KeptFormat(matrix))
  }

  private init(name: String, shape: [Int], matrix: KeptFormat.Matrix, kept: KeptFormat) {
    self.name = name
    self.shape = shape
    self.matrix = matrix
    self.kept = kept
  }

  func kept(as type: TensorType) throws -> (any ImportedTensor)? {
    if type == self.type { return self }
    return try KeptFormat(type, matrix).map {
      QuantizedMatrix(name: name, shape: shape, matrix: matrix, kept: $0)
    }
  }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    let (columns, groups) = (matrix.columns, matrix.groups)
    let codes = try matrix.codes.load(rows: rows, count: columns)
    let loaded = try groups.load(rows: rows)
    codes.withUnsafeBufferPointer { codes in
      for row in 0..<rows.count {
        for index in 0..<groups.count {
          let group = loaded[row * groups.count + index]
          let first = row * columns + index * groups.size
          let last = row * columns + min(columns, (index + 1) * groups.size)
          for i in first..<last { values[i] = group.value(codes[i]) }
        }
      }
    }
  }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    guard type.blockSize > 1 else { return try copyValues(rows: rows, into: bytes) }
    guard let range = kept.range else {
      return try matrix.visitBlocks(rows: rows) { values, group, block in
        NearestBlock(values, groupScale: group.scale, top: matrix.top)
          .write(values, to: bytes + block * type.blockBytes)
      }
    }
    let size = type.blockSize
    let codes = try matrix.codes.load(rows: rows, count: matrix.columns)
    let loaded = try matrix.groups.load(rows: rows)
    try codes.withUnsafeBufferPointer { codes in
      guard let start = codes.baseAddress else { return }
      for block in 0..<codes.count / size {
        let (row, column) = (block * size).quotientAndRemainder(dividingBy: matrix.columns)
        let group = loaded[row * matrix.groups.count + column / matrix.groups.size]
        let fit = try range.fit(group, top: matrix.top, isExact: false).mapError { _ in
          // The file was another one when its format was chosen.
          QuantizationError("\(matrix.source): the scales have changed since they were read")
        }.get()
        BlockWriter.write(start + block * size, fit, as: type, to: bytes + block * type.blockBytes)
      }
    }
  }
}
