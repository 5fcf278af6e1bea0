/// Parses a template's tokens into statements, as `jinja2.parser` does.
struct TemplateParser {
  let tokens: [TemplateToken]
  let lines: [Int32]
  let budget: Budget
  var position = 0
  /// The names that are read, for macros.
  var names: Set<String> = []
  /// Whether an unknown filter or test fails only when it is reached, as inside `if`.
  var isSoft = false
  private var blocks: [String: BlockStatement] = [:]
  private var loopDepth = 0

  /// The statements of a template.
  static func parse(_ template: String) throws(TemplateError) -> TemplateProgram {
    let budget = Budget()
    let (tokens, lines) = try TemplateLexer.tokens(template, budget)
    var parser = TemplateParser(tokens: tokens, lines: lines, budget: budget)
    do throws(TemplateError) {
      let statements = try parser.parseBody(until: [])
      return TemplateProgram(statements: statements, blocks: parser.blocks)
    } catch {
      throw error.line == nil ? parser.error(error.problem) : error
    }
  }

  private init(tokens: [TemplateToken], lines: [Int32], budget: Budget) {
    self.tokens = tokens
    self.lines = lines
    self.budget = budget
  }

  // MARK: Tokens

  var next: TemplateToken { tokens[position] }
  var afterNext: TemplateToken { position + 1 < tokens.count ? tokens[position + 1] : .end }
  var line: Int { Int(lines[position]) }

  func error(_ problem: String) -> TemplateError { TemplateError(problem, line: line) }

  mutating func advance() { position = min(position + 1, tokens.count - 1) }

  mutating func take(_ token: TemplateToken) -> Bool {
    guard next == token else { return false }
    advance()
    return true
  }

  mutating func take(_ symbol: String) -> Bool { take(.symbol(symbol)) }

  mutating func takeName(_ name: String) -> Bool { take(.name(name)) }

  mutating func expect(_ symbol: String) throws(TemplateError) {
    guard take(symbol) else { throw error("expected '\(symbol)', found \(found)") }
  }

  mutating func expectName() throws(TemplateError) -> String {
    guard case .name(let name) = next else { throw error("expected a name, found \(found)") }
    advance()
    return name
  }

  mutating func expectTagEnd() throws(TemplateError) {
    guard take(.blockEnd) else { throw error("expected the end of the tag, found \(found)") }
  }

  var found: String {
    switch next {
    case .name(let text), .symbol(let text): "'\(text)'"
    case .string(let text): "the string '\(text.unicodeScalars.count > 40 ? "…" : text)'"
    case .integer, .float: "a number"
    case .variableEnd, .blockEnd: "the end of the tag"
    case .data, .variableBegin, .blockBegin: "text"
    case .end: "the end of the template"
    }
  }

  // MARK: Bodies

  /// Statements up to one of the tags named, whose name is taken; or to the end where none is.
  mutating func parseBody(until ends: Set<String>) throws(TemplateError) -> [Statement] {
    try budget.enter()
    defer { budget.leave() }
    var statements: [Statement] = []
    while true {
      try budget.step()
      let line = line
      switch next {
      case .data(let text):
        advance()
        statements.append(TextStatement(Text(literal: text), line: line))
      case .variableBegin:
        advance()
        let value = try parseTuple()
        guard take(.variableEnd) else {
          throw error("expected the end of the tag, found \(found)")
        }
        statements.append(OutputStatement([value], line: line))
      case .blockBegin:
        advance()
        guard case .name(let name) = next else { throw error("expected a tag, found \(found)") }
        if ends.contains(name) { return statements }
        advance()
        statements.append(try parseTag(name, line))
        try expectTagEnd()
      case .end where ends.isEmpty: return statements
      case .end:
        throw error(
          "the template ends where \(ends.sorted().joined(separator: " or ")) should be")
      default: throw error("unexpected \(found)")
      }
    }
  }

  /// The end of a tag and its body, up to a tag that is taken.
  private mutating func parseBody(endedBy end: String) throws(TemplateError) -> [Statement] {
    _ = try parseBodies(endedBy: [end])
    let statements = lastBody
    return statements
  }

  private var lastBody: [Statement] = []

  /// The end of a tag and its body, up to one of some tags, which is taken.
  private mutating func parseBodies(endedBy ends: Set<String>) throws(TemplateError) -> String {
    // A colon may end a tag, as in Python.
    _ = take(":")
    try expectTagEnd()
    lastBody = try parseBody(until: ends)
    return try expectName()
  }

  /// A body whose unknown filters fail at once, and whose loops are its own where it is a function.
  private mutating func parseInner<T>(
    isFunction: Bool = false, _ parse: (inout TemplateParser) throws(TemplateError) -> T
  ) throws(TemplateError) -> T {
    let (soft, depth) = (isSoft, loopDepth)
    isSoft = false
    if isFunction { loopDepth = 0 }
    defer { (isSoft, loopDepth) = (soft, depth) }
    return try parse(&self)
  }

  private mutating func parseTag(
    _ name: String, _ line: Int
  ) throws(TemplateError) -> Statement {
    switch name {
    case "if": return try parseIf(line)
    case "for": return try parseFor(line)
    case "set": return try parseSet(line)
    case "macro": return try parseMacro(line)
    case "call": return try parseCall(line)
    case "filter":
      let filters = try parseFilters(isFirst: true)
      let body = try parseInner { (parser) throws(TemplateError) in
        try parser.parseBody(endedBy: "endfilter")
      }
      return CaptureStatement(nil, filters, body, line: line)
    case "with": return try parseWith(line)
    case "generation":
      // `transformers` marks the assistant's text with it; it renders as its body.
      let body = try parseInner(isFunction: true) { (parser) throws(TemplateError) in
        try parser.parseBody(endedBy: "endgeneration")
      }
      return ScopeStatement([], body, line: line)
    case "autoescape":
      let condition = try parseExpression()
      let body = try parseInner { (parser) throws(TemplateError) in
        try parser.parseBody(endedBy: "endautoescape")
      }
      return AutoescapeStatement(condition, body, line: line)
    case "block": return try parseBlock(line)
    case "print":
      var values: [Expression] = []
      while next != .blockEnd {
        if !values.isEmpty { try expect(",") }
        values.append(try parseExpression())
      }
      return OutputStatement(values, line: line)
    case "include", "import", "extends", "from":
      _ = try parseExpression()
      while next != .blockEnd {
        if next == .end { throw error("a tag without end") }
        advance()
      }
      return LoadStatement(name, line: line)
    case "break", "continue":
      guard loopDepth > 0 else { throw error("'\(name)' outside a loop") }
      return JumpStatement(name == "break" ? .breakLoop : .continueLoop, line: line)
    default: throw TemplateError("unknown tag '\(name)'", line: line)
    }
  }

  // MARK: Tags

  private mutating func parseIf(_ line: Int) throws(TemplateError) -> Statement {
    let soft = isSoft
    isSoft = true
    defer { isSoft = soft }
    var branches: [(condition: Expression, body: [Statement])] = []
    while true {
      let condition = try parseTuple(withCondition: false)
      let end = try parseBodies(endedBy: ["elif", "else", "endif"])
      branches.append((condition, lastBody))
      if end == "elif" { continue }
      let otherwise = end == "else" ? try parseBody(endedBy: "endif") : []
      return IfStatement(branches, otherwise, line: line)
    }
  }

  private mutating func parseFor(_ line: Int) throws(TemplateError) -> Statement {
    let target = try parseTarget(withNamespace: false, isLoop: true)
    guard takeName("in") else { throw error("expected 'in', found \(found)") }
    let items = try parseTuple(withCondition: false, isLoop: true)
    return try parseInner { (parser) throws(TemplateError) in
      let condition: Expression? = parser.takeName("if") ? try parser.parseExpression() : nil
      let isRecursive = parser.takeName("recursive")
      parser.loopDepth += 1
      let end = try parser.parseBodies(endedBy: ["endfor", "else"])
      parser.loopDepth -= 1
      let body = parser.lastBody
      let otherwise = end == "else" ? try parser.parseBody(endedBy: "endfor") : []
      return ForStatement(
        target: target, items: items, condition: condition, isRecursive: isRecursive, body: body,
        otherwise: otherwise, line: line)
    }
  }

  private mutating func parseSet(_ line: Int) throws(TemplateError) -> Statement {
    let target = try parseTarget(withNamespace: true)
    if take("=") { return SetStatement(target, try parseTuple(), line: line) }
    let filters = try parseFilters(isFirst: false)
    let body = try parseInner { (parser) throws(TemplateError) in
      try parser.parseBody(endedBy: "endset")
    }
    return CaptureStatement(target, filters, body, line: line)
  }

  private mutating func parseWith(_ line: Int) throws(TemplateError) -> Statement {
    var pairs: [(target: Target, value: Expression)] = []
    while next != .blockEnd {
      if !pairs.isEmpty { try expect(",") }
      let target = try parseTarget(withNamespace: false)
      try expect("=")
      pairs.append((target, try parseExpression()))
    }
    let body = try parseInner { (parser) throws(TemplateError) in
      try parser.parseBody(endedBy: "endwith")
    }
    return ScopeStatement(pairs, body, line: line)
  }

  private mutating func parseBlock(_ line: Int) throws(TemplateError) -> Statement {
    let name = try expectName()
    let isScoped = takeName("scoped")
    let isRequired = takeName("required")
    let body = try parseInner(isFunction: true) { (parser) throws(TemplateError) in
      try parser.parseBody(endedBy: "endblock")
    }
    _ = takeName(name)
    if isRequired, !body.allSatisfy({ $0 is TextStatement }) {
      throw error("a required block can only contain comments or white space")
    }
    guard blocks[name] == nil else { throw error("the block '\(name)' is defined twice") }
    let block = BlockStatement(
      name, body, isScoped: isScoped, isRequired: isRequired, line: line)
    blocks[name] = block
    return block
  }

  /// Parameters and the body of a macro or of a call's block.
  private mutating func parseDefinition(
    _ name: String?, _ parameters: [(name: String, fallback: Expression?)], endedBy end: String
  ) throws(TemplateError) -> MacroDefinition {
    let outer = names
    names = []
    let body = try parseInner(isFunction: true) { (parser) throws(TemplateError) in
      try parser.parseBody(endedBy: end)
    }
    let definition = MacroDefinition(
      name: name, parameters: parameters, body: body, names: names)
    names.formUnion(outer)
    if parameters.contains(where: { $0.name == "caller" && $0.fallback == nil }) {
      throw error("the parameter 'caller' needs a default")
    }
    return definition
  }

  private mutating func parseMacro(_ line: Int) throws(TemplateError) -> Statement {
    guard case .name(let name) = try parseSingleTarget(withNamespace: false, isLoop: false) else {
      throw error("a macro needs a name")
    }
    let parameters = try parseParameters()
    return MacroStatement(
      try parseDefinition(name, parameters, endedBy: "endmacro"), line: line)
  }

  private mutating func parseCall(_ line: Int) throws(TemplateError) -> Statement {
    let parameters = next == .symbol("(") ? try parseParameters() : []
    let expression = try parseExpression()
    guard let postfix = expression as? PostfixExpression,
      let link = postfix.links.last as? CallLink
    else { throw error("'call' needs a macro's call") }
    let definition = try parseDefinition(nil, parameters, endedBy: "endcall")
    let callee = PostfixExpression(postfix.base, Array(postfix.links.dropLast()))
    return CallStatement(callee, link, definition, line: line)
  }

  private mutating func parseParameters() throws(TemplateError) -> [(
    name: String, fallback: Expression?
  )] {
    var parameters: [(name: String, fallback: Expression?)] = []
    try expect("(")
    while next != .symbol(")") {
      if !parameters.isEmpty { try expect(",") }
      guard case .name(let name) = try parseSingleTarget(withNamespace: false, isLoop: false)
      else { throw error("a parameter needs a name") }
      let fallback: Expression? = take("=") ? try parseExpression() : nil
      if fallback == nil, parameters.last?.fallback != nil {
        throw error("a parameter without a default after one with it")
      }
      guard parameters.count < 256, !parameters.contains(where: { $0.name == name }) else {
        throw error("the parameter '\(name)' is there twice, or there are too many")
      }
      parameters.append((name, fallback))
    }
    try expect(")")
    return parameters
  }

  // MARK: Targets

  /// What is assigned to, or several with commas between.
  private mutating func parseTarget(
    withNamespace: Bool, isLoop: Bool = false
  ) throws(TemplateError) -> Target {
    try budget.enter()
    defer { budget.leave() }
    var targets: [Target] = []
    var isTuple = false
    while true {
      if !targets.isEmpty { try expect(",") }
      if isTuple, next == .symbol(")") || next == .blockEnd || next == .symbol("=") { break }
      if isLoop, next == .name("in") { break }
      targets.append(try parseSingleTarget(withNamespace: withNamespace, isLoop: isLoop))
      guard next == .symbol(",") else { break }
      isTuple = true
    }
    guard let first = targets.first else { throw error("expected a name, found \(found)") }
    return isTuple ? .tuple(targets) : first
  }

  private mutating func parseSingleTarget(
    withNamespace: Bool, isLoop: Bool
  ) throws(TemplateError) -> Target {
    if take("(") {
      let target = try parseTarget(withNamespace: withNamespace, isLoop: isLoop)
      try expect(")")
      return target
    }
    let name = try expectName()
    guard !["true", "false", "none", "True", "False", "None"].contains(name) else {
      throw error("cannot assign to '\(name)'")
    }
    if isLoop, name == "loop" { throw error("a loop's target cannot be 'loop'") }
    if withNamespace, next == .symbol(".") {
      advance()
      return .attribute(name, Text(literal: try expectName()))
    }
    return .name(name)
  }
}
