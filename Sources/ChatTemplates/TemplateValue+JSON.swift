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

  /// The value as JSON, without white space between lines.
  public var json: String {
    (try? JSONWriter.write(self, CallArguments(positional: [], named: []))) ?? "null"
  }
}

/// A recursive reader of JSON whose depth is bounded.
private struct JSONParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private static let depthLimit = 200

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
    let text = PythonText.string(scalars[start..<position])
    if let value = Int(text), !text.hasPrefix("+") { return .int(value) }
    guard let value = Double(text), value.isFinite, !text.hasPrefix("+"), !text.hasPrefix(".")
    else {
      throw error("expected a value")
    }
    return .float(value)
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
      let unit = UInt32(PythonText.string(scalars[position..<position + 4]), radix: 16)
    else { throw error("a malformed escape") }
    position += 4
    return unit
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
