/// Reads JSON, and Python's `NaN` and `Infinity`; says at which byte it is wrong.
struct JSONParser {
  /// What is wrong, and where.
  struct Failure: Error {
    let problem: String
    let offset: Int
  }

  private static let maximumDepth = 64
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The value that the bytes are, with white space around it.
  static func parse(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> JSON {
    var parser = JSONParser(bytes)
    let value = try parser.value(depth: 0)
    parser.skipWhiteSpace()
    guard parser.position == bytes.count else { throw parser.failure("expected the end") }
    return value
  }

  private func failure(_ problem: String) -> Failure {
    Failure(problem: problem, offset: position)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipWhiteSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  /// Passes a byte if it is the next one.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(Failure) -> JSON {
    guard depth < Self.maximumDepth else { throw failure("nested too deeply") }
    skipWhiteSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
    case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
    case let byte? where byte == UInt8(ascii: "-") || (48...57).contains(byte): return try number()
    default: throw failure("expected a value")
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(Failure) -> JSON {
    let end = position + word.utf8CodeUnitCount
    let matches =
      end <= bytes.count
      && bytes[position..<end].elementsEqual(
        UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    guard matches else { throw failure("expected a value") }
    position = end
    return value
  }

  private mutating func object(_ depth: Int) throws(Failure) -> JSON {
    position += 1
    var members: [(key: String, value: JSON)] = []
    skipWhiteSpace()
    if take("}") { return .object(members) }
    repeat {
      skipWhiteSpace()
      guard next == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
      let key = try string()
      skipWhiteSpace()
      guard take(":") else { throw failure("expected ':'") }
      members.append((key, try value(depth: depth + 1)))
      skipWhiteSpace()
    } while take(",")
    guard take("}") else { throw failure("expected ',' or '}'") }
    return .object(members)
  }

  private mutating func array(_ depth: Int) throws(Failure) -> JSON {
    position += 1
    var elements: [JSON] = []
    skipWhiteSpace()
    if take("]") { return .array(elements) }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipWhiteSpace()
    } while take(",")
    guard take("]") else { throw failure("expected ',' or ']'") }
    return .array(elements)
  }

  private mutating func number() throws(Failure) -> JSON {
    let start = position
    if take("-"), next == UInt8(ascii: "I") {
      return try word("Infinity", .number(-.infinity))
    }
    let allowed: (UInt8) -> Bool = { byte in
      (48...57).contains(byte) || "+-.eE".utf8.contains(byte)
    }
    while let byte = next, allowed(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text) else {
      position = start
      throw failure("expected a number")
    }
    return .number(number)
  }

  private mutating func string() throws(Failure) -> String {
    position += 1
    let start = position
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      position += 1
    }
    if next == UInt8(ascii: "\"") {
      defer { position += 1 }
      return try text(bytes[start..<position])
    }
    var content = Array(bytes[start..<position])
    while let byte = next, byte >= 0x20 {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(content)
      case UInt8(ascii: "\\"): content.append(contentsOf: try escape())
      default: content.append(byte)
      }
    }
    throw failure(next == nil ? "the text has no end" : "a text with a control character")
  }

  private func text(_ bytes: some Sequence<UInt8>) throws(Failure) -> String {
    guard let text = String(validating: Array(bytes), as: UTF8.self) else {
      throw failure("a text that is not UTF-8")
    }
    return text
  }

  /// What follows a backslash, as UTF-8.
  private mutating func escape() throws(Failure) -> [UInt8] {
    guard let byte = next else { throw failure("the text has no end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var value = try codeUnit()
      if (0xD800..<0xDC00).contains(value), take("\\"), take("u") {
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low) else { throw failure("half a surrogate pair") }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else { throw failure("half a surrogate pair") }
      return Array(String(Character(scalar)).utf8)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func codeUnit() throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
