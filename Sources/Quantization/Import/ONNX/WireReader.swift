/// Reads the fields of one protocol-buffer message (https://protobuf.dev/programming-guides/encoding/).
struct WireReader {
  /// A field's value.
  enum Value {
    /// An integer.
    case integer(UInt64)
    /// Four bytes.
    case word(UInt32)
    /// Eight bytes, whose value nobody asks for.
    case doubleWord
    /// Where a string, a message or packed numbers lie in the file.
    case bytes(Range<Int>)
  }

  private let source: WireFile
  private var position: Int
  private let end: Int

  private static let maximumString = 1 << 12

  /// A reader of a message that a whole file is.
  init(_ source: WireFile) {
    self.source = source
    position = 0
    end = source.file.byteCount
  }

  /// A reader of a message that lies in a range of the file's bytes.
  init(_ source: WireFile, _ range: Range<Int>) {
    self.source = source
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field; nil at the end of the message.
  mutating func next() throws -> (number: Int, value: Value)? {
    guard position < end else { return nil }
    let start = position
    let key = try varint()
    guard key >> 3 > 0, key >> 3 < 1 << 29 else {
      throw error("found the key \(key), expected that of a field", at: start)
    }
    let value: Value
    switch key & 7 {
    case 0: value = .integer(try varint())
    case 1:
      _ = try take(8)
      value = .doubleWord
    case 2:
      let count = try varint()
      guard count <= UInt64(end - position) else {
        throw error(
          "found a field of \(count) bytes, expected at most \(end - position)", at: start)
      }
      value = .bytes(try take(Int(count)))
    case 5:
      let bytes = try source.bytes(try take(4))
      value = .word(bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
    default:
      throw error("found the wire type \(key & 7), expected 0, 1, 2 or 5", at: start)
    }
    return (Int(key >> 3), value)
  }

  /// A reader of the message that a field is; `what` names it in the error.
  func message(_ value: Value, _ what: String) throws -> WireReader {
    WireReader(source, try range(value, what))
  }

  /// Where the bytes of a field lie in the file.
  func range(_ value: Value, _ what: String) throws -> Range<Int> {
    guard case .bytes(let range) = value else {
      throw error("\(what) is a number, expected bytes", at: position)
    }
    return range
  }

  /// The text that a field is.
  func string(_ value: Value, _ what: String) throws -> String {
    let range = try range(value, what)
    guard range.count <= Self.maximumString else {
      throw error(
        "\(what) has \(range.count) bytes, expected at most \(Self.maximumString)",
        at: range.lowerBound)
    }
    return String(decoding: try source.bytes(range), as: UTF8.self)
  }

  /// The integers that a field is, one or packed ones; a few.
  func integers(_ value: Value, _ what: String, atMost limit: Int = 64) throws -> [Int] {
    switch value {
    case .integer(let integer): return [Int(truncatingIfNeeded: integer)]
    case .bytes(let range):
      var reader = WireReader(source, range)
      var integers: [Int] = []
      while reader.position < reader.end {
        guard integers.count < limit else {
          throw error("\(what) are more than \(limit)", at: range.lowerBound)
        }
        integers.append(Int(truncatingIfNeeded: try reader.varint()))
      }
      return integers
    default: throw error("\(what): found another type, expected integers", at: position)
    }
  }

  private mutating func varint() throws -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard position < end else { throw error("a number is cut short", at: start) }
      let byte = try source.byte(at: position)
      position += 1
      value |= UInt64(byte & 127) << UInt64(shift)
      if byte < 128 { return value }
    }
    throw error("a number has more than 10 bytes", at: start)
  }

  private mutating func take(_ count: Int) throws -> Range<Int> {
    guard count <= end - position else {
      throw error("a field of \(count) bytes is cut short", at: position)
    }
    defer { position += count }
    return position..<position + count
  }

  private func error(_ problem: String, at offset: Int) -> QuantizationError {
    QuantizationError("\(source.file.path): \(problem), at byte \(offset): no ONNX model")
  }
}
