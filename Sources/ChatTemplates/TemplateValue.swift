/// A value as templates know them: Python's, as far as they use it.
public indirect enum TemplateValue: Sendable {
  /// What a name without a value gives; the name, for messages.
  case undefined(String)
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case list([TemplateValue])
  case tuple([TemplateValue])
  case dict(TemplateDictionary)
  /// A macro, a namespace, a method: what exists only while rendering.
  case object(TemplateObject)

  /// A list of pairs as a dictionary.
  public static func dict(_ pairs: [(String, TemplateValue)]) -> TemplateValue {
    .dict(TemplateDictionary(pairs.map { (.string($0.0), $0.1) }))
  }
}

/// A dictionary that keeps the order of its keys.
public struct TemplateDictionary: Sendable, Equatable {
  private(set) var keys: [TemplateValue] = []
  private(set) var values: [TemplateValue] = []
  private var index: [[UInt8]: Int] = [:]

  /// Pairs in order; of equal keys the last value counts.
  public init(_ pairs: [(TemplateValue, TemplateValue)] = []) {
    for (key, value) in pairs { self[key] = value }
  }

  /// The value of a key.
  public subscript(_ key: TemplateValue) -> TemplateValue? {
    get { index[Self.bytes(key)].map { values[$0] } }
    set {
      let bytes = Self.bytes(key)
      switch (index[bytes], newValue) {
      case (let place?, let value?): values[place] = value
      case (nil, let value?):
        index[bytes] = keys.count
        keys.append(key)
        values.append(value)
      case (_, nil):
        guard let place = index[bytes] else { return }
        keys.remove(at: place)
        values.remove(at: place)
        index = [:]
        for (place, key) in keys.enumerated() { index[Self.bytes(key)] = place }
      }
    }
  }

  /// The value of a key that is a string.
  public subscript(_ key: String) -> TemplateValue? {
    get { self[.string(key)] }
    set { self[.string(key)] = newValue }
  }

  var count: Int { keys.count }

  /// Python's `==`: the same keys with equal values, in any order.
  public static func == (a: TemplateDictionary, b: TemplateDictionary) -> Bool {
    a.count == b.count && zip(a.keys, a.values).allSatisfy { b[$0] == $1 }
  }

  /// Keys are equal as Python's are: strings byte for byte, numbers by value.
  private static func bytes(_ key: TemplateValue) -> [UInt8] {
    if case .string(let text) = key { return [0] + Array(text.utf8) }
    return [1] + Array(key.normalizedNumber.representation.utf8)
  }
}

/// What exists only while rendering.
public class TemplateObject: @unchecked Sendable {
  /// How Python would print it.
  var name: String { "object" }
}

extension TemplateValue: Equatable {
  /// Python's `==`.
  public static func == (a: TemplateValue, b: TemplateValue) -> Bool {
    switch (a.normalizedNumber, b.normalizedNumber) {
    case (.undefined, .undefined), (.none, .none): true
    case (.int(let a), .int(let b)): a == b
    case (.float(let a), .float(let b)): a == b
    case (.int(let a), .float(let b)), (.float(let b), .int(let a)): Double(a) == b
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): a == b
    case (.dict(let a), .dict(let b)):
      a.count == b.count && zip(a.keys, a.values).allSatisfy { b[$0] == $1 }
    case (.object(let a), .object(let b)): a === b
    default: false
    }
  }

  /// Booleans as the numbers that they are in Python.
  var normalizedNumber: TemplateValue {
    if case .bool(let value) = self { return .int(value ? 1 : 0) }
    return self
  }

  /// Python's truth.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .float(let value): value != 0
    case .string(let value): !value.isEmpty
    case .list(let items), .tuple(let items): !items.isEmpty
    case .dict(let dictionary): dictionary.count > 0
    case .object: true
    }
  }

  /// Python's name of the type.
  var typeName: String {
    switch self {
    case .undefined: "undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .string: "str"
    case .list: "list"
    case .tuple: "tuple"
    case .dict: "dict"
    case .object: "object"
    }
  }

  /// Python's `str`; nothing for undefined.
  var text: String {
    switch self {
    case .undefined: ""
    case .string(let value): value
    default: representation
    }
  }

  /// Python's `repr`.
  var representation: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): "\(value)"
    case .float(let value): "\(value)"
    case .string(let value): PythonText.quoted(value)
    case .list(let items): "[\(items.map(\.representation).joined(separator: ", "))]"
    case .tuple(let items):
      items.count == 1
        ? "(\(items[0].representation),)"
        : "(\(items.map(\.representation).joined(separator: ", ")))"
    case .dict(let dictionary):
      "{"
        + zip(dictionary.keys, dictionary.values)
        .map { "\($0.representation): \($1.representation)" }.joined(separator: ", ") + "}"
    case .object(let object): "<\(object.name)>"
    }
  }
}

extension TemplateDictionary {
  /// The pairs whose keys are strings, in order.
  public var stringPairs: [(String, TemplateValue)] {
    zip(keys, values).compactMap { key, value in
      if case .string(let name) = key { return (name, value) }
      return nil
    }
  }
}
