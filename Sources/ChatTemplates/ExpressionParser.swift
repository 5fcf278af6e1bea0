/// Parses the words of one tag, by Jinja's precedence.
struct ExpressionParser {
  private let tokens: [TemplateToken]
  private var position = 0
  private var depth = 0
  let line: Int

  /// Expressions nest at most this deep, so that no template exhausts the stack.
  private static let depthLimit = 100

  init(_ tokens: [TemplateToken], line: Int) {
    self.tokens = tokens
    self.line = line
  }

  // MARK: Words

  var isAtEnd: Bool { position >= tokens.count }
  var next: TemplateToken? { position < tokens.count ? tokens[position] : nil }

  func error(_ problem: String) -> TemplateError { TemplateError(problem, line: line) }

  /// Takes a symbol if it comes next.
  mutating func take(_ symbol: String) -> Bool {
    guard next == .symbol(symbol) else { return false }
    position += 1
    return true
  }

  /// Takes a word if it comes next.
  mutating func takeName(_ name: String) -> Bool {
    guard next == .name(name) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ symbol: String) throws(TemplateError) {
    guard take(symbol) else { throw error("expected '\(symbol)', found \(found)") }
  }

  mutating func expectName() throws(TemplateError) -> String {
    guard case .name(let name)? = next else { throw error("expected a name, found \(found)") }
    position += 1
    return name
  }

  mutating func expectEnd() throws(TemplateError) {
    guard isAtEnd else { throw error("unexpected \(found)") }
  }

  private var found: String {
    switch next {
    case .name(let text)?, .symbol(let text)?: "'\(text)'"
    case .string(let text)?: "the string '\(text)'"
    case .int(let value)?: "\(value)"
    case .float(let value)?: "\(value)"
    case nil: "the end of the tag"
    }
  }

  // MARK: Precedence

  /// An expression, or several with commas between as a tuple.
  mutating func parseTuple(
    withCondition: Bool = true
  ) throws(TemplateError) -> TemplateExpression {
    let first = try parse(withCondition: withCondition)
    guard next == .symbol(",") else { return first }
    var items = [first]
    while take(",") {
      if isAtEnd || next == .symbol(")") || next == .name("recursive") { break }
      items.append(try parse(withCondition: withCondition))
    }
    return .tuple(items)
  }

  /// One expression.
  mutating func parse(withCondition: Bool = true) throws(TemplateError) -> TemplateExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.depthLimit else { throw error("expressions nest too deep") }
    var value = try parseOr()
    while withCondition, takeName("if") {
      let condition = try parseOr()
      let other: TemplateExpression? = takeName("else") ? try parse() : nil
      value = .conditional(value, condition, other)
    }
    return value
  }

  private mutating func parseOr() throws(TemplateError) -> TemplateExpression {
    var left = try parseAnd()
    while takeName("or") { left = .or(left, try parseAnd()) }
    return left
  }

  private mutating func parseAnd() throws(TemplateError) -> TemplateExpression {
    var left = try parseNot()
    while takeName("and") { left = .and(left, try parseNot()) }
    return left
  }

  private mutating func parseNot() throws(TemplateError) -> TemplateExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.depthLimit else { throw error("expressions nest too deep") }
    return takeName("not") ? .not(try parseNot()) : try parseComparison()
  }

  private mutating func parseComparison() throws(TemplateError) -> TemplateExpression {
    let first = try parseSum()
    var rest: [(String, TemplateExpression)] = []
    loop: while true {
      switch next {
      case .symbol(let symbol)? where ["==", "!=", "<", "<=", ">", ">="].contains(symbol):
        position += 1
        rest.append((symbol, try parseSum()))
      case .name("in")?:
        position += 1
        rest.append(("in", try parseSum()))
      case .name("not")? where position + 1 < tokens.count && tokens[position + 1] == .name("in"):
        position += 2
        rest.append(("not in", try parseSum()))
      default: break loop
      }
    }
    return rest.isEmpty ? first : .comparison(first, rest)
  }

  private mutating func parseSum() throws(TemplateError) -> TemplateExpression {
    var left = try parseConcatenation()
    while case .symbol(let symbol)? = next, symbol == "+" || symbol == "-" {
      position += 1
      left = .binary(symbol, left, try parseConcatenation())
    }
    return left
  }

  private mutating func parseConcatenation() throws(TemplateError) -> TemplateExpression {
    var left = try parseProduct()
    while take("~") { left = .binary("~", left, try parseProduct()) }
    return left
  }

  private mutating func parseProduct() throws(TemplateError) -> TemplateExpression {
    var left = try parsePower()
    while case .symbol(let symbol)? = next, ["*", "/", "//", "%"].contains(symbol) {
      position += 1
      left = .binary(symbol, left, try parsePower())
    }
    return left
  }

  private mutating func parsePower() throws(TemplateError) -> TemplateExpression {
    var left = try parseUnary(withFilters: true)
    while take("**") { left = .binary("**", left, try parseUnary(withFilters: true)) }
    return left
  }

  private mutating func parseUnary(withFilters: Bool) throws(TemplateError) -> TemplateExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.depthLimit else { throw error("expressions nest too deep") }
    var value: TemplateExpression
    if take("-") {
      value = .unary("-", try parseUnary(withFilters: false))
    } else if take("+") {
      value = .unary("+", try parseUnary(withFilters: false))
    } else {
      value = try parsePrimary()
    }
    value = try parsePostfix(value)
    return withFilters ? try parseFilters(value) : value
  }

  private mutating func parsePrimary() throws(TemplateError) -> TemplateExpression {
    guard let token = next else { throw error("expected an expression, found \(found)") }
    switch token {
    case .name(let name):
      position += 1
      switch name {
      case "true", "True": return .literal(.bool(true))
      case "false", "False": return .literal(.bool(false))
      case "none", "None": return .literal(.none)
      default: return .name(name)
      }
    case .string(var text):
      position += 1
      // Strings side by side are one.
      while case .string(let more)? = next {
        text += more
        position += 1
      }
      return .literal(.string(text))
    case .int(let value):
      position += 1
      return .literal(.int(value))
    case .float(let value):
      position += 1
      return .literal(.float(value))
    case .symbol("("):
      position += 1
      if take(")") { return .tuple([]) }
      let value = try parseTuple()
      try expect(")")
      return value
    case .symbol("["):
      position += 1
      var items: [TemplateExpression] = []
      while next != .symbol("]") {
        items.append(try parse())
        if !take(",") { break }
      }
      try expect("]")
      return .list(items)
    case .symbol("{"):
      position += 1
      var pairs: [(TemplateExpression, TemplateExpression)] = []
      while next != .symbol("}") {
        let key = try parse()
        try expect(":")
        pairs.append((key, try parse()))
        if !take(",") { break }
      }
      try expect("}")
      return .dict(pairs)
    case .symbol: throw error("expected an expression, found \(found)")
    }
  }

  private mutating func parsePostfix(
    _ start: TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    var value = start
    var length = 0
    while true {
      length += 1
      guard length < Self.depthLimit else { throw error("expressions nest too deep") }
      if take(".") {
        if case .int(let index)? = next {
          position += 1
          value = .item(value, .literal(.int(index)))
        } else {
          value = .attribute(value, try expectName())
        }
      } else if take("[") {
        value = try parseSubscript(value)
      } else if take("(") {
        value = .call(value, try parseArguments())
      } else {
        return value
      }
    }
  }

  private mutating func parseSubscript(
    _ value: TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    var parts: [TemplateExpression?] = [nil]
    while next != .symbol("]") {
      if take(":") {
        parts.append(nil)
        guard parts.count <= 3 else { throw error("a slice has at most three parts") }
      } else {
        parts[parts.count - 1] = try parse()
      }
      if isAtEnd { break }
    }
    try expect("]")
    if parts.count > 1 {
      return .slice(value, parts[0], parts[1], parts.count > 2 ? parts[2] : nil)
    }
    guard let index = parts[0] else { throw error("an empty subscript") }
    return .item(value, index)
  }

  /// Arguments after an opening parenthesis.
  mutating func parseArguments() throws(TemplateError) -> TemplateArguments {
    var arguments = TemplateArguments()
    while next != .symbol(")") {
      if take("**") {
        arguments.namedSpread.append(try parse())
      } else if take("*") {
        arguments.spread.append(try parse())
      } else if case .name(let name)? = next, position + 1 < tokens.count,
        tokens[position + 1] == .symbol("=")
      {
        position += 2
        arguments.named.append((name, try parse()))
      } else {
        guard arguments.named.isEmpty else { throw error("a plain argument after a named one") }
        arguments.positional.append(try parse())
      }
      if !take(",") { break }
    }
    try expect(")")
    return arguments
  }

  /// Filters and tests after an expression.
  private mutating func parseFilters(
    _ start: TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    var value = start
    var length = 0
    while true {
      length += 1
      guard length < Self.depthLimit else { throw error("expressions nest too deep") }
      if take("|") {
        let filter = try parseFilter()
        value = .filter(value, filter.name, filter.arguments)
      } else if takeName("is") {
        value = try parseTest(value)
      } else if next == .symbol("(") {
        position += 1
        value = .call(value, try parseArguments())
      } else {
        return value
      }
    }
  }

  /// A filter's name and arguments.
  mutating func parseFilter() throws(TemplateError) -> TemplateFilter {
    var name = try expectName()
    while take(".") { name += "." + (try expectName()) }
    return (name, take("(") ? try parseArguments() : TemplateArguments())
  }

  private mutating func parseTest(
    _ value: TemplateExpression
  ) throws(TemplateError) -> TemplateExpression {
    let isNegated = takeName("not")
    let name = try expectName()
    var arguments = TemplateArguments()
    if take("(") {
      arguments = try parseArguments()
    } else if let token = next, startsArgument(token) {
      // `is divisibleby 3`
      arguments.positional = [try parsePostfix(try parsePrimary())]
    }
    return .test(value, name, arguments, isNegated: isNegated)
  }

  private func startsArgument(_ token: TemplateToken) -> Bool {
    switch token {
    case .name(let name):
      !["else", "or", "and", "is", "if", "not", "in", "recursive"].contains(name)
    case .string, .int, .float: true
    case .symbol(let symbol): symbol == "[" || symbol == "{"
    }
  }

  // MARK: Targets

  /// What is assigned to, or several with commas between.
  mutating func parseTarget() throws(TemplateError) -> TemplateTarget {
    var targets = [try parseSingleTarget()]
    var isTuple = false
    while take(",") {
      isTuple = true
      if next == .name("in") || next == .symbol("=") || next == .symbol(")") { break }
      targets.append(try parseSingleTarget())
    }
    return isTuple ? .tuple(targets) : targets[0]
  }

  private mutating func parseSingleTarget() throws(TemplateError) -> TemplateTarget {
    if take("(") {
      depth += 1
      defer { depth -= 1 }
      guard depth < Self.depthLimit else { throw error("targets nest too deep") }
      let target = try parseTarget()
      try expect(")")
      return target
    }
    let name = try expectName()
    return take(".") ? .attribute(name, try expectName()) : .name(name)
  }
}
