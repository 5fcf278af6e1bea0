/// Writes values as Python's `json.dumps` does with `ensure_ascii=False`.
enum JSONWriter {
  private static let depthLimit = 100

  /// The text of a value.
  static func write(
    _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> String {
    // tojson(ensure_ascii, indent, separators, sort_keys), of which templates name the last three.
    var writer = Writer()
    switch arguments.value(1, "indent")?.normalizedNumber
      ?? arguments.positional.first?.normalizedNumber
    {
    case .int(let width)?: writer.indent = String(repeating: " ", count: max(0, min(width, 64)))
    case .string(let text)?: writer.indent = text
    default: break
    }
    if let separators = arguments.named.last(where: { $0.name == "separators" })?.value {
      let parts = try Builtins.items(separators)
      if parts.count == 2 { (writer.comma, writer.colon) = (parts[0].text, parts[1].text) }
    } else if writer.indent != nil {
      writer.comma = ","
    }
    writer.sortsKeys = arguments.named.last { $0.name == "sort_keys" }?.value.isTrue ?? false
    try writer.write(value, depth: 0)
    return writer.text
  }

  private struct Writer {
    var text = ""
    var indent: String?
    var comma = ", "
    var colon = ": "
    var sortsKeys = false

    mutating func write(_ value: TemplateValue, depth: Int) throws(TemplateError) {
      guard depth < depthLimit else { throw TemplateError("a value nests too deep for JSON") }
      switch value {
      case .none: text += "null"
      case .bool(let bool): text += bool ? "true" : "false"
      case .int(let number): text += "\(number)"
      case .float(let number):
        text +=
          number.isNaN
          ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : "\(number)"
      case .string(let string): write(string)
      case .list(let items), .tuple(let items):
        try write(open: "[", close: "]", count: items.count, depth) {
          (writer: inout Writer, index) throws(TemplateError) in
          try writer.write(items[index], depth: depth + 1)
        }
      case .dict(let dictionary):
        var pairs = Array(zip(dictionary.keys, dictionary.values))
        if sortsKeys {
          pairs.sort {
            $0.0.text.unicodeScalars.lexicographicallyPrecedes($1.0.text.unicodeScalars)
          }
        }
        try write(open: "{", close: "}", count: pairs.count, depth) {
          (writer: inout Writer, index) throws(TemplateError) in
          writer.write(Self.key(pairs[index].0))
          writer.text += writer.colon
          try writer.write(pairs[index].1, depth: depth + 1)
        }
      case .undefined(let name): throw TemplateError("'\(name)' is undefined and has no JSON")
      case .object(let object): throw TemplateError("\(object.name) has no JSON")
      }
    }

    private static func key(_ value: TemplateValue) -> String {
      switch value {
      case .bool(let bool): bool ? "true" : "false"
      case .none: "null"
      default: value.text
      }
    }

    private mutating func write(
      open: String, close: String, count: Int, _ depth: Int,
      _ element: (inout Writer, Int) throws(TemplateError) -> Void
    ) throws(TemplateError) {
      text += open
      for index in 0..<count {
        if index > 0 { text += comma }
        newLine(depth + 1)
        try element(&self, index)
      }
      if count > 0 { newLine(depth) }
      text += close
    }

    private mutating func newLine(_ depth: Int) {
      guard let indent else { return }
      text += "\n" + String(repeating: indent, count: depth)
    }

    private mutating func write(_ string: String) {
      text += "\""
      for scalar in string.unicodeScalars {
        switch scalar {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        case "\u{8}": text += "\\b"
        case "\u{C}": text += "\\f"
        default:
          if scalar.value < 32 {
            text += "\\u" + PythonText.hexadecimal(scalar.value, 4)
          } else {
            text.unicodeScalars.append(scalar)
          }
        }
      }
      text += "\""
    }
  }
}
