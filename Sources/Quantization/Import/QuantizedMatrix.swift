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
    /// A bias for each group: `[row][group]`.
    case biases(FloatArray)
  }

  let name: String
  let shape: [Int]
  let type: TensorType
  let rounding: String?

  private let codes: PackedCodes  // [row][column]
  private let groups: CodeGroups

  /// A matrix; looks at all scales for the format that holds it exactly.
  ///
  /// - Parameters:
  ///   - name: GGUF's name.
  ///   - shape: Dimensions, the contiguous one first; its last group may be incomplete.
  ///   - codes: The codes, of all rows.
  ///   - groupSize: Codes with one scale.
  ///   - scales: At least one for each group.
  ///   - offset: Zeros or biases, as many.
  ///   - precision: What is taken where no format is exact.
  ///   - source: The file and tensor, for errors.
  /// - Throws: A scale or bias that is no number.
  init(
    name: String, shape: [Int], codes: PackedCodes, groupSize: Int, scales: FloatArray,
    offset: Offset, precision: ImportPrecision, source: String
  ) throws {
    self.name = name
    self.shape = shape
    let columns = shape.first ?? 1
    let rows = shape.dropFirst().reduce(1, *)
    self.codes = codes
    groups = CodeGroups(
      size: groupSize, count: (columns + groupSize - 1) / groupSize, scales: scales, offset: offset)
    let range = try GroupRange(groups, rows: rows, bits: codes.bits, source: source)
    switch range.exactType(columns: columns, groupSize: groupSize) {
    case .success(let exact):
      type = exact
      rounding = nil
    case .failure(let reason):
      type = precision.type
      rounding = precision == .f32 ? nil : "\(reason.words), rounded to \(type.name)"
    }
  }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    let columns = shape[0]
    let codes = try codes.load(rows: rows, count: columns)
    let loaded = try groups.load(rows: rows)
    codes.withUnsafeBufferPointer { codes in
      for row in 0..<rows.count {
        for group in 0..<groups.count {
          let index = row * groups.count + group
          let scale = loaded.scales[index]
          let zero = loaded.zero(index)
          let bias = loaded.bias(index)
          let first = row * columns + group * groups.size
          let last = row * columns + min(columns, (group + 1) * groups.size)
          for i in first..<last { values[i] = scale * Float(Int(codes[i]) - zero) + bias }
        }
      }
    }
  }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    guard type.blockSize == 32 else { return try copyValues(rows: rows, into: bytes) }
    let columns = shape[0]
    let codes = try codes.load(rows: rows, count: columns)
    let loaded = try groups.load(rows: rows)
    codes.withUnsafeBufferPointer { codes in
      guard let start = codes.baseAddress else { return }
      for block in 0..<codes.count / 32 {
        let (row, column) = (block * 32).quotientAndRemainder(dividingBy: columns)
        let index = row * groups.count + column / groups.size
        BlockWriter.write(
          start + block * 32, zero: loaded.zero(index), scale: loaded.scales[index],
          bias: loaded.bias(index), as: type, to: bytes + block * type.blockBytes)
      }
    }
  }
}
