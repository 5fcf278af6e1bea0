/// Python's `str` and `repr`.
extension TextBuilder {
  /// `str` of a value; nothing for undefined.
  mutating func append(text value: Value) throws(TemplateError) {
    switch value {
    case .undefined: break
    case .string(let text): try append(text)
    default: try append(representation: value)
    }
  }

  /// `repr` of a value.
  mutating func append(representation value: Value) throws(TemplateError) {
    switch value {
    case .undefined: try append("Undefined")
    case .none: try append("None")
    case .bool(let value): try append(value ? "True" : "False")
    case .int(let value): try append("\(value)")
    case .big(let value): try append(integer: value)
    case .float(let value): try append(FloatText.representation(value))
    case .string(let text):
      if text.isSafe { try append("Markup(") }
      try append(quoted: text)
      if text.isSafe { try append(")") }
    case .list(let list):
      try append("[")
      try append(items: list.items)
      try append("]")
    case .tuple(let list):
      try append("(")
      try append(items: list.items)
      try append(list.items.count == 1 ? ",)" : ")")
    case .dict(let dict):
      try append("{")
      try append(pairs: dict)
      try append("}")
    case .object(let object):
      try budget.enter()
      defer { budget.leave() }
      try object.print(to: &self)
    }
  }

  /// Digits, as many as Python prints.
  mutating func append(integer value: BigInteger) throws(TemplateError) {
    try budget.step(1 + value.digits.count * value.digits.count >> 3)
    let text = value.text()
    guard text.utf8.count - (value.isNegative ? 1 : 0) <= 4300 else {
      throw TemplateError("an integer of more than 4300 digits cannot be printed")
    }
    try append(text)
  }

  mutating func append(items: [Value]) throws(TemplateError) {
    try budget.enter()
    defer { budget.leave() }
    for (index, item) in items.enumerated() {
      try budget.step()
      if index > 0 { try append(", ") }
      try append(representation: item)
    }
  }

  private mutating func append(pairs dict: ValueDict) throws(TemplateError) {
    try budget.enter()
    defer { budget.leave() }
    for index in 0..<dict.count {
      try budget.step()
      if index > 0 { try append(", ") }
      try append(representation: dict.keys[index])
      try append(": ")
      try append(representation: dict.values[index])
    }
  }

  /// `repr` of a string.
  ///
  /// An escape comes from where its scalar comes from.
  mutating func append(quoted text: Text) throws(TemplateError) {
    let hasSingle = text.bytes.contains(0x27)
    let quote: Unicode.Scalar = hasSingle && !text.bytes.contains(0x22) ? "\"" : "'"
    try budget.stepScalars(text.count)
    try append(String(quote))
    var start = 0
    var offset = 0
    while offset < text.count {
      let (scalar, end) = text.scalar(at: offset)
      if let escape = Self.escape(scalar, quote) {
        try budget.step(2)
        try append(text, start..<offset)
        try append(escape, isData: text.isData(at: offset))
        start = end
      }
      offset = end
    }
    try append(text, start..<text.count)
    try append(String(quote))
  }

  private static func escape(_ scalar: Unicode.Scalar, _ quote: Unicode.Scalar) -> String? {
    switch scalar {
    case quote, "\\": return "\\\(scalar)"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      if scalar.value >= 32, scalar.value < 127 || Text.isPrintable(scalar) { return nil }
      return numericEscape(scalar)
    }
  }

  private static func numericEscape(_ scalar: Unicode.Scalar) -> String {
    if scalar.value < 256 { return "\\x" + hexadecimal(scalar.value, 2) }
    if scalar.value < 65536 { return "\\u" + hexadecimal(scalar.value, 4) }
    return "\\U" + hexadecimal(scalar.value, 8)
  }

  /// Appends Python's `ascii` of a value: its `repr`, in which only ASCII is not escaped.
  mutating func append(ascii value: Value) throws(TemplateError) {
    var made = TextBuilder(budget)
    try made.append(representation: value)
    let text = made.finish()
    guard !text.isASCII else { return try append(text) }
    try budget.stepScalars(text.count)
    try text.forEachScalar { (range, scalar) throws(TemplateError) in
      if scalar.isASCII {
        try append(text, range)
      } else {
        try append(Self.numericEscape(scalar), isData: text.isData(at: range.lowerBound))
      }
    }
  }

  /// Digits of a number, filled with zeros.
  static func hexadecimal(_ value: UInt32, _ width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

extension Value {
  /// `str` of the value, as a text of its own; a string as it is.
  func text(_ budget: Budget) throws(TemplateError) -> Text {
    if case .string(let text) = self { return text }
    var builder = TextBuilder(budget)
    try builder.append(text: self)
    return builder.finish()
  }
}
