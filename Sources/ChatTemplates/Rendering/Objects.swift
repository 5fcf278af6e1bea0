/// What exists only while rendering: macros, loops, namespaces, methods, iterators.
///
/// The budget owns every object; see `Budget.adopt`.
class TemplateObject {
  init(_ budget: Budget) throws(TemplateError) {
    try budget.allocate(320)
    budget.adopt(self)
  }

  /// Python's name of the type.
  var typeName: String { "object" }
  /// Whether it can be called.
  var isCallable: Bool { false }
  /// Gives up whatever could refer to other objects.
  func releaseValues() {}
  /// The value of an attribute; nil where it has none of the name.
  func attribute(_ name: String, _ renderer: Renderer) throws(TemplateError) -> Value? { nil }
  /// Calls it.
  func call(_ arguments: CallArguments, _ renderer: Renderer) throws(TemplateError) -> Value {
    throw TemplateError("a value of type \(typeName) cannot be called")
  }
  /// Python's `len`; nil where it has none.
  func length(_ budget: Budget) throws(TemplateError) -> Int? { nil }
  /// Something to iterate over; nil where it cannot be.
  func iterator(_ renderer: Renderer) throws(TemplateError) -> ValueIterator? { nil }
  /// Python's `repr`.
  func print(to builder: inout TextBuilder) throws(TemplateError) {
    try builder.append("<\(typeName)>")
  }
}

/// Walks through the items of a value.
enum ValueIterator {
  case items([Value], Int)
  case text(Text, Int)
  case range(RangeObject, Int)
  case object(IteratorObject)

  /// The next item; nil at the end.
  mutating func next(_ renderer: Renderer) throws(TemplateError) -> Value? {
    switch self {
    case .items(let items, let index):
      guard index < items.count else { return nil }
      self = .items(items, index + 1)
      return items[index]
    case .text(let text, let offset):
      guard offset < text.count else { return nil }
      let end = text.scalar(at: offset).1
      self = .text(text, end)
      return .string(try text.slice(offset..<end, renderer.budget))
    case .range(let range, let index):
      guard index < range.count else { return nil }
      self = .range(range, index + 1)
      return .int(range.start + index * range.step)
    case .object(let object): return try object.next(renderer)
    }
  }
}

/// A generator: values that are made when they are asked for, once.
final class IteratorObject: TemplateObject {
  typealias Body = (Renderer) throws(TemplateError) -> Value?
  private var body: Body?

  init(_ budget: Budget, _ body: @escaping Body) throws(TemplateError) {
    self.body = body
    try super.init(budget)
  }

  override var typeName: String { "generator" }
  override func releaseValues() { body = nil }

  func next(_ renderer: Renderer) throws(TemplateError) -> Value? {
    guard let body else { return nil }
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    do throws(TemplateError) {
      if let value = try body(renderer) { return value }
    } catch {
      self.body = nil
      throw error
    }
    self.body = nil
    return nil
  }

  override func iterator(_ renderer: Renderer) throws(TemplateError) -> ValueIterator? {
    .object(self)
  }

  override func print(to builder: inout TextBuilder) throws(TemplateError) {
    try builder.append("<generator object>")
  }
}

/// Python's `range`.
final class RangeObject: TemplateObject {
  let start: Int
  let stop: Int
  let step: Int
  let count: Int

  /// A range of at most 100,000 numbers, as jinja2's sandbox allows.
  init(start: Int, stop: Int, step: Int, _ budget: Budget) throws(TemplateError) {
    guard step != 0 else { throw TemplateError("range() needs a step that is not zero") }
    self.start = start
    self.stop = stop
    self.step = step
    let isEmpty = step > 0 ? start >= stop : start <= stop
    if isEmpty {
      count = 0
    } else {
      let distance =
        step > 0
        ? UInt(bitPattern: stop) &- UInt(bitPattern: start)
        : UInt(bitPattern: start) &- UInt(bitPattern: stop)
      let steps = (distance - 1) / step.magnitude
      guard steps < 100_000 else { throw TemplateError("range() of more than 100000 items") }
      count = Int(steps) + 1
    }
    try super.init(budget)
  }

  override var typeName: String { "range" }
  override func length(_ budget: Budget) throws(TemplateError) -> Int? { count }
  override func iterator(_ renderer: Renderer) throws(TemplateError) -> ValueIterator? {
    .range(self, 0)
  }

  override func attribute(
    _ name: String, _ renderer: Renderer
  ) throws(TemplateError) -> Value? {
    switch name {
    case "start": return .int(start)
    case "stop": return .int(stop)
    case "step": return .int(step)
    default: return try Methods.bound(name, .object(self), renderer)
    }
  }

  override func print(to builder: inout TextBuilder) throws(TemplateError) {
    try builder.append("range(\(start), \(stop)\(step == 1 ? "" : ", \(step)"))")
  }
}

/// What `dict.keys()`, `values()` and `items()` give.
final class DictView: TemplateObject {
  enum Kind: String {
    case keys = "dict_keys"
    case values = "dict_values"
    case items = "dict_items"
  }

  let kind: Kind
  let dict: ValueDict

  init(_ kind: Kind, _ dict: ValueDict, _ budget: Budget) throws(TemplateError) {
    self.kind = kind
    self.dict = dict
    try super.init(budget)
  }

  override var typeName: String { kind.rawValue }
  override func length(_ budget: Budget) throws(TemplateError) -> Int? { dict.count }

  private func items(_ budget: Budget) throws(TemplateError) -> [Value] {
    switch kind {
    case .keys: return dict.keys
    case .values: return dict.values
    case .items:
      var list = ListBuilder(budget)
      for index in 0..<dict.count { try list.append(try dict.pair(index, budget)) }
      return list.items
    }
  }

  override func iterator(_ renderer: Renderer) throws(TemplateError) -> ValueIterator? {
    .items(try items(renderer.budget), 0)
  }

  override func print(to builder: inout TextBuilder) throws(TemplateError) {
    try builder.append(kind.rawValue + "([")
    try builder.append(items: try items(builder.budget))
    try builder.append("])")
  }
}

/// A `namespace()`: the one thing that an inner block may change outside it.
final class NamespaceObject: TemplateObject {
  let values: ValueDict

  init(_ values: ValueDict, _ budget: Budget) throws(TemplateError) {
    self.values = values
    try super.init(budget)
  }

  override var typeName: String { "Namespace" }
  override func releaseValues() { values.removeAll() }

  override func attribute(
    _ name: String, _ renderer: Renderer
  ) throws(TemplateError) -> Value? { values.value(Text(literal: name)) }

  /// Sets an attribute, whose name must not begin with an underscore.
  func set(_ name: Value, _ value: Value, _ budget: Budget) throws(TemplateError) {
    if case .string(let text) = name, text.bytes.first == 0x5F {
      throw TemplateError("a namespace's attribute cannot begin with '_', found '\(text.string)'")
    }
    try values.set(name, value, budget)
  }

  override func print(to builder: inout TextBuilder) throws(TemplateError) {
    try builder.append("<Namespace ")
    try builder.append(representation: .dict(values))
    try builder.append(">")
  }
}

/// `cycler(…)`.
final class CyclerObject: TemplateObject {
  private var items: [Value]
  private var place = 0

  init(_ items: [Value], _ budget: Budget) throws(TemplateError) {
    guard !items.isEmpty else { throw TemplateError("cycler() needs items") }
    self.items = items
    try super.init(budget)
  }

  override var typeName: String { "Cycler" }
  override func releaseValues() { items = [] }
  override func attribute(
    _ name: String, _ renderer: Renderer
  ) throws(TemplateError) -> Value? {
    switch name {
    case "current": return items[place]
    case "pos": return .int(place)
    case "items": return .tuple(try ValueList(items, renderer.budget))
    default: return try Methods.bound(name, .object(self), renderer)
    }
  }

  /// The current item; the following one becomes current.
  func next() -> Value {
    defer { place = (place + 1) % max(1, items.count) }
    return items[place]
  }

  func reset() { place = 0 }
}

/// `joiner(…)`.
final class JoinerObject: TemplateObject {
  private var separator: Value
  private var isUsed = false

  init(_ separator: Value, _ budget: Budget) throws(TemplateError) {
    self.separator = separator
    try super.init(budget)
  }

  override var typeName: String { "Joiner" }
  override var isCallable: Bool { true }
  override func releaseValues() { separator = .none }
  override func attribute(
    _ name: String, _ renderer: Renderer
  ) throws(TemplateError) -> Value? {
    name == "sep" ? separator : name == "used" ? .bool(isUsed) : nil
  }

  override func call(
    _ arguments: CallArguments, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    try arguments.expectNone("a joiner")
    defer { isUsed = true }
    return isUsed ? separator : .string(.empty)
  }
}

/// A builtin function, or a method together with its value.
final class FunctionObject: TemplateObject {
  private let builtin: Builtin
  private var receiver: Value

  init(_ builtin: Builtin, _ receiver: Value, _ budget: Budget) throws(TemplateError) {
    self.builtin = builtin
    self.receiver = receiver
    try super.init(budget)
  }

  override var typeName: String { "function" }
  override var isCallable: Bool { true }
  override func releaseValues() { receiver = .none }
  override func call(
    _ arguments: CallArguments, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    try builtin.call(receiver, arguments, renderer)
  }

  /// `dict` has a method of its own.
  override func attribute(
    _ name: String, _ renderer: Renderer
  ) throws(TemplateError) -> Value? {
    guard builtin.name == "dict", name == "fromkeys" else { return nil }
    return try Methods.bound(name, .dict(ValueDict()), renderer)
  }
}
