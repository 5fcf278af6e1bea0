/// Expressions, by Jinja's precedence.
extension TemplateParser {
  /// An expression, or several with commas between as a tuple.
  mutating func parseTuple(
    withCondition: Bool = true, isLoop: Bool = false, inParentheses: Bool = false
  ) throws(TemplateError) -> Expression {
    var items: [Expression] = []
    var isTuple = false
    while true {
      if !items.isEmpty { try expect(",") }
      if endsTuple(isLoop: isLoop) { break }
      items.append(try parseExpression(withCondition: withCondition))
      guard next == .symbol(",") else { break }
      isTuple = true
    }
    if !isTuple {
      if let first = items.first { return first }
      guard inParentheses else { throw error("expected an expression, found \(found)") }
    }
    return ListExpression(items, isTuple: true)
  }

  private func endsTuple(isLoop: Bool) -> Bool {
    switch next {
    case .variableEnd, .blockEnd, .symbol(")"): true
    case .name("recursive"): isLoop
    default: false
    }
  }

  /// One expression.
  mutating func parseExpression(
    withCondition: Bool = true
  ) throws(TemplateError) -> Expression {
    try budget.enter()
    defer { budget.leave() }
    let value = try parseOperators(.or)
    return withCondition && next == .name("if") ? try parseConditional(value) : value
  }

  private mutating func parseConditional(_ first: Expression) throws(TemplateError) -> Expression {
    let soft = isSoft
    isSoft = true
    defer { isSoft = soft }
    var branches: [(value: Expression, condition: Expression)] = []
    var value = first
    while takeName("if") {
      branches.append((value, try parseOperators(.or)))
      guard takeName("else") else {
        // `a if b if c` is `(a if b) if c`.
        guard branches.count < 2 || next != .name("if") else {
          throw error("too many conditions without 'else'")
        }
        value = ConditionalExpression(branches, nil)
        branches = []
        if next == .name("if") {
          try budget.enter()
          defer { budget.leave() }
          return try parseConditional(value)
        }
        return value
      }
      value = try parseOperators(.or)
    }
    return ConditionalExpression(branches, value)
  }

  /// How tightly operators bind.
  private enum Precedence: Int {
    case or, and, not, comparison, sum, concatenation, product, power, unary
    var next: Precedence { Precedence(rawValue: rawValue + 1) ?? .unary }
  }

  /// The operator that comes next, and how tightly it binds.
  private var nextOperator: (symbol: String, precedence: Precedence)? {
    switch next {
    case .name("or"): return ("or", .or)
    case .name("and"): return ("and", .and)
    case .name("in"): return ("in", .comparison)
    case .name("not"): return afterNext == .name("in") ? ("not in", .comparison) : nil
    case .symbol(let symbol):
      switch symbol {
      case "==", "!=", "<", "<=", ">", ">=": return (symbol, .comparison)
      case "+", "-": return (symbol, .sum)
      case "~": return (symbol, .concatenation)
      case "*", "/", "//", "%": return (symbol, .product)
      case "**": return (symbol, .power)
      default: return nil
      }
    default: return nil
    }
  }

  /// Operators that bind at least so tightly.
  ///
  /// Those of one precedence in a row make one node.
  private mutating func parseOperators(_ least: Precedence) throws(TemplateError) -> Expression {
    try budget.enter()
    defer { budget.leave() }
    var left: Expression
    if least.rawValue <= Precedence.not.rawValue, takeName("not") {
      left = NotExpression(try parseOperators(.not))
    } else {
      left = try parseUnary(withFilters: true)
    }
    while let (_, precedence) = nextOperator, precedence.rawValue >= least.rawValue {
      var rest: [(symbol: String, operand: Expression)] = []
      while let found = nextOperator, found.precedence == precedence {
        try budget.step()
        advance()
        if found.symbol == "not in" { advance() }
        rest.append((found.symbol, try parseOperators(precedence.next)))
      }
      left = Self.chain(left, precedence, rest)
    }
    return left
  }

  private static func chain(
    _ first: Expression, _ precedence: Precedence,
    _ rest: [(symbol: String, operand: Expression)]
  ) -> Expression {
    switch precedence {
    case .or, .and:
      return LogicalExpression([first] + rest.map(\.operand), isOr: precedence == .or)
    case .comparison: return ComparisonExpression(first, rest)
    case .concatenation: return ConcatenationExpression([first] + rest.map(\.operand))
    default:
      return ChainExpression(
        first, rest.map { (Arithmetic.Operator(rawValue: $0.symbol) ?? .add, $0.operand) })
    }
  }

  private mutating func parseUnary(withFilters: Bool) throws(TemplateError) -> Expression {
    var value: Expression
    var links: [PostfixLink] = []
    if next == .symbol("-") || next == .symbol("+") {
      try budget.enter()
      defer { budget.leave() }
      let isNegative = next == .symbol("-")
      advance()
      value = SignExpression(try parseUnary(withFilters: false), isNegative: isNegative)
    } else {
      value = try parsePrimary()
    }
    try parsePostfix(&links)
    if withFilters { try parseFiltersAndTests(&links) }
    return links.isEmpty ? value : PostfixExpression(value, links)
  }

  private mutating func parsePrimary() throws(TemplateError) -> Expression {
    switch next {
    case .name(let name):
      advance()
      switch name {
      case "true", "True": return LiteralExpression(.bool(true))
      case "false", "False": return LiteralExpression(.bool(false))
      case "none", "None": return LiteralExpression(.none)
      default:
        names.insert(name)
        return NameExpression(name)
      }
    case .string(let first):
      advance()
      // Strings side by side are one.
      var text = first
      while case .string(let more) = next {
        try budget.step()
        text += more
        advance()
      }
      return LiteralExpression(.string(Text(literal: text)))
    case .integer(let value):
      advance()
      return LiteralExpression(value.value)
    case .float(let value):
      advance()
      return LiteralExpression(.float(value))
    case .symbol("("):
      advance()
      let value = try parseTuple(inParentheses: true)
      try expect(")")
      return value
    case .symbol("["): return try parseList()
    case .symbol("{"): return try parseDict()
    default: throw error("expected an expression, found \(found)")
    }
  }

  private mutating func parseList() throws(TemplateError) -> Expression {
    advance()
    var items: [Expression] = []
    while next != .symbol("]") {
      if !items.isEmpty { try expect(",") }
      if next == .symbol("]") { break }
      items.append(try parseExpression())
    }
    try expect("]")
    return ListExpression(items, isTuple: false)
  }

  private mutating func parseDict() throws(TemplateError) -> Expression {
    advance()
    var pairs: [(key: Expression, value: Expression)] = []
    while next != .symbol("}") {
      if !pairs.isEmpty { try expect(",") }
      if next == .symbol("}") { break }
      let key = try parseExpression()
      try expect(":")
      pairs.append((key, try parseExpression()))
    }
    try expect("}")
    return DictExpression(pairs)
  }

  // MARK: Postfix

  /// Attributes, subscripts and calls.
  private mutating func parsePostfix(_ links: inout [PostfixLink]) throws(TemplateError) {
    while true {
      try budget.step()
      switch next {
      case .symbol("."):
        advance()
        switch next {
        case .name(let name):
          advance()
          if next == .symbol("(") {
            links.append(CallLink(method: Text(literal: name), try parseArguments()))
          } else {
            links.append(AttributeLink(Text(literal: name)))
          }
        case .integer(let value):
          advance()
          links.append(ItemLink(LiteralExpression(value.value)))
        default: throw error("expected a name or a number, found \(found)")
        }
      case .symbol("["): links.append(try parseSubscript())
      case .symbol("("): links.append(CallLink(method: nil, try parseArguments()))
      default: return
      }
    }
  }

  private mutating func parseSubscript() throws(TemplateError) -> PostfixLink {
    advance()
    var links: [PostfixLink] = []
    var items: [Expression] = []
    while next != .symbol("]") {
      if !items.isEmpty || !links.isEmpty { try expect(",") }
      var parts: [Expression?] = []
      if next != .symbol(":") { parts.append(try parseExpression()) } else { parts.append(nil) }
      guard take(":") else {
        items.append(parts[0] ?? LiteralExpression(.none))
        continue
      }
      while parts.count < 3 {
        if next == .symbol("]") || next == .symbol(",") || next == .symbol(":") {
          parts.append(nil)
        } else {
          parts.append(try parseExpression())
        }
        if parts.count == 2, !take(":") { parts.append(nil) }
      }
      links.append(SliceLink(parts))
    }
    try expect("]")
    if let slice = links.first {
      guard links.count == 1, items.isEmpty else { throw error("several slices in a subscript") }
      return slice
    }
    return ItemLink(items.count == 1 ? items[0] : ListExpression(items, isTuple: true))
  }

  /// Arguments in parentheses.
  private mutating func parseArguments() throws(TemplateError) -> ArgumentList {
    try budget.enter()
    defer { budget.leave() }
    var arguments = ArgumentList()
    var seen: Set<String> = []
    try expect("(")
    var isFirst = true
    while next != .symbol(")") {
      if !isFirst {
        try expect(",")
        if next == .symbol(")") { break }
      }
      isFirst = false
      if take("*") {
        guard arguments.spread == nil, arguments.namedSpread == nil else {
          throw error("a second '*' among arguments")
        }
        arguments.spread = try parseExpression()
      } else if take("**") {
        guard arguments.namedSpread == nil else { throw error("a second '**' among arguments") }
        arguments.namedSpread = try parseExpression()
      } else if case .name(let name) = next, afterNext == .symbol("=") {
        guard arguments.namedSpread == nil, seen.insert(name).inserted else {
          throw error("the argument '\(name)' is there twice, or after '**'")
        }
        advance()
        advance()
        arguments.named.append((name, try parseExpression()))
      } else {
        guard arguments.spread == nil, arguments.namedSpread == nil, arguments.named.isEmpty
        else { throw error("a plain argument after a named one") }
        arguments.positional.append(try parseExpression())
      }
    }
    try expect(")")
    return arguments
  }

  /// Filters, tests and calls after an expression.
  private mutating func parseFiltersAndTests(
    _ links: inout [PostfixLink]
  ) throws(TemplateError) {
    while true {
      try budget.step()
      switch next {
      case .symbol("|"):
        advance()
        links.append(try parseFilter())
      case .name("is"):
        advance()
        links.append(try parseTest())
      case .symbol("("): links.append(CallLink(method: nil, try parseArguments()))
      default: return
      }
    }
  }

  /// Filters in a row: after `filter`, or after the target of `set`.
  mutating func parseFilters(isFirst: Bool) throws(TemplateError) -> [PostfixLink] {
    var links: [PostfixLink] = []
    if isFirst { links.append(try parseFilter()) }
    while take("|") { links.append(try parseFilter()) }
    return links
  }

  private mutating func parseDottedName() throws(TemplateError) -> String {
    var name = try expectName()
    while take(".") {
      try budget.stepScalars(name.utf8.count)
      name += "." + (try expectName())
    }
    return name
  }

  private mutating func parseFilter() throws(TemplateError) -> FilterLink {
    let line = line
    let name = try parseDottedName()
    let arguments = next == .symbol("(") ? try parseArguments() : ArgumentList()
    guard isSoft || Filters.table[name] != nil else {
      throw TemplateError("no filter named '\(name.prefix(80))'", line: line)
    }
    return FilterLink(name, arguments)
  }

  private mutating func parseTest() throws(TemplateError) -> TestLink {
    let line = line
    let isNegated = takeName("not")
    let name = try parseDottedName()
    var arguments = ArgumentList()
    switch next {
    case .symbol("("): arguments = try parseArguments()
    case .name("is"): throw error("tests cannot be chained with 'is'")
    case .name("else"), .name("or"), .name("and"): break
    case .name, .string, .integer, .float, .symbol("["), .symbol("{"):
      // `is divisibleby 3`
      try budget.enter()
      defer { budget.leave() }
      let value = try parsePrimary()
      var links: [PostfixLink] = []
      try parsePostfix(&links)
      arguments.positional = [links.isEmpty ? value : PostfixExpression(value, links)]
    default: break
    }
    guard isSoft || Tests.table[name] != nil else {
      throw TemplateError("no test named '\(name.prefix(80))'", line: line)
    }
    return TestLink(name, arguments, isNegated: isNegated)
  }
}
