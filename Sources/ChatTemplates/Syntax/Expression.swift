/// An expression of a template.
///
/// Chains of operators are one node with a list, so that neither evaluation nor release goes deep for them;
/// other nesting is bounded by the parser.
class Expression: @unchecked Sendable {
  func evaluate(_ renderer: Renderer, _ scope: Scope) throws(TemplateError) -> Value { .none }
}

final class LiteralExpression: Expression, @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value { value }
}

final class NameExpression: Expression, @unchecked Sendable {
  let name: String
  private let missing: Undefined
  init(_ name: String) {
    self.name = name
    missing = Undefined("'\(name)' is undefined")
  }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    if let value = try scope.value(name, renderer.budget) { return value }
    if name == "self" { return .object(try BlocksObject(renderer.budget)) }
    return .undefined(missing)
  }
}

final class ListExpression: Expression, @unchecked Sendable {
  private let items: [Expression]
  private let isTuple: Bool
  init(_ items: [Expression], isTuple: Bool) {
    self.items = items
    self.isTuple = isTuple
  }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    var list = ListBuilder(renderer.budget)
    for item in items { try list.append(try item.evaluate(renderer, scope)) }
    return try isTuple ? list.tuple() : list.list()
  }
}

final class DictExpression: Expression, @unchecked Sendable {
  private let pairs: [(key: Expression, value: Expression)]
  init(_ pairs: [(key: Expression, value: Expression)]) { self.pairs = pairs }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    let dict = ValueDict()
    for (key, value) in pairs {
      let key = try key.evaluate(renderer, scope)
      try dict.set(key, try value.evaluate(renderer, scope), renderer.budget)
    }
    return .dict(dict)
  }
}

/// `a if b else c`, with further conditions in a row.
final class ConditionalExpression: Expression, @unchecked Sendable {
  private let branches: [(value: Expression, condition: Expression)]
  private let otherwise: Expression?
  init(_ branches: [(value: Expression, condition: Expression)], _ otherwise: Expression?) {
    self.branches = branches
    self.otherwise = otherwise
  }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    for (value, condition) in branches
    where try condition.evaluate(renderer, scope).isTrue(renderer.budget) {
      return try value.evaluate(renderer, scope)
    }
    return try otherwise?.evaluate(renderer, scope)
      ?? .undefined(Undefined("the inline if-expression has no else and its condition is false"))
  }
}

/// `a and b and c`, or with `or`.
final class LogicalExpression: Expression, @unchecked Sendable {
  private let operands: [Expression]
  private let isOr: Bool
  init(_ operands: [Expression], isOr: Bool) {
    self.operands = operands
    self.isOr = isOr
  }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    var value = try operands[0].evaluate(renderer, scope)
    for operand in operands.dropFirst() {
      try renderer.budget.step()
      guard try value.isTrue(renderer.budget) != isOr else { break }
      value = try operand.evaluate(renderer, scope)
    }
    return value
  }
}

final class NotExpression: Expression, @unchecked Sendable {
  private let operand: Expression
  init(_ operand: Expression) { self.operand = operand }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    return .bool(try !operand.evaluate(renderer, scope).isTrue(renderer.budget))
  }
}

/// `a < b <= c`.
final class ComparisonExpression: Expression, @unchecked Sendable {
  private let first: Expression
  private let rest: [(symbol: String, operand: Expression)]
  init(_ first: Expression, _ rest: [(symbol: String, operand: Expression)]) {
    self.first = first
    self.rest = rest
  }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    var left = try first.evaluate(renderer, scope)
    for (symbol, operand) in rest {
      let right = try operand.evaluate(renderer, scope)
      let holds: Bool
      switch symbol {
      case "==": holds = try Comparison.equal(left, right, renderer.budget)
      case "!=": holds = try !Comparison.equal(left, right, renderer.budget)
      case "in": holds = try Comparison.contains(right, left, renderer)
      case "not in": holds = try !Comparison.contains(right, left, renderer)
      default: holds = try Comparison.holds(symbol, left, right, renderer.budget)
      }
      guard holds else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }
}

/// Operators of one precedence in a row, from the left.
final class ChainExpression: Expression, @unchecked Sendable {
  private let first: Expression
  private let rest: [(operation: Arithmetic.Operator, operand: Expression)]
  init(
    _ first: Expression, _ rest: [(operation: Arithmetic.Operator, operand: Expression)]
  ) {
    self.first = first
    self.rest = rest
  }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    var value = try first.evaluate(renderer, scope)
    for (operation, operand) in rest {
      value = try Arithmetic.apply(
        operation, value, try operand.evaluate(renderer, scope), renderer)
    }
    return value
  }
}

/// `a ~ b ~ c`.
final class ConcatenationExpression: Expression, @unchecked Sendable {
  private let operands: [Expression]
  init(_ operands: [Expression]) { self.operands = operands }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    let budget = renderer.budget
    try budget.enter()
    defer { budget.leave() }
    var builder = TextBuilder(budget)
    for operand in operands {
      try budget.step()
      let value = try operand.evaluate(renderer, scope)
      if renderer.escapes {
        try builder.append(try value.text(budget).escaped(budget))
      } else {
        try builder.append(text: value)
      }
    }
    return .string(builder.finish(isSafe: renderer.escapes))
  }
}

/// Unary minus or plus.
final class SignExpression: Expression, @unchecked Sendable {
  private let operand: Expression
  private let isNegative: Bool
  init(_ operand: Expression, isNegative: Bool) {
    self.operand = operand
    self.isNegative = isNegative
  }
  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    return try Arithmetic.signed(
      try operand.evaluate(renderer, scope), isNegative: isNegative, renderer.budget)
  }
}
