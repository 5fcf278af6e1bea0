/// Names and what they mean, inside a block and around it.
final class Scope {
  private var variables: [String: Value]
  private let outer: Scope?

  init(_ outer: Scope?, _ variables: [String: Value] = [:]) {
    self.outer = outer
    self.variables = variables
  }

  /// The value of a name, here or further out.
  func value(_ name: String, _ budget: Budget) throws(TemplateError) -> Value? {
    var scope: Scope? = self
    var looked = 0
    while let current = scope {
      if let value = current.variables[name] { return value }
      looked += 1
      // A look costs about half a step.
      if looked & 1 == 0 { try budget.step() }
      scope = current.outer
    }
    return nil
  }

  /// Gives a name a meaning here.
  func set(_ name: String, _ value: Value) { variables[name] = value }
}

/// The state of one rendering.
final class Renderer {
  let budget: Budget
  /// Where statements write.
  private(set) var output: TextBuilder
  /// Whether output is escaped for HTML, as `autoescape` says.
  var escapes = false
  /// The line of the statement that runs.
  var line = 0
  /// The template's blocks.
  let blocks: [String: BlockStatement]
  /// The scope of the template's top level.
  let top: Scope

  private init(
    _ blocks: [String: BlockStatement], _ budget: Budget, _ variables: [String: Value]
  ) throws(TemplateError) {
    self.blocks = blocks
    self.budget = budget
    output = TextBuilder(budget)
    top = Scope(Scope(nil, try Globals.all(budget)), variables)
  }

  /// Renders a template.
  static func render(
    _ program: TemplateProgram, _ variables: [String: TemplateValue]
  ) throws(TemplateError) -> Text {
    var inputBytes = 0
    for (name, value) in variables { inputBytes += name.utf8.count + value.byteCount() }
    let budget = Budget(inputBytes: inputBytes)
    defer { budget.releaseObjects() }
    // `transformers` always gives these two.
    var values: [String: Value] = ["tools": .none, "documents": .none]
    for (name, value) in variables {
      values[name] =
        name == "messages"
        ? try value.messages(budget)
        : try value.value(isData: name == "tools" || name == "documents", budget)
    }
    let renderer = try Renderer(program.blocks, budget, values)
    do throws(TemplateError) {
      _ = try renderer.run(program.statements, renderer.top)
    } catch {
      var located = error
      if located.line == nil, renderer.line > 0 { located.line = renderer.line }
      throw located
    }
    return renderer.output.finish()
  }

  // MARK: Statements

  /// Runs statements until one leaves the loop.
  func run(_ statements: [Statement], _ scope: Scope) throws(TemplateError) -> Flow {
    for statement in statements {
      try budget.step()
      line = statement.line
      let flow = try statement.run(self, scope)
      if flow != .normal { return flow }
    }
    return .normal
  }

  /// What statements write, and how they end.
  func capture(
    _ statements: [Statement], _ scope: Scope
  ) throws(TemplateError) -> (text: Text, flow: Flow) {
    try budget.enter()
    defer { budget.leave() }
    let outer = output
    output = TextBuilder(budget)
    let flow: Flow
    do throws(TemplateError) {
      flow = try run(statements, scope)
    } catch {
      output = outer
      throw error
    }
    let text = output.finish(isSafe: escapes)
    output = outer
    return (text, flow)
  }

  /// Writes a text as it is.
  func write(_ text: Text) throws(TemplateError) { try output.append(text) }

  /// Writes a value, escaped where `autoescape` asks.
  func write(_ value: Value) throws(TemplateError) {
    if escapes {
      try output.append(try value.text(budget).escaped(budget))
    } else {
      try output.append(text: value)
    }
  }

  // MARK: Values

  /// Walks through a value's items.
  func iterator(_ value: Value) throws(TemplateError) -> ValueIterator {
    switch value {
    case .undefined: return .items([], 0)
    case .list(let list), .tuple(let list): return .items(list.items, 0)
    case .dict(let dict): return .items(dict.keys, 0)
    case .string(let text): return .text(text, 0)
    case .object(let object):
      if let iterator = try object.iterator(self) { return iterator }
    default: break
    }
    throw TemplateError("a value of type \(value.typeName) is not iterable")
  }

  /// All items of a value.
  func items(_ value: Value) throws(TemplateError) -> [Value] {
    var iterator = try iterator(value)
    if case .items(let items, 0) = iterator { return items }
    var list = ListBuilder(budget)
    while let item = try iterator.next(self) { try list.append(item) }
    return list.items
  }

  /// Python's `len`; nil where the value has none.
  func length(_ value: Value) throws(TemplateError) -> Int? {
    switch value {
    case .undefined: 0
    case .string(let text): try text.scalarCount(budget)
    case .list(let list), .tuple(let list): list.items.count
    case .dict(let dict): dict.count
    case .object(let object): try object.length(budget)
    default: nil
    }
  }

  /// Calls a value.
  func call(
    _ callee: Value, _ arguments: CallArguments
  ) throws(TemplateError) -> Value {
    try callee.checkDefined()
    guard case .object(let object) = callee else {
      throw TemplateError("a value of type \(callee.typeName) cannot be called")
    }
    return try object.call(arguments, self)
  }

  /// Binds a target to a value.
  func assign(
    _ value: Value, to target: Target, _ scope: Scope
  ) throws(TemplateError) {
    switch target {
    case .name(let name): scope.set(name, value)
    case .attribute(let name, let attribute):
      guard case .object(let object as NamespaceObject)? = try scope.value(name, budget) else {
        throw TemplateError("cannot assign to \(name).\(attribute.string): not a namespace")
      }
      try object.set(.string(attribute), value, budget)
    case .tuple(let targets):
      try budget.enter()
      defer { budget.leave() }
      if case .undefined = value { try value.checkDefined() }
      let items = try items(value)
      guard items.count == targets.count else {
        throw TemplateError("expected \(targets.count) values to unpack, found \(items.count)")
      }
      for (target, item) in zip(targets, items) { try assign(item, to: target, scope) }
    }
  }
}
