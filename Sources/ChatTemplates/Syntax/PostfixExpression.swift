/// Attributes, subscripts, calls, filters and tests after an expression, in a row.
final class PostfixExpression: Expression, @unchecked Sendable {
  let base: Expression
  let links: [PostfixLink]

  init(_ base: Expression, _ links: [PostfixLink]) {
    self.base = base
    self.links = links
  }

  override func evaluate(
    _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    var value = try base.evaluate(renderer, scope)
    for link in links {
      try renderer.budget.step()
      value = try link.apply(value, renderer, scope)
    }
    return value
  }
}

/// One link of a `PostfixExpression`.
class PostfixLink: @unchecked Sendable {
  func apply(
    _ value: Value, _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value { value }
}

/// An attribute, `.name`.
final class AttributeLink: PostfixLink, @unchecked Sendable {
  let name: Text
  init(_ name: Text) { self.name = name }
  override func apply(
    _ value: Value, _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value { try Members.attribute(name, of: value, renderer) }
}

/// A subscript, `[index]`.
final class ItemLink: PostfixLink, @unchecked Sendable {
  private let index: Expression
  init(_ index: Expression) { self.index = index }
  override func apply(
    _ value: Value, _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try Members.item(try index.evaluate(renderer, scope), of: value, renderer)
  }
}

/// A slice, `[start:stop:step]`.
final class SliceLink: PostfixLink, @unchecked Sendable {
  private let parts: [Expression?]
  init(_ parts: [Expression?]) { self.parts = parts }
  override func apply(
    _ value: Value, _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    var values: [Value] = []
    for part in parts { values.append(try part?.evaluate(renderer, scope) ?? .none) }
    return try Members.slice(value, values[0], values[1], values[2], renderer)
  }
}

/// `(arguments)`, and `.name(arguments)` without a method object in between.
final class CallLink: PostfixLink, @unchecked Sendable {
  private let method: Text?
  private let arguments: ArgumentList
  init(method: Text?, _ arguments: ArgumentList) {
    self.method = method
    self.arguments = arguments
  }

  override func apply(
    _ value: Value, _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    try call(value, try arguments.evaluate(renderer, scope), renderer)
  }

  /// Calls with arguments that are evaluated.
  func call(
    _ value: Value, _ given: CallArguments, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    guard let method else { return try renderer.call(value, given) }
    if let builtin = Methods.method(method.string, of: value) {
      return try builtin.call(value, given, renderer)
    }
    return try renderer.call(try Members.attribute(method, of: value, renderer), given)
  }

  /// Calls with `caller` beside the arguments.
  func apply(
    _ value: Value, caller: MacroObject, _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    var given = try arguments.evaluate(renderer, scope)
    given.named.append(("caller", .object(caller)))
    return try call(value, given, renderer)
  }
}

/// A filter, `|name(arguments)`.
final class FilterLink: PostfixLink, @unchecked Sendable {
  private let name: String
  private let builtin: Builtin?
  private let arguments: ArgumentList
  init(_ name: String, _ arguments: ArgumentList) {
    self.name = name
    self.arguments = arguments
    builtin = Filters.table[name]
  }
  override func apply(
    _ value: Value, _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    guard let builtin else { throw TemplateError("no filter named '\(name)'") }
    return try builtin.call(value, try arguments.evaluate(renderer, scope), renderer)
  }
}

/// A test, `is name(arguments)`.
final class TestLink: PostfixLink, @unchecked Sendable {
  private let name: String
  private let builtin: Builtin?
  private let arguments: ArgumentList
  private let isNegated: Bool
  init(_ name: String, _ arguments: ArgumentList, isNegated: Bool) {
    self.name = name
    self.arguments = arguments
    self.isNegated = isNegated
    builtin = Tests.table[name]
  }
  override func apply(
    _ value: Value, _ renderer: Renderer, _ scope: Scope
  ) throws(TemplateError) -> Value {
    guard let builtin else { throw TemplateError("no test named '\(name)'") }
    let result = try builtin.call(value, try arguments.evaluate(renderer, scope), renderer)
    return isNegated ? .bool(try !result.isTrue(renderer.budget)) : result
  }
}

/// Arguments of a call, as expressions.
struct ArgumentList: @unchecked Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
  var spread: Expression?
  var namedSpread: Expression?

  func evaluate(_ renderer: Renderer, _ scope: Scope) throws(TemplateError) -> CallArguments {
    var arguments = CallArguments()
    for expression in positional {
      try renderer.budget.step()
      arguments.positional.append(try expression.evaluate(renderer, scope))
    }
    if let spread {
      let items = try renderer.items(try spread.evaluate(renderer, scope))
      try renderer.budget.allocate(items.count * 16)
      arguments.positional += items
    }
    for (name, expression) in named {
      arguments.named.append((name, try expression.evaluate(renderer, scope)))
    }
    if let namedSpread {
      let value = try namedSpread.evaluate(renderer, scope)
      guard case .dict(let dict) = value else {
        throw TemplateError("'**' needs a mapping, found \(value.typeName)")
      }
      try renderer.budget.allocate(dict.count * 64)
      for index in 0..<dict.count {
        guard case .string(let name) = dict.keys[index] else {
          throw TemplateError("'**' needs a mapping whose keys are strings")
        }
        let key = try name.string(renderer.budget)
        guard !arguments.named.contains(where: { $0.name == key }) else {
          throw TemplateError("two values for the argument '\(key)'")
        }
        try renderer.budget.step(arguments.named.count)
        arguments.named.append((key, dict.values[index]))
      }
    }
    return arguments
  }
}
