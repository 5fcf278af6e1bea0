/// Python's `json.dumps`, as `tojson` of `transformers` calls it.
///
/// What comes from data stays data: of a string from data, its characters and their escapes are; quotes,
/// brackets, separators and numbers are the template's.
struct JSONWriter {
  private var builder: TextBuilder
  private let renderer: Renderer
  private var ensuresASCII = false
  private var indent: Text?
  private var comma = Text(literal: ", ")
  private var colon = Text(literal: ": ")
  private var sortsKeys = false

  /// The filter `tojson(ensure_ascii=False, indent=None, separators=None, sort_keys=False)`.
  static let filter = Builtin(
    "tojson", ["ensure_ascii", "indent", "separators", "sort_keys"]
  ) { (call) throws(TemplateError) in
    var writer = try JSONWriter(call)
    try writer.write(call.receiver, depth: 0)
    return .string(writer.builder.finish())
  }

  private init(_ call: Invocation) throws(TemplateError) {
    renderer = call.renderer
    builder = TextBuilder(call.budget)
    ensuresASCII = try call.isTrue(0)
    sortsKeys = try call.isTrue(3)
    switch call.arguments[1] {
    case nil, .some(.none): break
    case .string(let text)?: indent = text
    default:
      var made = TextBuilder(call.budget)
      try made.append(Text(literal: " "), times: try call.integer(1))
      indent = made.finish()
    }
    if let given = call.arguments[2], !given.isNone {
      let parts = try call.renderer.items(given)
      guard parts.count == 2, case .string(let comma) = parts[0],
        case .string(let colon) = parts[1]
      else { throw call.error("needs two separators") }
      (self.comma, self.colon) = (comma, colon)
    } else if indent != nil {
      comma = Text(literal: ",")
    }
  }

  private mutating func write(_ value: Value, depth: Int) throws(TemplateError) {
    try builder.budget.step()
    switch value {
    case .none: try builder.append("null")
    case .bool(let value): try builder.append(value ? "true" : "false")
    case .int(let number): try builder.append("\(number)")
    case .big(let number): try builder.append(integer: number)
    case .float(let number): try builder.append(FloatText.json(number))
    case .string(let text): try write(text)
    case .list(let list), .tuple(let list): try write(list.items, depth)
    case .dict(let dict): try write(dict, depth)
    case .undefined(let undefined): throw TemplateError("no JSON: \(undefined.reason)")
    case .object(let object):
      throw TemplateError("a value of type \(object.typeName) has no JSON")
    }
  }

  private mutating func write(_ items: [Value], _ depth: Int) throws(TemplateError) {
    guard !items.isEmpty else { return try builder.append("[]") }
    try builder.budget.enter()
    defer { builder.budget.leave() }
    try builder.append("[")
    for (index, item) in items.enumerated() {
      if index > 0 { try builder.append(comma) }
      try newLine(depth + 1)
      try write(item, depth: depth + 1)
    }
    try newLine(depth)
    try builder.append("]")
  }

  private mutating func write(_ dict: ValueDict, _ depth: Int) throws(TemplateError) {
    guard dict.count > 0 else { return try builder.append("{}") }
    try builder.budget.enter()
    defer { builder.budget.leave() }
    try builder.append("{")
    let order =
      sortsKeys
      ? try Sorting.order(dict.keys, reversed: false, builder.budget) : Array(0..<dict.count)
    for (index, place) in order.enumerated() {
      if index > 0 { try builder.append(comma) }
      try newLine(depth + 1)
      try write(try key(dict.keys[place]))
      try builder.append(colon)
      try write(dict.values[place], depth: depth + 1)
    }
    try newLine(depth)
    try builder.append("}")
  }

  private func key(_ value: Value) throws(TemplateError) -> Text {
    switch value {
    case .string(let text): return text
    case .none: return Text(literal: "null")
    case .bool(let value): return Text(literal: value ? "true" : "false")
    case .float(let number): return Text(literal: FloatText.json(number))
    case .int, .big: return try value.text(builder.budget)
    default: throw TemplateError("a key of type \(value.typeName) has no JSON")
    }
  }

  private mutating func newLine(_ depth: Int) throws(TemplateError) {
    guard let indent else { return }
    try builder.append("\n")
    try builder.append(indent, times: depth)
  }

  private mutating func write(_ text: Text) throws(TemplateError) {
    try builder.budget.stepScalars(text.count)
    try builder.append("\"")
    var (start, offset) = (0, 0)
    while offset < text.count {
      let (scalar, end) = text.scalar(at: offset)
      if let escape = Self.escape(scalar, ensuresASCII: ensuresASCII) {
        try builder.budget.step(2)
        try builder.append(text, start..<offset)
        try builder.append(escape, isData: text.isData(at: offset))
        start = end
      }
      offset = end
    }
    try builder.append(text, start..<text.count)
    try builder.append("\"")
  }

  /// How JSON writes a scalar; nil for as it is.
  static func escape(_ scalar: Unicode.Scalar, ensuresASCII: Bool = false) -> String? {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case "\u{8}": return "\\b"
    case "\u{C}": return "\\f"
    default:
      guard scalar.value < 32 || (ensuresASCII && scalar.value > 126) else { return nil }
      return String(scalar).utf16.map { "\\u" + TextBuilder.hexadecimal(UInt32($0), 4) }.joined()
    }
  }
}
