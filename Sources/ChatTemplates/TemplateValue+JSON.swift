extension TemplateValue {
  /// Reads JSON (RFC 8259), keeping the order of keys.
  ///
  /// - Parameter json: One value.
  /// - Returns: Its value.
  /// - Throws: `TemplateError` with the place of the first mistake.
  public static func parse(json: String) throws(TemplateError) -> TemplateValue {
    var parser = JSONParser(json)
    return try parser.parse()
  }

  /// The value as JSON, in one line.
  public var json: String {
    var text = ""
    write(to: &text, depth: 0)
    return text
  }

  private func write(to text: inout String, depth: Int) {
    guard depth < 1000 else {
      text += "null"
      return
    }
    switch self {
    case .none: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += "\(value)"
    case .bigInt(let digits): text += digits
    case .float(let value): text += FloatText.json(value)
    case .string(let string): Self.write(string, to: &text)
    case .list(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += ", " }
        item.write(to: &text, depth: depth + 1)
      }
      text += "]"
    case .dict(let pairs):
      text += "{"
      for (index, (key, value)) in pairs.stringPairs.enumerated() {
        if index > 0 { text += ", " }
        Self.write(key, to: &text)
        text += ": "
        value.write(to: &text, depth: depth + 1)
      }
      text += "}"
    }
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      if let escape = JSONWriter.escape(scalar) {
        text += escape
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

/// A recursive reader of JSON whose depth is bounded.
private struct JSONParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private static let depthLimit = 100

  init(_ json: String) { scalars = Array(json.unicodeScalars) }

  mutating func parse() throws(TemplateError) -> TemplateValue {
    let value = try value(0)
    skipSpace()
    guard position == scalars.count else { throw error("expected the end") }
    return value
  }

  private func error(_ problem: String) -> TemplateError {
    let line = scalars[..<min(position, scalars.count)].reduce(1) { $1 == "\n" ? $0 + 1 : $0 }
    return TemplateError("JSON, line \(line): \(problem)")
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func skipSpace() {
    while let scalar = next, [" ", "\n", "\r", "\t"].contains(scalar) { position += 1 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func value(_ depth: Int) throws(TemplateError) -> TemplateValue {
    guard depth < Self.depthLimit else { throw error("values nest too deep") }
    skipSpace()
    switch next {
    case "{":
      position += 1
      var dictionary = TemplateDictionary()
      if take("}") { return .dict(dictionary) }
      repeat {
        skipSpace()
        guard next == "\"" else { throw error("expected a key") }
        let key = try string()
        guard take(":") else { throw error("expected ':'") }
        dictionary[key] = try value(depth + 1)
      } while take(",")
      guard take("}") else { throw error("expected ',' or '}'") }
      return .dict(dictionary)
    case "[":
      position += 1
      var items: [TemplateValue] = []
      if take("]") { return .list(items) }
      repeat { items.append(try value(depth + 1)) } while take(",")
      guard take("]") else { throw error("expected ',' or ']'") }
      return .list(items)
    case "\"": return .string(try string())
    case "t": return try word("true", .bool(true))
    case "f": return try word("false", .bool(false))
    case "n": return try word("null", .none)
    default: return try number()
    }
  }

  private mutating func word(
    _ word: String, _ value: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    guard scalars[position...].starts(with: word.unicodeScalars) else {
      throw error("expected '\(word)'")
    }
    position += word.unicodeScalars.count
    return value
  }

  private mutating func number() throws(TemplateError) -> TemplateValue {
    let start = position
    while let scalar = next, "+-0123456789.eE".unicodeScalars.contains(scalar) { position += 1 }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars[start..<position])
    guard Self.isNumber(text) else { throw error("expected a value") }
    if let value = Int(text) { return .int(value) }
    if text.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) }) {
      guard text.utf8.count <= 4300 else { throw error("an integer of more than 4300 digits") }
      return .bigInt(text)
    }
    guard let value = Double(text) else { throw error("expected a value") }
    return .float(value)
  }

  /// Whether a text is a number by RFC 8259: no leading zeros, digits on both sides of a point.
  private static func isNumber(_ text: String) -> Bool {
    var rest = Substring(text).utf8
    func digits() -> Int {
      let end = rest.firstIndex { !(0x30...0x39).contains($0) } ?? rest.endIndex
      defer { rest = rest[end...] }
      return rest.distance(from: rest.startIndex, to: end)
    }
    if rest.first == 0x2D { rest.removeFirst() }
    let leadsWithZero = rest.first == 0x30
    let whole = digits()
    guard whole > 0, !leadsWithZero || whole == 1 else { return false }
    if rest.first == 0x2E {
      rest.removeFirst()
      guard digits() > 0 else { return false }
    }
    if rest.first == 0x65 || rest.first == 0x45 {
      rest.removeFirst()
      if rest.first == 0x2B || rest.first == 0x2D { rest.removeFirst() }
      guard digits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  private mutating func string() throws(TemplateError) -> String {
    var result = String.UnicodeScalarView()
    position += 1
    while let scalar = next, scalar != "\"" {
      position += 1
      guard scalar == "\\" else {
        guard scalar.value >= 32 else { throw error("a control character in a string") }
        result.append(scalar)
        continue
      }
      guard let escaped = next else { break }
      position += 1
      switch escaped {
      case "\"", "\\", "/": result.append(escaped)
      case "b": result.append("\u{8}")
      case "f": result.append("\u{C}")
      case "n": result.append("\n")
      case "r": result.append("\r")
      case "t": result.append("\t")
      case "u": result.append(try unicodeEscape())
      default: throw error("an unknown escape")
      }
    }
    guard position < scalars.count else { throw error("a string without end") }
    position += 1
    return String(result)
  }

  private mutating func unit() throws(TemplateError) -> UInt32 {
    guard position + 4 <= scalars.count,
      let unit = Self.hexadecimal(scalars[position..<position + 4])
    else { throw error("a malformed escape") }
    position += 4
    return unit
  }

  private static func hexadecimal(_ digits: ArraySlice<Unicode.Scalar>) -> UInt32? {
    var value: UInt32 = 0
    for digit in digits {
      guard digit.isASCII, let digit = Character(digit).hexDigitValue else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private mutating func unicodeEscape() throws(TemplateError) -> Unicode.Scalar {
    let first = try unit()
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard next == "\\", position + 1 < scalars.count, scalars[position + 1] == "u" else {
      return "\u{FFFD}"
    }
    position += 2
    let second = try unit()
    guard (0xDC00..<0xE000).contains(second) else { return "\u{FFFD}" }
    return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) ?? "\u{FFFD}"
  }
}
