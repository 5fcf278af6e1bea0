/// What a statement did besides writing.
enum Flow { case normal, breakLoop, continueLoop }

/// What is assigned to.
enum Target: Sendable {
  case name(String)
  case attribute(String, Text)
  case tuple([Target])
}

/// A template, parsed.
struct TemplateProgram: @unchecked Sendable {
  let statements: [Statement]
  let blocks: [String: BlockStatement]
}

/// A statement of a template.
class Statement: @unchecked Sendable {
  let line: Int
  init(line: Int) { self.line = line }
  func run(_ renderer: Renderer, _ scope: Scope) throws(TemplateError) -> Flow { .normal }
}

/// Text outside tags.
final class TextStatement: Statement, @unchecked Sendable {
  private let text: Text
  init(_ text: Text, line: Int) {
    self.text = text
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    try renderer.write(text)
    return .normal
  }
}

/// `{{ … }}`, and `{% print … %}` with several.
final class OutputStatement: Statement, @unchecked Sendable {
  private let expressions: [Expression]
  init(_ expressions: [Expression], line: Int) {
    self.expressions = expressions
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    for expression in expressions {
      try renderer.write(try expression.evaluate(renderer, scope))
    }
    return .normal
  }
}

final class IfStatement: Statement, @unchecked Sendable {
  private let branches: [(condition: Expression, body: [Statement])]
  private let otherwise: [Statement]
  init(
    _ branches: [(condition: Expression, body: [Statement])], _ otherwise: [Statement], line: Int
  ) {
    self.branches = branches
    self.otherwise = otherwise
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    for (condition, body) in branches {
      try renderer.budget.step()
      if try condition.evaluate(renderer, scope).isTrue(renderer.budget) {
        return try renderer.run(body, scope)
      }
    }
    return try renderer.run(otherwise, scope)
  }
}

final class ForStatement: Statement, @unchecked Sendable {
  private let target: Target
  private let items: Expression
  private let condition: Expression?
  private let isRecursive: Bool
  private let body: [Statement]
  private let otherwise: [Statement]

  init(
    target: Target, items: Expression, condition: Expression?, isRecursive: Bool,
    body: [Statement], otherwise: [Statement], line: Int
  ) {
    self.target = target
    self.items = items
    self.condition = condition
    self.isRecursive = isRecursive
    self.body = body
    self.otherwise = otherwise
    super.init(line: line)
  }

  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    return try loop(try items.evaluate(renderer, scope), depth: 1, scope, renderer)
  }

  /// The text of the loop over other items, `loop(items)`.
  func recurse(
    _ items: Value, depth: Int, _ scope: Scope, _ renderer: Renderer
  ) throws(TemplateError) -> Text {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    let nested = RecursionStatement(self, items, depth: depth)
    return try renderer.capture([nested], scope).text
  }

  fileprivate func loop(
    _ items: Value, depth: Int, _ scope: Scope, _ renderer: Renderer
  ) throws(TemplateError) -> Flow {
    var source = items
    var iterator = try renderer.iterator(items)
    if let condition {
      // The condition is asked when an item is needed, as a generator would.
      let target = target
      var unfiltered = iterator
      let filtered = try IteratorObject(renderer.budget) {
        (renderer) throws(TemplateError) in
        while let item = try unfiltered.next(renderer) {
          try renderer.budget.step()
          let inner = Scope(scope)
          try renderer.assign(item, to: target, inner)
          if try condition.evaluate(renderer, inner).isTrue(renderer.budget) { return item }
        }
        return nil
      }
      source = .object(filtered)
      iterator = .object(filtered)
    }
    let state = try LoopObject(
      source, iterator, depth: depth, recursion: isRecursive ? (self, scope) : nil,
      renderer.budget)
    var isEmpty = true
    while let item = try state.next(renderer) {
      isEmpty = false
      // A round makes a scope, which costs as much as some steps.
      try renderer.budget.step(3)
      let inner = Scope(scope, ["loop": .object(state)])
      try renderer.assign(item, to: target, inner)
      if try renderer.run(body, inner) == .breakLoop { break }
      renderer.line = line
    }
    if isEmpty { return try renderer.run(otherwise, Scope(scope)) }
    return .normal
  }
}

/// A recursive loop's inner round.
private final class RecursionStatement: Statement, @unchecked Sendable {
  private let statement: ForStatement
  private let items: Value
  private let depth: Int
  init(_ statement: ForStatement, _ items: Value, depth: Int) {
    self.statement = statement
    self.items = items
    self.depth = depth
    super.init(line: statement.line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    try statement.loop(items, depth: depth, scope, renderer)
  }
}

final class SetStatement: Statement, @unchecked Sendable {
  private let target: Target
  private let value: Expression
  init(_ target: Target, _ value: Expression, line: Int) {
    self.target = target
    self.value = value
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    try renderer.assign(try value.evaluate(renderer, scope), to: target, scope)
    return .normal
  }
}

/// `{% set x %}…{% endset %}`, and `{% filter f %}…{% endfilter %}` without a target.
final class CaptureStatement: Statement, @unchecked Sendable {
  private let target: Target?
  private let filters: [PostfixLink]
  private let body: [Statement]
  init(_ target: Target?, _ filters: [PostfixLink], _ body: [Statement], line: Int) {
    self.target = target
    self.filters = filters
    self.body = body
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    let inner = Scope(scope)
    let (text, flow) = try renderer.capture(body, inner)
    guard flow == .normal else { return flow }
    var value = Value.string(text)
    for filter in filters { value = try filter.apply(value, renderer, inner) }
    if let target {
      try renderer.assign(value, to: target, scope)
    } else {
      try renderer.write(value)
    }
    return .normal
  }
}

final class MacroStatement: Statement, @unchecked Sendable {
  private let definition: MacroDefinition
  init(_ definition: MacroDefinition, line: Int) {
    self.definition = definition
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    let macro = try MacroObject(definition, scope, renderer.budget)
    scope.set(definition.name ?? "", .object(macro))
    return .normal
  }
}

/// The statement `{% call f(…) %}…{% endcall %}`.
final class CallStatement: Statement, @unchecked Sendable {
  private let callee: Expression
  private let link: CallLink
  private let definition: MacroDefinition
  init(_ callee: Expression, _ link: CallLink, _ definition: MacroDefinition, line: Int) {
    self.callee = callee
    self.link = link
    self.definition = definition
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    let caller = try MacroObject(definition, scope, renderer.budget)
    let value = try callee.evaluate(renderer, scope)
    try renderer.write(try link.apply(value, caller: caller, renderer, scope))
    return .normal
  }
}

/// Statements in a scope of their own: `with`, and `generation`, which renders as its body.
final class ScopeStatement: Statement, @unchecked Sendable {
  private let pairs: [(target: Target, value: Expression)]
  private let body: [Statement]
  init(_ pairs: [(target: Target, value: Expression)], _ body: [Statement], line: Int) {
    self.pairs = pairs
    self.body = body
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    let inner = Scope(scope)
    for (target, value) in pairs {
      try renderer.assign(try value.evaluate(renderer, scope), to: target, inner)
    }
    return try renderer.run(body, inner)
  }
}

final class AutoescapeStatement: Statement, @unchecked Sendable {
  private let condition: Expression
  private let body: [Statement]
  init(_ condition: Expression, _ body: [Statement], line: Int) {
    self.condition = condition
    self.body = body
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    let outer = renderer.escapes
    renderer.escapes = try condition.evaluate(renderer, scope).isTrue(renderer.budget)
    defer { renderer.escapes = outer }
    return try renderer.run(body, Scope(scope))
  }
}

final class BlockStatement: Statement, @unchecked Sendable {
  let name: String
  let body: [Statement]
  private let isScoped: Bool
  private let isRequired: Bool
  init(_ name: String, _ body: [Statement], isScoped: Bool, isRequired: Bool, line: Int) {
    self.name = name
    self.body = body
    self.isScoped = isScoped
    self.isRequired = isRequired
    super.init(line: line)
  }

  /// The scope of the body: it sees the top level, or what is around it where it is scoped.
  func scope(_ around: Scope) throws(TemplateError) -> Scope {
    guard !isRequired else { throw TemplateError("the required block '\(name)' is not there") }
    return Scope(around)
  }

  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    return try renderer.run(body, try self.scope(isScoped ? scope : renderer.top))
  }
}

final class JumpStatement: Statement, @unchecked Sendable {
  private let flow: Flow
  init(_ flow: Flow, line: Int) {
    self.flow = flow
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow { flow }
}

/// `include`, `import` and `extends`, for which a chat template has no other templates.
final class LoadStatement: Statement, @unchecked Sendable {
  private let tag: String
  init(_ tag: String, line: Int) {
    self.tag = tag
    super.init(line: line)
  }
  override func run(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Flow {
    throw TemplateError("'\(tag)' needs another template, and a chat template has none")
  }
}
