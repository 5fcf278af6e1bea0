import GGUF

/// Matrices of equally long rows, one below the other: what another runtime split.
struct JoinedRows: ImportedTensor {
  let name: String
  let shape: [Int]
  let type: TensorType
  let rounding: ImportRounding?
  private let parts: [any ImportedTensor]
  private let starts: [Int]

  /// Parts in the order of their rows.
  ///
  /// - Parameters:
  ///   - parts: At least one; a vector counts as a row of one column for each value.
  ///   - name: GGUF's name.
  ///   - shape: Dimensions of as many rows as the parts have; nil for a matrix or vector.
  ///   - precision: What is taken where the parts' formats differ.
  /// - Throws: Parts whose rows differ in length.
  init(
    _ parts: [any ImportedTensor], name: String, shape: [Int]? = nil,
    precision: ImportPrecision = .blocks
  ) throws {
    precondition(!parts.isEmpty, "no parts to join")
    let columns = parts[0].shape.count == 1 ? 1 : parts[0].shape[0]
    var starts: [Int] = [0]
    for part in parts {
      guard part.shape.count == parts[0].shape.count, part.shape.count <= 2,
        part.shape.count == 1 || part.shape[0] == columns
      else {
        throw QuantizationError(
          "\(part.name): found shape \(part.shape), expected that of a part of \(name) beside "
            + "\(parts[0].shape)")
      }
      starts.append((starts.last ?? 0) + (part.shape.last ?? 1))
    }
    self.name = name
    let parts = try Self.alike(parts)
    self.parts = parts
    self.starts = starts
    let rows = starts.last ?? 0
    self.shape = shape ?? (parts[0].shape.count == 1 ? [rows] : [columns, rows])
    if parts.allSatisfy({ $0.type == parts[0].type }) {
      type = parts[0].type
      rounding = ImportRounding.joined(parts.compactMap(\.rounding))
    } else {
      type = precision.type
      rounding =
        precision == .f32
        ? nil : ImportRounding(words: "its parts are in different formats", change: nil)
    }
  }

  /// The parts in the smallest block format that holds the codes of all, if there is one.
  private static func alike(_ parts: [any ImportedTensor]) throws -> [any ImportedTensor] {
    guard Set(parts.map(\.type)).count > 1, parts.allSatisfy({ $0.type.blockSize > 1 }) else {
      return parts
    }
    let largest = parts.map { BlockRange.bitsPerWeight($0.type) }.max() ?? 0
    for range in BlockRange.all where BlockRange.bitsPerWeight(range.type) >= largest {
      let kept = try parts.map { try $0.kept(as: range.type) }
      if kept.allSatisfy({ $0 != nil }) { return kept.compactMap { $0 } }
    }
    return parts
  }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    if shape.count == 1 {
      return try parts.enumerated().forEach { try $1.read(rows: 0..<1, into: values + starts[$0]) }
    }
    try visit(rows) { part, rows, place in
      try part.read(rows: rows, into: values + place * shape[0])
    }
  }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    if shape.count == 1, parts.allSatisfy({ $0.type == type }) {
      return try parts.enumerated().forEach {
        try $1.copy(rows: 0..<1, into: bytes + starts[$0] * type.blockBytes)
      }
    }
    let rowBytes = description(as: type).rowBytes
    guard parts.contains(where: { $0.type != type }) else {
      return try visit(rows) { part, rows, place in
        try part.copy(rows: rows, into: bytes + place * rowBytes)
      }
    }
    try copyValues(rows: rows, into: bytes)
  }

  /// Calls a body with each part that has some of the rows, its own rows, and their place.
  private func visit(
    _ rows: Range<Int>, _ body: (any ImportedTensor, Range<Int>, Int) throws -> Void
  ) rethrows {
    for (index, part) in parts.enumerated() {
      let own = rows.clamped(to: starts[index]..<starts[index + 1])
      guard !own.isEmpty else { continue }
      try body(
        part, own.lowerBound - starts[index]..<own.upperBound - starts[index],
        own.lowerBound - rows.lowerBound)
    }
  }
}
