/// Names and what they mean, inside a block and around it.
final class TemplateScope {
  private var variables: [String: TemplateValue]
  private let outer: TemplateScope?

  init(_ outer: TemplateScope?, _ variables: [String: TemplateValue] = [:]) {
    self.outer = outer
    self.variables = variables
  }

  /// The value of a name, here or further out.
  func value(_ name: String) -> TemplateValue? {
    var scope: TemplateScope? = self
    while let current = scope {
      if let value = current.variables[name] { return value }
      scope = current.outer
    }
    return nil
  }

  /// Gives a name a meaning here.
  func set(_ name: String, _ value: TemplateValue) { variables[name] = value }
}

/// A `namespace()`: the one thing that an inner block may change outside it.
final class TemplateNamespace: TemplateObject, @unchecked Sendable {
  var values: TemplateDictionary
  init(_ values: TemplateDictionary) { self.values = values }
  override var name: String { "Namespace" }
}

/// Something that can be called.
final class TemplateFunction: TemplateObject, @unchecked Sendable {
  typealias Body = (CallArguments) throws(TemplateError) -> TemplateValue
  private let label: String
  let body: Body

  init(_ label: String, _ body: @escaping Body) {
    self.label = label
    self.body = body
  }

  override var name: String { label }
}

/// The `loop` of a `for`.
final class TemplateLoopState: TemplateObject, @unchecked Sendable {
  var index = 0
  var depth = 1
  let items: [TemplateValue]
  var lastChanged: [TemplateValue]?
  var recurse: TemplateFunction?
  init(_ items: [TemplateValue]) { self.items = items }
  override var name: String { "LoopContext" }
}

/// Arguments of a call, evaluated.
struct CallArguments {
  var positional: [TemplateValue]
  var named: [(name: String, value: TemplateValue)]

  /// The argument at a place or of a name.
  func value(_ index: Int, _ name: String) -> TemplateValue? {
    if index < positional.count { return positional[index] }
    return named.last { $0.name == name }?.value
  }
}

/// Runs statements.
///
/// One interpreter renders once.
final class TemplateInterpreter {
  /// What a statement did besides writing.
  enum Flow { case normal, breakLoop, continueLoop }

  /// Steps, characters and nested calls that a rendering may take: far above any real template.
  private static let stepLimit = 1_000_000
  private static let outputLimit = 64 << 20
  private static let depthLimit = 64

  var output = ""
  private var steps = 0
  private var depth = 0
  private var line = 0

  func render(
    _ statements: [TemplateStatement], _ variables: [String: TemplateValue]
  ) throws(TemplateError) -> String {
    let globals = TemplateScope(nil, Builtins.globals)
    do {
      _ = try run(statements, TemplateScope(globals, variables))
    } catch {
      throw error.line == nil && line > 0 ? TemplateError(error.problem, line: line) : error
    }
    return output
  }

  /// Counts a step of the budget.
  func step() throws(TemplateError) {
    steps += 1
    guard steps <= Self.stepLimit else { throw TemplateError("the template takes too long") }
  }

  private func write(_ text: String) throws(TemplateError) {
    guard output.utf8.count + text.utf8.count <= Self.outputLimit else {
      throw TemplateError("the template writes too much")
    }
    output += text
  }

  func run(
    _ statements: [TemplateStatement], _ scope: TemplateScope
  ) throws(TemplateError) -> Flow {
    for statement in statements {
      try step()
      if statement.line > 0 { line = statement.line }
      let flow = try run(statement.kind, scope)
      if flow != .normal { return flow }
    }
    return .normal
  }

  private func run(
    _ kind: TemplateStatement.Kind, _ scope: TemplateScope
  ) throws(TemplateError) -> Flow {
    switch kind {
    case .text(let text): try write(text)
    case .output(let expression): try write(try evaluate(expression, scope).text)
    case .conditional(let branches, let otherwise):
      for (condition, body) in branches where try evaluate(condition, scope).isTrue {
        return try run(body, scope)
      }
      return try run(otherwise, scope)
    case .loop(let loop): try run(loop, try evaluate(loop.items, scope), scope, depth: 1)
    case .set(let targets, let expression):
      let value = try evaluate(expression, scope)
      for target in targets { try assign(value, to: target, scope) }
    case .setBlock(let target, let filters, let body):
      let text = try capture(body, TemplateScope(scope))
      try assign(try apply(filters, .string(text), scope), to: target, scope)
    case .macro(let macro): scope.set(macro.name, .object(function(macro, scope)))
    case .call(let block, let expression):
      guard case .call(let target, let arguments) = expression else { break }
      var given = try evaluate(arguments, scope)
      given.named.append(("caller", .object(function(block, scope))))
      try write(try call(try evaluate(target, scope), given, describe(target)).text)
    case .filter(let filters, let body):
      let text = try capture(body, TemplateScope(scope))
      try write(try apply(filters, .string(text), scope).text)
    case .with(let pairs, let body):
      let inner = TemplateScope(scope)
      for (target, expression) in pairs {
        try assign(try evaluate(expression, scope), to: target, inner)
      }
      return try run(body, inner)
    case .scope(let body): return try run(body, TemplateScope(scope))
    case .expression(let expression): _ = try evaluate(expression, scope)
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    }
    return .normal
  }

  private func run(
    _ loop: TemplateLoop, _ items: TemplateValue, _ scope: TemplateScope, depth: Int
  ) throws(TemplateError) {
    var kept: [TemplateValue] = []
    for item in try Builtins.items(items) {
      try step()
      if let condition = loop.condition {
        let inner = TemplateScope(scope)
        try assign(item, to: loop.target, inner)
        guard try evaluate(condition, inner).isTrue else { continue }
      }
      kept.append(item)
    }
    guard !kept.isEmpty else {
      _ = try run(loop.otherwise, TemplateScope(scope))
      return
    }
    let state = TemplateLoopState(kept)
    state.depth = depth
    if loop.isRecursive {
      state.recurse = TemplateFunction("loop") {
        [unowned self] (arguments: CallArguments) throws(TemplateError) -> TemplateValue in
        guard let items = arguments.positional.first else {
          throw TemplateError("loop() needs what to walk through")
        }
        return try self.nested { () throws(TemplateError) -> TemplateValue in
          let outer = self.output
          self.output = ""
          try self.run(loop, items, scope, depth: depth + 1)
          defer { self.output = outer }
          return .string(self.output)
        }
      }
    }
    for (index, item) in kept.enumerated() {
      state.index = index
      let inner = TemplateScope(scope, ["loop": .object(state)])
      try assign(item, to: loop.target, inner)
      if try run(loop.body, inner) == .breakLoop { break }
    }
  }

  /// What a body writes.
  private func capture(
    _ body: [TemplateStatement], _ scope: TemplateScope
  ) throws(TemplateError) -> String {
    let outer = output
    output = ""
    defer { output = outer }
    _ = try run(body, scope)
    return output
  }

  private func assign(
    _ value: TemplateValue, to target: TemplateTarget, _ scope: TemplateScope
  ) throws(TemplateError) {
    switch target {
    case .name(let name): scope.set(name, value)
    case .attribute(let name, let attribute):
      guard case .object(let object)? = scope.value(name),
        let namespace = object as? TemplateNamespace
      else { throw TemplateError("cannot assign to \(name).\(attribute): not a namespace") }
      namespace.values[attribute] = value
    case .tuple(let targets):
      let items = try Builtins.items(value)
      guard items.count == targets.count else {
        throw TemplateError("expected \(targets.count) values to unpack, found \(items.count)")
      }
      for (target, item) in zip(targets, items) { try assign(item, to: target, scope) }
    }
  }

  // MARK: Calls

  /// Runs something one call deeper.
  func nested<T>(_ body: () throws(TemplateError) -> T) throws(TemplateError) -> T {
    depth += 1
    defer { depth -= 1 }
    guard depth < Self.depthLimit else { throw TemplateError("calls nest too deep") }
    return try body()
  }

  private func function(_ macro: TemplateMacro, _ scope: TemplateScope) -> TemplateFunction {
    TemplateFunction("Macro") {
      [unowned self] (arguments: CallArguments) throws(TemplateError) -> TemplateValue in
      try self.nested { () throws(TemplateError) -> TemplateValue in
        let inner = TemplateScope(scope)
        try self.bind(arguments, macro, inner)
        return .string(try self.capture(macro.body, inner))
      }
    }
  }

  private func bind(
    _ arguments: CallArguments, _ macro: TemplateMacro, _ scope: TemplateScope
  ) throws(TemplateError) {
    for (index, parameter) in macro.parameters.enumerated() {
      if let value = arguments.value(index, parameter.name) {
        scope.set(parameter.name, value)
      } else if let fallback = parameter.fallback {
        scope.set(parameter.name, try evaluate(fallback, scope))
      } else {
        scope.set(parameter.name, .undefined(parameter.name))
      }
    }
    let known = Set(macro.parameters.map(\.name))
    let rest = arguments.named.filter { !known.contains($0.name) }
    scope.set("varargs", .tuple(Array(arguments.positional.dropFirst(macro.parameters.count))))
    scope.set("kwargs", .dict(rest.filter { $0.name != "caller" }.map { ($0.name, $0.value) }))
    if let caller = rest.last(where: { $0.name == "caller" }) { scope.set("caller", caller.value) }
  }

  /// Calls a value.
  func call(
    _ target: TemplateValue, _ arguments: CallArguments, _ label: @autoclosure () -> String
  ) throws(TemplateError) -> TemplateValue {
    try step()
    switch target {
    case .object(let object):
      if let function = object as? TemplateFunction { return try function.body(arguments) }
      if let loop = object as? TemplateLoopState, let recurse = loop.recurse {
        return try recurse.body(arguments)
      }
      throw TemplateError("\(label()) cannot be called")
    case .undefined(let name): throw TemplateError("'\(name)' is undefined")
    default: throw TemplateError("\(label()) is a \(target.typeName) and cannot be called")
    }
  }

  private func apply(
    _ filters: [TemplateFilter], _ value: TemplateValue, _ scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    var value = value
    for filter in filters {
      value = try Filters.apply(
        filter.name, value, try evaluate(filter.arguments, scope), self)
    }
    return value
  }

  func describe(_ expression: TemplateExpression) -> String {
    switch expression {
    case .name(let name): name
    case .attribute(let value, let name): "\(describe(value)).\(name)"
    default: "the value"
    }
  }
}
