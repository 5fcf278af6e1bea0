/// A word of an expression.
enum TemplateToken: Equatable {
  case name(String)
  case string(String)
  case int(Int)
  case float(Double)
  case symbol(String)
}

/// A stretch of a template.
enum TemplateSegment {
  case text(String)
  /// `{{ … }}`
  case output([TemplateToken], line: Int)
  /// `{% … %}`
  case block([TemplateToken], line: Int)
}

/// Cuts a template into texts, outputs and blocks, with Jinja's white-space rules under
/// `trim_blocks` and `lstrip_blocks`, as `transformers` sets them.
struct TemplateLexer {
  private let source: [Unicode.Scalar]
  private var position = 0
  private var line = 1
  private var segments: [TemplateSegment] = []
  private var text = String.UnicodeScalarView()

  /// The segments of a template.
  static func segments(_ template: String) throws(TemplateError) -> [TemplateSegment] {
    var lexer = TemplateLexer(template)
    try lexer.run()
    return lexer.segments
  }

  private init(_ template: String) {
    // Line ends are made alike, and one at the end is dropped, as Jinja does.
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(template.utf8.count)
    var previous: Unicode.Scalar = " "
    for scalar in template.unicodeScalars {
      if scalar == "\n", previous == "\r" {
        previous = scalar
        continue
      }
      scalars.append(scalar == "\r" ? "\n" : scalar)
      previous = scalar
    }
    if scalars.last == "\n" { scalars.removeLast() }
    source = scalars
  }

  private func matches(_ word: String, at index: Int) -> Bool {
    let scalars = word.unicodeScalars
    return index + scalars.count <= source.count
      && source[index..<index + scalars.count].elementsEqual(scalars)
  }

  private func scalar(_ index: Int) -> Unicode.Scalar? {
    index < source.count ? source[index] : nil
  }

  private mutating func advance(_ count: Int) {
    for index in position..<min(position + count, source.count) where source[index] == "\n" {
      line += 1
    }
    position = min(position + count, source.count)
  }

  private mutating func run() throws(TemplateError) {
    while position < source.count {
      if matches("{{", at: position) || matches("{%", at: position) || matches("{#", at: position) {
        try readTag()
      } else {
        text.append(source[position])
        advance(1)
      }
    }
    flush()
  }

  private mutating func flush() {
    if !text.isEmpty { segments.append(.text(String(text))) }
    text = String.UnicodeScalarView()
  }

  /// Takes white space off the text before a tag.
  private mutating func stripBefore(_ mark: Unicode.Scalar?, isOutput: Bool) {
    if mark == "-" {
      while let last = text.last, PythonText.isSpace(last) { text.removeLast() }
      return
    }
    guard mark != "+", !isOutput else { return }
    // `lstrip_blocks`: blanks between the line's beginning and a block.
    var rest = text
    while let last = rest.last, last != "\n", PythonText.isSpace(last) { rest.removeLast() }
    let startsLine =
      rest.isEmpty ? isAtLineStart(rest) : rest.last == "\n"
    if startsLine { text = rest }
  }

  /// Whether nothing but a line's beginning lies before the text that is being collected.
  private func isAtLineStart(_ rest: String.UnicodeScalarView) -> Bool {
    var index = position - 1
    while index >= 0, source[index] != "\n" {
      if !PythonText.isSpace(source[index]) { return false }
      index -= 1
    }
    return true
  }

  private mutating func readTag() throws(TemplateError) {
    let kind = source[position + 1]
    let mark = scalar(position + 2)
    let hasMark = mark == "-" || (mark == "+" && kind != "{")
    stripBefore(hasMark ? mark : nil, isOutput: kind == "{")
    let start = line
    advance(2 + (hasMark ? 1 : 0))
    if kind == "#" { return try skipComment(start) }
    flush()
    let close = kind == "{" ? "}}" : "%}"
    let tokens = try readTokens(until: close, start)
    let closing = try readClose(close, start)
    if kind == "%", tokens == [.name("raw")] { return try readRaw(start, closing) }
    segments.append(kind == "{" ? .output(tokens, line: start) : .block(tokens, line: start))
    stripAfter(closing, isOutput: kind == "{")
  }

  /// Takes white space off the text after a tag.
  private mutating func stripAfter(_ mark: Unicode.Scalar?, isOutput: Bool) {
    if mark == "-" {
      while let next = scalar(position), PythonText.isSpace(next) { advance(1) }
    } else if mark != "+", !isOutput, scalar(position) == "\n" {
      advance(1)
    }
  }

  private mutating func skipComment(_ start: Int) throws(TemplateError) {
    while position < source.count, !matches("#}", at: position) { advance(1) }
    guard position < source.count else { throw TemplateError("a comment without end", line: start) }
    let mark = source[position - 1]
    advance(2)
    stripAfter(mark == "-" || mark == "+" ? mark : nil, isOutput: false)
  }

  private mutating func readRaw(_ start: Int, _ opening: Unicode.Scalar?) throws(TemplateError) {
    // Jinja keeps the line feed after `{% raw %}`.
    stripAfter(opening, isOutput: true)
    while position < source.count {
      if matches("{%", at: position) {
        var index = position + 2
        let mark = scalar(index)
        if mark == "-" || mark == "+" { index += 1 }
        while let next = scalar(index), PythonText.isSpace(next) { index += 1 }
        if matches("endraw", at: index) {
          stripBefore(mark == "-" || mark == "+" ? mark : nil, isOutput: false)
          advance(index + 6 - position)
          while let next = scalar(position), PythonText.isSpace(next) { advance(1) }
          let closing = try readClose("%}", start)
          flush()
          stripAfter(closing, isOutput: false)
          return
        }
      }
      text.append(source[position])
      advance(1)
    }
    throw TemplateError("raw without endraw", line: start)
  }

  /// Reads `%}` or `}}`, with a sign before it or without.
  private mutating func readClose(
    _ close: String, _ start: Int
  ) throws(TemplateError) -> Unicode.Scalar? {
    var mark: Unicode.Scalar?
    if scalar(position) == "-" || scalar(position) == "+" {
      mark = source[position]
      advance(1)
    }
    guard matches(close, at: position) else {
      throw TemplateError("expected '\(close)'", line: start)
    }
    advance(2)
    return mark
  }

  // MARK: Expressions

  private mutating func readTokens(
    until close: String, _ start: Int
  ) throws(TemplateError) -> [TemplateToken] {
    var tokens: [TemplateToken] = []
    var depth = 0
    while true {
      while let next = scalar(position), PythonText.isSpace(next) { advance(1) }
      guard let next = scalar(position) else {
        throw TemplateError("a tag without '\(close)'", line: start)
      }
      // A dictionary may end in braces too.
      if depth == 0 {
        if matches(close, at: position) { return tokens }
        if next == "-" || next == "+", matches(close, at: position + 1) { return tokens }
      }
      let token = try readToken(next)
      if case .symbol(let symbol) = token {
        if ["(", "[", "{"].contains(symbol) { depth += 1 }
        if [")", "]", "}"].contains(symbol) { depth -= 1 }
      }
      tokens.append(token)
    }
  }

  private mutating func readToken(_ first: Unicode.Scalar) throws(TemplateError) -> TemplateToken {
    if first == "\"" || first == "'" { return .string(try readString(first)) }
    if ("0"..."9").contains(first) { return try readNumber() }
    if first == "_" || first.properties.isXIDStart {
      let start = position
      while let next = scalar(position), next == "_" || next.properties.isXIDContinue { advance(1) }
      return .name(PythonText.string(source[start..<position]))
    }
    for symbol in ["**", "//", "==", "!=", "<=", ">="] where matches(symbol, at: position) {
      advance(2)
      return .symbol(symbol)
    }
    guard "+-*/%~<>=()[]{}.,:|".unicodeScalars.contains(first) else {
      throw TemplateError("unexpected character '\(first)'", line: line)
    }
    advance(1)
    return .symbol(String(first))
  }

  private mutating func readNumber() throws(TemplateError) -> TemplateToken {
    let start = position
    func isDigit(_ scalar: Unicode.Scalar?) -> Bool {
      scalar.map { ("0"..."9").contains($0) || $0 == "_" } ?? false
    }
    while isDigit(scalar(position)) { advance(1) }
    var isFloat = false
    if scalar(position) == ".", isDigit(scalar(position + 1)) {
      isFloat = true
      advance(1)
      while isDigit(scalar(position)) { advance(1) }
    }
    if let mark = scalar(position), mark == "e" || mark == "E" {
      let sign = scalar(position + 1) == "-" || scalar(position + 1) == "+" ? 1 : 0
      if isDigit(scalar(position + 1 + sign)) {
        isFloat = true
        advance(1 + sign)
        while isDigit(scalar(position)) { advance(1) }
      }
    }
    let digits = PythonText.string(source[start..<position].filter { $0 != "_" })
    if isFloat, let value = Double(digits) { return .float(value) }
    if let value = Int(digits) { return .int(value) }
    throw TemplateError("the number \(digits) is too large", line: line)
  }

  private mutating func readString(_ quote: Unicode.Scalar) throws(TemplateError) -> String {
    let start = line
    var result = String.UnicodeScalarView()
    advance(1)
    while let next = scalar(position), next != quote {
      advance(1)
      guard next == "\\", let escaped = scalar(position) else {
        result.append(next)
        continue
      }
      advance(1)
      switch escaped {
      case "n": result.append("\n")
      case "t": result.append("\t")
      case "r": result.append("\r")
      case "b": result.append("\u{8}")
      case "f": result.append("\u{C}")
      case "v": result.append("\u{B}")
      case "a": result.append("\u{7}")
      case "0": result.append("\0")
      case "\\", "'", "\"": result.append(escaped)
      case "\n": break
      case "x", "u", "U":
        let width = escaped == "x" ? 2 : escaped == "u" ? 4 : 8
        let digits = PythonText.string(source[position..<min(position + width, source.count)])
        guard digits.unicodeScalars.count == width, let value = UInt32(digits, radix: 16),
          let scalar = Unicode.Scalar(value)
        else { throw TemplateError("a malformed escape in a string", line: start) }
        result.append(scalar)
        advance(width)
      default:
        result.append("\\")
        result.append(escaped)
      }
    }
    guard position < source.count else { throw TemplateError("a string without end", line: start) }
    advance(1)
    return String(result)
  }
}
