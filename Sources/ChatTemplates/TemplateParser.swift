/// Parses a template's segments into statements.
struct TemplateParser {
  private let segments: [TemplateSegment]
  private var position = 0
  private var depth = 0

  /// Blocks nest at most this deep.
  private static let depthLimit = 100

  /// The statements of a template.
  static func parse(_ template: String) throws(TemplateError) -> [TemplateStatement] {
    var parser = TemplateParser(segments: try TemplateLexer.segments(template))
    let (statements, end) = try parser.parseBody(until: [])
    precondition(end == nil, "a body without terminators ends with the template")
    return statements
  }

  private init(segments: [TemplateSegment]) { self.segments = segments }

  /// The tag that ended a body, past its first word.
  private typealias End = (name: String, parser: ExpressionParser)

  /// Statements up to one of the tags named, or the end of the template where none is.
  private mutating func parseBody(
    until ends: Set<String>
  ) throws(TemplateError) -> ([TemplateStatement], End?) {
    depth += 1
    defer { depth -= 1 }
    var statements: [TemplateStatement] = []
    while position < segments.count {
      let segment = segments[position]
      position += 1
      switch segment {
      case .text(let text): statements.append(TemplateStatement(line: 0, kind: .text(text)))
      case .output(let tokens, let line):
        var parser = ExpressionParser(tokens, line: line)
        let value = try parser.parseTuple()
        try parser.expectEnd()
        statements.append(TemplateStatement(line: line, kind: .output(value)))
      case .block(let tokens, let line):
        guard depth < Self.depthLimit else {
          throw TemplateError("blocks nest too deep", line: line)
        }
        var parser = ExpressionParser(tokens, line: line)
        let name = try parser.expectName()
        if ends.contains(name) { return (statements, (name, parser)) }
        if let kind = try parseBlock(name, parser) {
          statements.append(TemplateStatement(line: line, kind: kind))
        }
      }
    }
    guard ends.isEmpty else {
      throw TemplateError(
        "the template ends where \(ends.sorted().joined(separator: " or ")) should be")
    }
    return (statements, nil)
  }

  /// A body that must end with one tag, which takes nothing.
  private mutating func parseBody(endedBy end: String) throws(TemplateError) -> [TemplateStatement]
  {
    let (statements, tag) = try parseBody(until: [end])
    if let tag, end != "endmacro", end != "endcall", end != "endset" { try tag.parser.checkedEnd() }
    return statements
  }

  private mutating func parseBlock(
    _ name: String, _ start: ExpressionParser
  ) throws(TemplateError) -> TemplateStatement.Kind? {
    var parser = start
    switch name {
    case "if": return try parseConditional(parser)
    case "for": return try parseLoop(parser)
    case "set": return try parseSet(parser)
    case "macro":
      let macroName = try parser.expectName()
      try parser.expect("(")
      let parameters = try parseParameters(&parser)
      try parser.expectEnd()
      return .macro(
        TemplateMacro(
          name: macroName, parameters: parameters, body: try parseBody(endedBy: "endmacro")))
    case "call":
      let parameters = parser.take("(") ? try parseParameters(&parser) : []
      let call = try parser.parse()
      try parser.expectEnd()
      guard case .call = call else { throw parser.error("call needs a macro's call") }
      let body = try parseBody(endedBy: "endcall")
      return .call(TemplateMacro(name: "caller", parameters: parameters, body: body), call)
    case "filter":
      var filters = [try parser.parseFilter()]
      while parser.take("|") { filters.append(try parser.parseFilter()) }
      try parser.expectEnd()
      return .filter(filters, try parseBody(endedBy: "endfilter"))
    case "with":
      var pairs: [(TemplateTarget, TemplateExpression)] = []
      while !parser.isAtEnd {
        let target = TemplateTarget.name(try parser.expectName())
        try parser.expect("=")
        pairs.append((target, try parser.parse()))
        if !parser.take(",") { break }
      }
      try parser.expectEnd()
      return .with(pairs, try parseBody(endedBy: "endwith"))
    case "generation":
      // `transformers` marks the assistant's text with it; it renders as its body.
      try parser.expectEnd()
      return .scope(try parseBody(endedBy: "endgeneration"))
    case "autoescape":
      return .scope(try parseBody(endedBy: "endautoescape"))
    case "do":
      let value = try parser.parseTuple()
      try parser.expectEnd()
      return .expression(value)
    case "break": return .breakLoop
    case "continue": return .continueLoop
    default: throw parser.error("unknown tag '\(name)'")
    }
  }

  private mutating func parseConditional(
    _ start: ExpressionParser
  ) throws(TemplateError) -> TemplateStatement.Kind {
    var branches: [(TemplateExpression, [TemplateStatement])] = []
    var parser = start
    while true {
      let condition = try parser.parseTuple()
      try parser.expectEnd()
      let (body, end) = try parseBody(until: ["elif", "else", "endif"])
      branches.append((condition, body))
      guard let end else { return .conditional(branches, []) }
      if end.name == "elif" {
        parser = end.parser
        continue
      }
      let otherwise = end.name == "else" ? try parseBody(endedBy: "endif") : []
      return .conditional(branches, otherwise)
    }
  }

  private mutating func parseLoop(
    _ start: ExpressionParser
  ) throws(TemplateError) -> TemplateStatement.Kind {
    var parser = start
    let target = try parser.parseTarget()
    guard parser.takeName("in") else { throw parser.error("expected 'in'") }
    let items = try parser.parseTuple(withCondition: false)
    let condition: TemplateExpression? = parser.takeName("if") ? try parser.parse() : nil
    let isRecursive = parser.takeName("recursive")
    try parser.expectEnd()
    let (body, end) = try parseBody(until: ["else", "endfor"])
    let otherwise = end?.name == "else" ? try parseBody(endedBy: "endfor") : []
    return .loop(
      TemplateLoop(
        target: target, items: items, condition: condition, isRecursive: isRecursive, body: body,
        otherwise: otherwise))
  }

  private mutating func parseSet(
    _ start: ExpressionParser
  ) throws(TemplateError) -> TemplateStatement.Kind {
    var parser = start
    let target = try parser.parseTarget()
    if parser.take("=") {
      let value = try parser.parseTuple()
      try parser.expectEnd()
      return .set([target], value)
    }
    var filters: [TemplateFilter] = []
    while parser.take("|") { filters.append(try parser.parseFilter()) }
    try parser.expectEnd()
    return .setBlock(target, filters, try parseBody(endedBy: "endset"))
  }

  private func parseParameters(
    _ parser: inout ExpressionParser
  ) throws(TemplateError) -> [(name: String, fallback: TemplateExpression?)] {
    var parameters: [(name: String, fallback: TemplateExpression?)] = []
    while parser.next != .symbol(")") {
      let name = try parser.expectName()
      parameters.append((name, parser.take("=") ? try parser.parse() : nil))
      if !parser.take(",") { break }
    }
    try parser.expect(")")
    return parameters
  }
}

extension ExpressionParser {
  /// Checks that nothing follows.
  func checkedEnd() throws(TemplateError) {
    var copy = self
    try copy.expectEnd()
  }
}
