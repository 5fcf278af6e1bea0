/// A macro's parameters and body; also those of `caller`.
final class MacroDefinition: @unchecked Sendable {
  let name: String?
  let parameters: [(name: String, fallback: Expression?)]
  let body: [Statement]
  /// Names that the body reads decide what a call may give.
  let takesMore: Bool
  let takesNamed: Bool
  let takesCaller: Bool

  init(
    name: String?, parameters: [(name: String, fallback: Expression?)], body: [Statement],
    names: Set<String>
  ) {
    self.name = name
    self.parameters = parameters
    self.body = body
    takesMore = names.contains("varargs")
    takesNamed = names.contains("kwargs")
    takesCaller = names.contains("caller")
  }
}

/// A macro in the scope where it was defined.
final class MacroObject: TemplateObject {
  private let definition: MacroDefinition
  private var scope: Scope?

  init(_ definition: MacroDefinition, _ scope: Scope, _ budget: Budget) throws(TemplateError) {
    self.definition = definition
    self.scope = scope
    try super.init(budget)
  }

  override var typeName: String { "Macro" }
  override var isCallable: Bool { true }
  override func releaseValues() { scope = nil }

  override func attribute(
    _ name: String, _ renderer: Renderer
  ) throws(TemplateError) -> Value? {
    switch name {
    case "name": return definition.name.map { .literal($0) } ?? Value.none
    case "arguments":
      var names = ListBuilder(renderer.budget)
      for parameter in definition.parameters { try names.append(.literal(parameter.name)) }
      return try names.list()
    case "catch_kwargs": return .bool(definition.takesNamed)
    case "catch_varargs": return .bool(definition.takesMore)
    case "caller": return .bool(definition.takesCaller)
    case "explicit_caller":
      return .bool(definition.parameters.contains { $0.name == "caller" })
    default: return nil
    }
  }

  override func print(to builder: inout TextBuilder) throws(TemplateError) {
    try builder.append("<Macro ")
    try builder.append(definition.name.map { "'\($0)'" } ?? "anonymous")
    try builder.append(">")
  }

  override func call(
    _ arguments: CallArguments, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    let inner = Scope(scope)
    try bind(arguments, inner, renderer)
    let line = renderer.line
    let text = try renderer.capture(definition.body, inner).text
    renderer.line = line
    return .string(text)
  }

  private func bind(
    _ arguments: CallArguments, _ inner: Scope, _ renderer: Renderer
  ) throws(TemplateError) {
    let parameters = definition.parameters
    var named = arguments.named
    var findsCaller =
      arguments.positional.count >= parameters.count
      && parameters.contains { $0.name == "caller" }
    for (index, parameter) in parameters.enumerated() {
      // Each parameter is looked for among the named arguments.
      try renderer.budget.step(1 + named.count >> 3)
      if index < arguments.positional.count {
        inner.set(parameter.name, arguments.positional[index])
      } else if let place = named.firstIndex(where: { $0.name == parameter.name }) {
        inner.set(parameter.name, named.remove(at: place).value)
      } else if let fallback = parameter.fallback {
        inner.set(parameter.name, try fallback.evaluate(renderer, inner))
      } else {
        inner.set(
          parameter.name,
          .undefined(Undefined("parameter '\(parameter.name)' was not provided")))
      }
      if parameter.name == "caller" { findsCaller = true }
    }
    if definition.takesCaller, !findsCaller {
      let place = named.firstIndex { $0.name == "caller" }
      inner.set(
        "caller",
        place.map { named.remove(at: $0).value } ?? .undefined(Undefined("no caller defined")))
    }
    let label = definition.name ?? "caller"
    if definition.takesNamed {
      let dict = ValueDict()
      for (name, value) in named { try dict.set(.literal(name), value, renderer.budget) }
      inner.set("kwargs", .dict(dict))
    } else if let first = named.first {
      throw TemplateError("macro '\(label)' takes no argument '\(first.name)'")
    }
    let rest = arguments.positional.dropFirst(parameters.count)
    if definition.takesMore {
      inner.set("varargs", .tuple(try ValueList(Array(rest), renderer.budget)))
    } else if !rest.isEmpty {
      throw TemplateError("macro '\(label)' takes at most \(parameters.count) arguments")
    }
  }
}

/// The `loop` of a `for`.
final class LoopObject: TemplateObject {
  private var source: ValueIterator
  private let iterated: Value
  private var buffered: [Value] = []
  private var knownLength: Int?
  private var index = -1
  private let depth: Int
  private var current: Value?
  private var previous: Value?
  private var lastChanged: [Value]?
  private var recursion: (statement: ForStatement, scope: Scope)?

  init(
    _ iterated: Value, _ source: ValueIterator, depth: Int,
    recursion: (statement: ForStatement, scope: Scope)?, _ budget: Budget
  ) throws(TemplateError) {
    self.iterated = iterated
    self.source = source
    self.depth = depth
    self.recursion = recursion
    try super.init(budget)
  }

  override var typeName: String { "LoopContext" }
  override var isCallable: Bool { true }

  override func releaseValues() {
    source = .items([], 0)
    buffered = []
    (current, previous, lastChanged, recursion) = (nil, nil, nil, nil)
  }

  /// Goes on to the next item; nil at the end.
  func next(_ renderer: Renderer) throws(TemplateError) -> Value? {
    let item: Value?
    if buffered.isEmpty {
      item = try source.next(renderer)
    } else {
      item = buffered.removeFirst()
    }
    guard let item else { return nil }
    index += 1
    previous = current
    current = item
    return item
  }

  private func peek(_ renderer: Renderer) throws(TemplateError) -> Value? {
    if buffered.isEmpty, let next = try source.next(renderer) { buffered.append(next) }
    return buffered.first
  }

  private func length(_ renderer: Renderer) throws(TemplateError) -> Int {
    if let knownLength { return knownLength }
    if case .object(let object) = iterated, object is IteratorObject {
      // A generator has no length, so that it is read to its end.
      var rest = ListBuilder(renderer.budget)
      try rest.append(contentsOf: buffered)
      while let item = try source.next(renderer) { try rest.append(item) }
      buffered = []
      source = .items(rest.items, 0)
      knownLength = index + 1 + rest.items.count
    } else {
      knownLength = try renderer.length(iterated) ?? 0
    }
    return knownLength ?? 0
  }

  override func attribute(
    _ name: String, _ renderer: Renderer
  ) throws(TemplateError) -> Value? {
    switch name {
    case "index": return .int(index + 1)
    case "index0": return .int(index)
    case "first": return .bool(index == 0)
    case "last": return .bool(try peek(renderer) == nil)
    case "length": return .int(try length(renderer))
    case "revindex": return .int(try length(renderer) - index)
    case "revindex0": return .int(try length(renderer) - index - 1)
    case "depth": return .int(depth)
    case "depth0": return .int(depth - 1)
    case "previtem":
      return previous ?? .undefined(Undefined("there is no previous item"))
    case "nextitem":
      return try peek(renderer) ?? .undefined(Undefined("there is no next item"))
    default: return try Methods.bound(name, .object(self), renderer)
    }
  }

  /// `loop.cycle`.
  func cycle(_ items: [Value]) throws(TemplateError) -> Value {
    guard !items.isEmpty else { throw TemplateError("loop.cycle needs items") }
    return items[max(0, index) % items.count]
  }

  /// `loop.changed`.
  func changed(_ values: [Value], _ budget: Budget) throws(TemplateError) -> Bool {
    if let lastChanged, try Comparison.equal(lastChanged, values, budget) { return false }
    lastChanged = values
    return true
  }

  override func call(
    _ arguments: CallArguments, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    guard let recursion else {
      throw TemplateError("loop() needs a loop that is marked 'recursive'")
    }
    guard arguments.positional.count == 1, arguments.named.isEmpty else {
      throw TemplateError("loop() needs what to walk through")
    }
    return .string(
      try recursion.statement.recurse(
        arguments.positional[0], depth: depth + 1, recursion.scope, renderer))
  }

  override func length(_ budget: Budget) throws(TemplateError) -> Int? { nil }

  override func print(to builder: inout TextBuilder) throws(TemplateError) {
    try builder.append("<LoopContext \(index + 1)/\(knownLength.map { "\($0)" } ?? "?")>")
  }
}

/// `self`, whose attributes are the template's blocks.
final class BlocksObject: TemplateObject {
  override var typeName: String { "TemplateReference" }
  override func attribute(
    _ name: String, _ renderer: Renderer
  ) throws(TemplateError) -> Value? {
    try renderer.blocks[name].map { (block) throws(TemplateError) in
      .object(try BlockObject(block, renderer.budget))
    }
  }
}

/// A block that can be called, `self.name`.
final class BlockObject: TemplateObject {
  private let block: BlockStatement
  init(_ block: BlockStatement, _ budget: Budget) throws(TemplateError) {
    self.block = block
    try super.init(budget)
  }

  override var typeName: String { "BlockReference" }
  override var isCallable: Bool { true }
  override func call(
    _ arguments: CallArguments, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    try arguments.expectNone("a block")
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    return .string(
      try renderer.capture(block.body, block.scope(renderer.top)).text)
  }
}
