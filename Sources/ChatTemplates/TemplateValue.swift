/// A value that a caller gives to a template: what JSON can say.
public enum TemplateValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case int(Int)
  /// An integer of more than 64 bits, in decimal.
  case bigInt(String)
  case float(Double)
  case string(String)
  case list([TemplateValue])
  case dict(TemplateDictionary)

  /// A list of pairs as a dictionary.
  public static func dict(_ pairs: [(String, TemplateValue)]) -> TemplateValue {
    .dict(TemplateDictionary(pairs))
  }

  /// JSON's name of the type.
  var typeName: String {
    switch self {
    case .none: "null"
    case .bool: "boolean"
    case .int, .bigInt, .float: "number"
    case .string: "string"
    case .list: "list"
    case .dict: "object"
    }
  }
}

/// A dictionary that keeps the order of its keys.
public struct TemplateDictionary: Sendable, Equatable {
  private var pairs: [(key: String, value: TemplateValue)] = []
  private var index: [[UInt8]: Int] = [:]

  /// Pairs in order; of equal keys the last value counts.
  public init(_ pairs: [(String, TemplateValue)] = []) {
    for (key, value) in pairs { self[key] = value }
  }

  /// The value of a key.
  ///
  /// Keys are equal byte for byte, as in Python.
  public subscript(_ key: String) -> TemplateValue? {
    get { index[Array(key.utf8)].map { pairs[$0].value } }
    set {
      let bytes = Array(key.utf8)
      switch (index[bytes], newValue) {
      case (let place?, let value?): pairs[place].value = value
      case (nil, let value?):
        index[bytes] = pairs.count
        pairs.append((key, value))
      case (nil, nil): break
      case (_?, nil):
        pairs.removeAll { $0.key.utf8.elementsEqual(bytes) }
        index = [:]
        for (place, pair) in pairs.enumerated() { index[Array(pair.key.utf8)] = place }
      }
    }
  }

  /// The pairs, in order.
  public var stringPairs: [(String, TemplateValue)] { pairs.map { ($0.key, $0.value) } }

  /// How many pairs there are.
  public var count: Int { pairs.count }

  /// The same keys with equal values, in any order.
  public static func == (a: TemplateDictionary, b: TemplateDictionary) -> Bool {
    a.count == b.count && a.pairs.allSatisfy { b[$0.key] == $0.value }
  }
}

extension TemplateValue {
  /// The value in a rendering.
  ///
  /// - Parameters:
  ///   - isData: Whether its strings are data.
  ///   - budget: The rendering's.
  /// - Returns: The value.
  /// - Throws: `TemplateError` where the budget is spent.
  func value(isData: Bool, _ budget: Budget) throws(TemplateError) -> Value {
    try budget.enter()
    defer { budget.leave() }
    switch self {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .bigInt(let text):
      let isNegative = text.hasPrefix("-")
      return BigInteger(text.utf8.dropFirst(isNegative ? 1 : 0), base: 10, isNegative: isNegative)?
        .value ?? .float(Double(text) ?? .nan)
    case .float(let value): return .float(value)
    case .string(let text): return .string(try Text(text, isData: isData, budget))
    case .list(let items):
      var list = ListBuilder(budget)
      for item in items { try list.append(try item.value(isData: isData, budget)) }
      return try list.list()
    case .dict(let pairs):
      let dict = ValueDict()
      for (key, item) in pairs.stringPairs {
        try dict.set(
          .string(try Text(key, isData: isData, budget)), try item.value(isData: isData, budget),
          budget)
      }
      return .dict(dict)
    }
  }

  /// The messages of a conversation in a rendering: data, except each message's role.
  func messages(_ budget: Budget) throws(TemplateError) -> Value {
    guard case .list(let items) = self else { return try value(isData: true, budget) }
    var list = ListBuilder(budget)
    for item in items {
      guard case .dict(let pairs) = item else {
        try list.append(try item.value(isData: true, budget))
        continue
      }
      let dict = ValueDict()
      for (key, item) in pairs.stringPairs {
        try dict.set(
          .string(try Text(key, isData: true, budget)),
          try item.value(isData: key != "role", budget), budget)
      }
      try list.append(.dict(dict))
    }
    return try list.list()
  }

  /// About how many bytes the value takes, for the budget of a rendering.
  func byteCount(depth: Int = 0) -> Int {
    guard depth < Budget.depthLimit else { return 0 }
    switch self {
    case .string(let text), .bigInt(let text): return 64 + text.utf8.count
    case .list(let items):
      return items.reduce(64) { $0 + 32 + $1.byteCount(depth: depth + 1) }
    case .dict(let pairs):
      return pairs.stringPairs.reduce(64) {
        $0 + 176 + $1.0.utf8.count + $1.1.byteCount(depth: depth + 1)
      }
    default: return 16
    }
  }
}
