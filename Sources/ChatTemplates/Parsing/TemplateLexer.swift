/// A token of a template.
enum TemplateToken: Equatable {
  case data(String)
  case variableBegin, variableEnd, blockBegin, blockEnd
  case name(String)
  case string(String)
  case integer(BigInteger)
  case float(Double)
  case symbol(String)
  case end
}

/// Cuts a template into tokens by the rules of `jinja2.lexer` under `trim_blocks` and
/// `lstrip_blocks`, as `transformers` sets them.
struct TemplateLexer {
  private let source: Text
  private let budget: Budget
  private var position = 0
  private var line = 1
  /// Whether the last thing read ended a line.
  private var startsLine = true
  private var tokens: [TemplateToken] = []
  private var lines: [Int32] = []

  /// Templates of models are below 100 KiB.
  static let sizeLimit = 1 << 20

  /// The tokens of a template and the line of each.
  static func tokens(
    _ template: String, _ budget: Budget
  ) throws(TemplateError) -> ([TemplateToken], [Int32]) {
    var lexer = try TemplateLexer(template, budget)
    try lexer.run()
    lexer.tokens.append(.end)
    lexer.lines.append(Int32(clamping: lexer.line))
    return (lexer.tokens, lexer.lines)
  }

  private init(_ template: String, _ budget: Budget) throws(TemplateError) {
    guard template.utf8.count <= Self.sizeLimit else {
      throw TemplateError(
        "\(template.utf8.count) bytes, expected at most \(Self.sizeLimit)")
    }
    // Line ends are made alike, and one at the end is dropped.
    var scalars = String.UnicodeScalarView()
    var previous: Unicode.Scalar = " "
    for scalar in template.unicodeScalars {
      if scalar != "\n" || previous != "\r" { scalars.append(scalar == "\r" ? "\n" : scalar) }
      previous = scalar
    }
    if scalars.last == "\n" { scalars.removeLast() }
    source = Text(literal: String(scalars))
    self.budget = budget
  }

  // MARK: Bytes

  private func byte(_ index: Int) -> UInt8 { index < source.count ? source.bytes[index] : 0 }

  private func matches(_ word: StaticString, at index: Int) -> Bool {
    guard index + word.utf8CodeUnitCount <= source.count else { return false }
    for offset in 0..<word.utf8CodeUnitCount
    where source.bytes[index + offset] != word.utf8Start[offset] {
      return false
    }
    return true
  }

  private mutating func advance(to end: Int) {
    for index in position..<end where source.bytes[index] == 10 { line += 1 }
    if end > position { startsLine = source.bytes[end - 1] == 10 }
    position = end
  }

  /// Where white space that begins at a place ends.
  private func skippingSpace(_ start: Int) -> Int {
    var index = start
    while index < source.count {
      let (scalar, end) = source.scalar(at: index)
      guard Text.isSpace(scalar) else { break }
      index = end
    }
    return index
  }

  private func error(_ problem: String) -> TemplateError { TemplateError(problem, line: line) }

  private mutating func add(_ token: TemplateToken) throws(TemplateError) {
    // A token becomes a node or two.
    try budget.allocate(160)
    tokens.append(token)
    lines.append(Int32(clamping: line))
  }

  /// Adds a text, without white space at its end as the sign of the tag after it asks.
  private mutating func addData(
    until end: Int, sign: UInt8, isVariable: Bool
  ) throws(TemplateError) {
    var kept = end
    if sign == 0x2D {
      while kept > position {
        let before = source.start(before: kept)
        guard Text.isSpace(source.scalar(at: before).0) else { break }
        kept = before
      }
    } else if sign != 0x2B, !isVariable {
      var start = end
      while start > position, source.bytes[start - 1] != 10 { start -= 1 }
      if start > position || startsLine, skippingSpace(start) >= end { kept = start }
    }
    if kept > position {
      try budget.allocate(kept - position)
      try add(.data(String(decoding: source.bytes[position..<kept], as: UTF8.self)))
    }
    advance(to: end)
  }

  // MARK: Texts

  private mutating func run() throws(TemplateError) {
    var index = position
    while index < source.count {
      guard source.bytes[index] == 0x7B, [0x7B, 0x25, 0x23].contains(byte(index + 1)) else {
        index += 1
        continue
      }
      let kind = byte(index + 1)
      let sign = byte(index + 2)
      let hasSign = sign == 0x2D || sign == 0x2B
      let rawEnd = kind == 0x25 ? rawBeginning(index + (hasSign ? 3 : 2)) : nil
      try addData(until: index, sign: hasSign ? sign : 0, isVariable: kind == 0x7B)
      if let rawEnd {
        advance(to: rawEnd)
        try readRaw()
      } else {
        advance(to: index + (hasSign ? 3 : 2))
        if kind == 0x23 {
          try readComment()
        } else {
          try readTag(isVariable: kind == 0x7B)
        }
      }
      index = position
    }
    try addData(until: source.count, sign: 0x2B, isVariable: true)
  }

  /// Where `raw %}` that begins at a place ends; nil without.
  private func rawBeginning(_ start: Int) -> Int? {
    var index = skippingSpace(start)
    guard matches("raw", at: index) else { return nil }
    index = skippingSpace(index + 3)
    if matches("-%}", at: index) { return skippingSpace(index + 3) }
    return matches("%}", at: index) ? index + 2 : nil
  }

  private mutating func readComment() throws(TemplateError) {
    var index = position
    while index < source.count, !matches("#}", at: index) { index += 1 }
    guard index < source.count else { throw error("a comment without end") }
    let sign = index > position ? source.bytes[index - 1] : 0
    advance(to: endOfTag(index + 2, sign: sign))
  }

  /// Where the white space that a tag's end takes with it ends.
  private func endOfTag(_ index: Int, sign: UInt8) -> Int {
    if sign == 0x2D { return skippingSpace(index) }
    return sign != 0x2B && byte(index) == 10 ? index + 1 : index
  }

  private mutating func readRaw() throws(TemplateError) {
    var index = position
    while index < source.count {
      if matches("{%", at: index) {
        let sign = byte(index + 2)
        let hasSign = sign == 0x2D || sign == 0x2B
        var end = skippingSpace(index + (hasSign ? 3 : 2))
        if matches("endraw", at: end) {
          end = skippingSpace(end + 6)
          let closing = byte(end)
          let hasClosing = closing == 0x2D || closing == 0x2B
          if hasClosing { end += 1 }
          if matches("%}", at: end) {
            try addData(until: index, sign: hasSign ? sign : 0, isVariable: false)
            advance(to: endOfTag(end + 2, sign: hasClosing ? closing : 0))
            return
          }
        }
        // White space before something else is not looked at again.
        index = max(index + 1, min(end, source.count) - 1)
      } else {
        index += 1
      }
    }
    throw error("raw without endraw")
  }

  // MARK: Tags

  private mutating func readTag(isVariable: Bool) throws(TemplateError) {
    try add(isVariable ? .variableBegin : .blockBegin)
    var open: [String] = []
    while true {
      advance(to: skippingSpace(position))
      guard position < source.count else {
        throw error("a tag without '\(isVariable ? "}}" : "%}")'")
      }
      if open.isEmpty, let end = endOfTag(isVariable: isVariable) {
        try add(isVariable ? .variableEnd : .blockEnd)
        advance(to: end)
        return
      }
      try budget.step()
      try readToken(&open)
    }
  }

  /// Where the end of a tag that begins here ends; nil without.
  private func endOfTag(isVariable: Bool) -> Int? {
    if isVariable {
      if matches("}}", at: position) { return position + 2 }
      return matches("-}}", at: position) ? skippingSpace(position + 3) : nil
    }
    if matches("%}", at: position) { return endOfTag(position + 2, sign: 0) }
    guard matches("-%}", at: position) || matches("+%}", at: position) else { return nil }
    return endOfTag(position + 3, sign: byte(position))
  }

  private mutating func readToken(_ open: inout [String]) throws(TemplateError) {
    let (first, next) = source.scalar(at: position)
    if ("0"..."9").contains(first) { return try readNumber() }
    if first == "_" || Text.isAlphabetic(first) || Text.isNumeric(first) {
      var end = next
      while end < source.count {
        let (scalar, after) = source.scalar(at: end)
        guard scalar == "_" || Text.isAlphabetic(scalar) || Text.isNumeric(scalar) else { break }
        end = after
      }
      guard end - position <= Budget.nameLimit else {
        throw error("a name of more than \(Budget.nameLimit) bytes")
      }
      let name = Text(literal: String(decoding: source.bytes[position..<end], as: UTF8.self))
      guard try name.isIdentifier(budget) else {
        throw error("invalid character in the identifier '\(name.string)'")
      }
      try add(.name(name.string))
      return advance(to: end)
    }
    if first == "'" || first == "\"" { return try readString(UInt8(first.value)) }
    for symbol: StaticString in ["**", "//", "==", "!=", "<=", ">="]
    where matches(symbol, at: position) {
      try add(.symbol("\(symbol)"))
      return advance(to: position + 2)
    }
    guard "+-*/%~<>=()[]{}.,:|;".unicodeScalars.contains(first) else {
      throw error("unexpected character '\(first)'")
    }
    let closing: [Unicode.Scalar: String] = ["(": ")", "[": "]", "{": "}"]
    if let close = closing[first] {
      open.append(close)
    } else if ")]}".unicodeScalars.contains(first) {
      guard let expected = open.popLast() else { throw error("unexpected '\(first)'") }
      guard expected == String(first) else {
        throw error("unexpected '\(first)', expected '\(expected)'")
      }
    }
    try add(.symbol(String(first)))
    advance(to: next)
  }

  /// Where digits with single underscores between them end.
  private func endOfDigits(_ start: Int, _ isDigit: (UInt8) -> Bool) -> Int {
    var index = start
    while isDigit(byte(index)) || (index > start && byte(index) == 0x5F && isDigit(byte(index + 1)))
    {
      index += 1
    }
    return index
  }

  private mutating func readNumber() throws(TemplateError) {
    func isDecimal(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let whole = endOfDigits(position, isDecimal)
    var end = whole
    if position == 0 || byte(position - 1) != 0x2E {
      if byte(end) == 0x2E, isDecimal(byte(end + 1)) { end = endOfDigits(end + 1, isDecimal) }
      if byte(end) | 0x20 == 0x65 {
        let sign = byte(end + 1) == 0x2B || byte(end + 1) == 0x2D ? 1 : 0
        if isDecimal(byte(end + 1 + sign)) { end = endOfDigits(end + 1 + sign, isDecimal) }
      }
    }
    if end > whole {
      let digits = source.bytes[position..<end].filter { $0 != 0x5F }
      try budget.stepScalars(digits.count * 8)
      guard let value = Double(String(decoding: digits, as: UTF8.self)) else {
        throw error("a malformed number")
      }
      try add(.float(value))
      return advance(to: end)
    }
    var (base, start) = (10, position)
    end = whole
    if byte(position) == 0x30 {
      end = endOfDigits(position) { $0 == 0x30 }
      let kinds: [UInt8: (Int, (UInt8) -> Bool)] = [
        0x62: (2, { (0x30...0x31).contains($0) }), 0x6F: (8, { (0x30...0x37).contains($0) }),
        0x78: (16, { isDecimal($0) || (0x61...0x66).contains($0 | 0x20) }),
      ]
      if let (radix, isDigit) = kinds[byte(position + 1) | 0x20] {
        let first = byte(position + 2) == 0x5F ? position + 3 : position + 2
        let last = endOfDigits(first, isDigit)
        if last > first { (base, start, end) = (radix, first, last) }
      }
    }
    let digits = source.bytes[start..<end].filter { $0 != 0x5F }
    guard digits.count <= 4300 else { throw error("an integer of more than 4300 digits") }
    try budget.step(1 + digits.count * digits.count >> 6)
    guard let value = BigInteger(digits, base: base, isNegative: false) else {
      throw error("an integer that is too large")
    }
    try add(.integer(value))
    advance(to: end)
  }

  /// A string, with the escapes that Python's `unicode-escape` reads.
  private mutating func readString(_ quote: UInt8) throws(TemplateError) {
    var result: [UInt8] = []
    var index = position + 1
    func append(_ value: UInt32) {
      result.append(contentsOf: String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
    }
    while index < source.count, source.bytes[index] != quote {
      guard source.bytes[index] == 0x5C, index + 1 < source.count else {
        result.append(source.bytes[index])
        index += 1
        continue
      }
      let (escaped, next) = source.scalar(at: index + 1)
      index = next
      switch escaped {
      case "\n": break
      case "\\", "'", "\"": append(escaped.value)
      case "n": append(10)
      case "t": append(9)
      case "r": append(13)
      case "b": append(8)
      case "f": append(12)
      case "v": append(11)
      case "a": append(7)
      case "0"..."7":
        var value = escaped.value - 0x30
        var digits = 1
        while digits < 3, (0x30...0x37).contains(byte(index)) {
          value = value * 8 + UInt32(byte(index) - 0x30)
          index += 1
          digits += 1
        }
        append(value)
      case "x", "u", "U":
        let width = escaped == "x" ? 2 : escaped == "u" ? 4 : 8
        let digits = source.bytes[min(index, source.count)..<min(index + width, source.count)]
        guard digits.count == width,
          let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
          digits.first != 0x2B, value <= 0x10FFFF
        else { throw error("a malformed escape in a string") }
        append(value)
        index += width
      case "N": throw error("a string with the escape \\N, which is not supported")
      default:
        // Python sees what is not ASCII as an escape already, whose backslash this one escapes.
        result.append(0x5C)
        if escaped.isASCII {
          append(escaped.value)
        } else {
          let width = escaped.value < 256 ? 2 : escaped.value < 65536 ? 4 : 8
          let kind = width == 2 ? "x" : width == 4 ? "u" : "U"
          result.append(contentsOf: (kind + TextBuilder.hexadecimal(escaped.value, width)).utf8)
        }
      }
    }
    guard index < source.count else { throw error("a string without end") }
    try budget.allocate(result.count)
    try add(.string(String(decoding: result, as: UTF8.self)))
    advance(to: index + 1)
  }
}
