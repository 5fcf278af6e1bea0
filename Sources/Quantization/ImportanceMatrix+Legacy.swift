import GGUF

extension ImportanceMatrix {
  /// Reads `llama-imatrix`'s older format: entries of name, calls, and means times calls; then the
  /// number of chunks and the text's name.
  init(legacy file: ReadableFile) throws {
    self.init()
    guard file.byteCount <= 1 << 30 else {
      throw GGUFError(
        file.path,
        "has \(file.byteCount) bytes, expected an importance matrix of at most \(1 << 30)")
    }
    var cursor = LegacyCursor(data: try file.bytes(0..<file.byteCount), path: file.path)
    let count = try cursor.integer("entries", 1...1 << 20)
    for number in 1...count {
      let name = try cursor.text(try cursor.integer("length of name \(number)", 1...4096))
      let calls = try cursor.integer("calls of \(name)", 0...Int(Int32.max))
      let values = try cursor.floats(try cursor.integer("values of \(name)", 1...1 << 28))
      let entry = Entry(sums: values, counts: [Float(max(1, calls))])
      if let problem = entry.problem { throw GGUFError(file.path, "\(name): \(problem)") }
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw GGUFError(file.path, "\(name): comes twice, expected each matrix once")
      }
    }
    if !cursor.isAtEnd { chunkCount = try cursor.integer("chunks", 0...Int(Int32.max)) }
    if !cursor.isAtEnd {
      datasets = [try cursor.text(try cursor.integer("length of the text's name", 0...4096))]
    }
  }
}

/// Reads the older format from its beginning, never past its end.
private struct LegacyCursor {
  let data: [UInt8]
  let path: String
  private var offset = 0

  init(data: [UInt8], path: String) {
    self.data = data
    self.path = path
  }

  var isAtEnd: Bool { offset == data.count }

  private mutating func take(_ count: Int, _ what: String) throws -> ArraySlice<UInt8> {
    guard count <= data.count - offset else {
      throw GGUFError(
        path, "\(what): the file ends after \(data.count) bytes, expected an importance matrix")
    }
    defer { offset += count }
    return data[offset..<offset + count]
  }

  mutating func integer(_ what: String, _ range: ClosedRange<Int>) throws -> Int {
    let bytes = try take(4, what)
    let value = bytes.withUnsafeBytes { Int($0.loadUnaligned(as: Int32.self).littleEndian) }
    guard range.contains(value) else {
      throw GGUFError(
        path,
        "\(what): found \(value), expected \(range.lowerBound) to \(range.upperBound) in an "
          + "importance matrix")
    }
    return value
  }

  mutating func text(_ count: Int) throws -> String {
    String(decoding: try take(count, "a name"), as: UTF8.self)
  }

  mutating func floats(_ count: Int) throws -> [Float] {
    let bytes = try take(4 * count, "values")
    return bytes.withUnsafeBytes { buffer in
      (0..<count).map {
        Float(
          bitPattern: buffer.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self).littleEndian)
      }
    }
  }
}
