/// A value while a template is rendered: Python's, as far as templates can make it.
enum Value {
  case undefined(Undefined)
  case none
  case bool(Bool)
  case int(Int)
  /// An integer of more than 64 bits.
  case big(BigInteger)
  case float(Double)
  case string(Text)
  case list(ValueList)
  case tuple(ValueList)
  case dict(ValueDict)
  case object(TemplateObject)
}

/// What a missing name or attribute gives: the reason, for messages.
final class Undefined: Sendable {
  let reason: String
  init(_ reason: String) { self.reason = reason }
  static let name = Undefined("a value is undefined")
}

/// The items of a list or tuple, which nothing in a template can change.
final class ValueList {
  let items: [Value]
  let nesting: Int
  /// Whether it is one of `groupby`'s tuples, which have names for their items.
  let isGroup: Bool
  /// Whether all items can be keys.
  let isHashable: Bool

  /// - Parameters:
  ///   - items: The items.
  ///   - isGroup: Whether they are a key and its group.
  ///   - budget: Pays for them.
  /// - Throws: `TemplateError` where the budget is spent or values nest too deep.
  init(_ items: [Value], isGroup: Bool = false, _ budget: Budget) throws(TemplateError) {
    self.isGroup = isGroup
    try budget.allocate(64 + items.count * 16)
    var nesting = 0
    var isHashable = true
    for item in items {
      nesting = max(nesting, item.nesting)
      isHashable = isHashable && item.isHashable
    }
    self.isHashable = isHashable
    self.items = items
    self.nesting = nesting + 1
    guard self.nesting <= Budget.nestingLimit else {
      throw TemplateError("values nest too deep (at most \(Budget.nestingLimit) levels)")
    }
  }

  private init() {
    items = []
    nesting = 1
    isGroup = false
    isHashable = true
  }

  nonisolated(unsafe) static let empty = ValueList()
}

/// Makes a list within a budget.
struct ListBuilder {
  let budget: Budget
  private(set) var items: [Value] = []

  init(_ budget: Budget) { self.budget = budget }

  /// Appends an item.
  mutating func append(_ value: Value) throws(TemplateError) {
    try budget.step()
    try budget.allocate(32)
    items.append(value)
  }

  /// Appends items.
  mutating func append(contentsOf values: [Value]) throws(TemplateError) {
    try budget.step(values.count >> 3)
    try budget.allocate(values.count * 32)
    items.append(contentsOf: values)
  }

  /// A list of the items.
  func list() throws(TemplateError) -> Value { .list(try ValueList(items, budget)) }
  /// A tuple of the items.
  func tuple() throws(TemplateError) -> Value { .tuple(try ValueList(items, budget)) }
}

/// A dictionary, which keeps the order of its keys.
final class ValueDict {
  private(set) var keys: [Value] = []
  private(set) var values: [Value] = []
  private(set) var nesting = 1
  private var places: [HashKey: Int] = [:]

  init() {}

  var count: Int { keys.count }

  /// Adds a pair, or changes the value of a key, while the dictionary is made.
  func set(_ key: Value, _ value: Value, _ budget: Budget) throws(TemplateError) {
    try set(HashKey(key, budget), key, value, budget)
  }

  private func set(
    _ hash: HashKey, _ key: Value, _ value: Value, _ budget: Budget
  ) throws(TemplateError) {
    try budget.step()
    if let place = places[hash] {
      values[place] = value
    } else {
      try budget.allocate(112)
      places[hash] = keys.count
      keys.append(key)
      values.append(value)
    }
    nesting = max(nesting, value.nesting + 1, key.nesting + 1)
    guard nesting <= Budget.nestingLimit else {
      throw TemplateError("values nest too deep (at most \(Budget.nestingLimit) levels)")
    }
  }

  /// The value of a key; nil without.
  ///
  /// - Throws: `TemplateError` where the key cannot be one, as a list cannot.
  func value(_ key: Value, _ budget: Budget) throws(TemplateError) -> Value? {
    guard !keys.isEmpty else {
      _ = try HashKey(key, budget)
      return nil
    }
    return places[try HashKey(key, budget)].map { values[$0] }
  }

  /// The value of a name.
  func value(_ name: Text) -> Value? { places[.text(name.bytes)].map { values[$0] } }

  /// The pair at a place, as a tuple.
  func pair(_ place: Int, _ budget: Budget) throws(TemplateError) -> Value {
    .tuple(try ValueList([keys[place], values[place]], budget))
  }

  /// Gives up the values, for a namespace at the end of a rendering.
  func removeAll() {
    keys = []
    values = []
    places = [:]
  }
}

/// A key as Python hashes it: equal numbers are one key, whatever their type.
enum HashKey: Hashable {
  case undefined, none
  case int(Int)
  case big(BigInteger)
  case float(Double)
  case text([UInt8])
  case tuple([HashKey])
  case object(ObjectIdentifier)

  init(_ value: Value, _ budget: Budget) throws(TemplateError) {
    switch value {
    case .undefined: self = .undefined
    case .none: self = .none
    case .bool(let value): self = .int(value ? 1 : 0)
    case .int(let value): self = .int(value)
    case .big(let value):
      try budget.step(value.digits.count >> 3)
      self = .big(value)
    case .float(let value):
      if let whole = Int(exactly: value) {
        self = .int(whole)
      } else if value.isFinite, value == value.rounded() {
        self = .big(BigInteger(exactly: value))
      } else {
        self = .float(value)
      }
    case .string(let text):
      try budget.stepScalars(text.count)
      self = .text(text.bytes)
    case .tuple(let list):
      try budget.enter()
      defer { budget.leave() }
      try budget.step(4)
      try budget.allocate(list.items.count * 32)
      var keys: [HashKey] = []
      for item in list.items { keys.append(try HashKey(item, budget)) }
      self = .tuple(keys)
    case .object(let object): self = .object(ObjectIdentifier(object))
    case .list, .dict: throw TemplateError("unhashable type: '\(value.typeName)'")
    }
  }
}

extension Value {
  /// How deep lists and dictionaries nest in the value.
  var nesting: Int {
    switch self {
    case .list(let list), .tuple(let list): list.nesting
    case .dict(let dict): dict.nesting
    default: 0
    }
  }

  /// A text that this module spells.
  static func literal(_ text: String) -> Value { .string(Text(literal: text)) }

  /// Booleans as the numbers that they are in Python.
  var number: Value {
    if case .bool(let value) = self { return .int(value ? 1 : 0) }
    return self
  }

  /// Python's truth.
  func isTrue(_ budget: Budget) throws(TemplateError) -> Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .big: true
    case .float(let value): value != 0
    case .string(let value): !value.isEmpty
    case .list(let list), .tuple(let list): !list.items.isEmpty
    case .dict(let dict): dict.count > 0
    case .object(let object): try object.length(budget).map { $0 > 0 } ?? true
    }
  }

  /// Python's name of the type.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .int, .big: "int"
    case .float: "float"
    case .string(let text): text.isSafe ? "Markup" : "str"
    case .list: "list"
    case .tuple: "tuple"
    case .dict: "dict"
    case .object(let object): object.typeName
    }
  }

  /// The error of whatever an undefined value cannot do.
  func checkDefined() throws(TemplateError) {
    if case .undefined(let undefined) = self { throw TemplateError(undefined.reason) }
  }

  /// An integer, which booleans are too; nil for another type or more than 64 bits.
  var integer: Int? {
    if case .int(let value) = number { return value }
    return nil
  }

  var isUndefined: Bool {
    if case .undefined = self { return true }
    return false
  }

  var isNone: Bool {
    if case .none = self { return true }
    return false
  }
}
