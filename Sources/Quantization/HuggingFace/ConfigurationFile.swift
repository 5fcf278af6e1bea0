import Foundation

/// The values of a JSON file such as `config.json`, with errors that name the file and the key.
///
/// It remembers which keys were asked for: the others are what a conversion would lose in silence.
struct ConfigurationFile {
  /// The file.
  let path: String
  private let json: JSON
  /// The key that leads to `json`, with a point after it.
  private let prefix: String
  private let asked: AskedKeys

  /// Keys, shared by a file and its sections.
  private final class AskedKeys {
    var keys: Set<String> = []
  }

  init(_ json: JSON, path: String) {
    self.init(json, path: path, prefix: "", AskedKeys())
  }

  private init(_ json: JSON, path: String, prefix: String, _ asked: AskedKeys) {
    self.json = json
    self.path = path
    self.prefix = prefix
    self.asked = asked
  }

  /// A value; nil if there is none or it is null.
  subscript(_ key: String) -> JSON? {
    asked.keys.insert(prefix + key)
    return json[key]
  }

  /// The object of a key.
  func section(_ key: String) throws -> ConfigurationFile? {
    guard let value = self[key] else { return nil }
    guard value.members != nil else { throw error(key, "found \(value.kind), expected an object") }
    return ConfigurationFile(value, path: path, prefix: "\(prefix)\(key).", asked)
  }

  /// Whether there is nothing in the object.
  var isEmpty: Bool { json.members?.isEmpty ?? true }

  /// The keys with their sections' before them that nobody asked for, though they say something:
  /// neither null, false, zero nor empty.
  var unread: [(key: String, value: JSON)] {
    (json.members ?? []).flatMap { name, value -> [(key: String, value: JSON)] in
      let key = prefix + name
      guard asked.keys.contains(key) else { return value.saysNothing ? [] : [(key, value)] }
      guard value.members != nil else { return [] }
      // An object that was taken as a whole has no section of its own.
      let section = ConfigurationFile(value, path: path, prefix: "\(key).", asked)
      return asked.keys.contains { $0.hasPrefix("\(key).") } ? section.unread : []
    }
  }

  /// A whole number; nil if the key is absent.
  func integer(_ key: String, _ range: ClosedRange<Int>) throws -> Int? {
    guard let value = self[key] else { return nil }
    guard let integer = value.integer, range.contains(integer) else {
      throw error(
        key,
        "found \(value.kind), expected a whole number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return integer
  }

  /// A number above zero that must be there.
  func required(_ key: String) throws -> Double {
    guard let value = try positive(key) else { throw error(key, "is missing") }
    return value
  }

  /// A finite number; nil if the key is absent.
  func number(_ key: String) throws -> Double? {
    guard let value = self[key] else { return nil }
    guard let number = value.number, number.isFinite, abs(number) < 1e30 else {
      throw error(key, "found \(value.kind), expected a number")
    }
    return number
  }

  /// A number above zero; nil if the key is absent.
  func positive(_ key: String) throws -> Double? {
    guard let number = try number(key) else { return nil }
    guard number > 0 else { throw error(key, "found \(number), expected a number above 0") }
    return number
  }

  /// A list of positive numbers of a length.
  func numbers(_ key: String, count: Int) throws -> [Float] {
    guard let array = self[key]?.array else { throw error(key, "expected \(count) numbers") }
    guard array.count == count else {
      throw error(key, "found \(array.count) elements, expected \(count)")
    }
    return try array.enumerated().map { index, value in
      guard let number = value.number.map({ Float($0) }), number.isFinite, number > 0 else {
        throw error("\(key)[\(index)]", "found \(value.kind), expected a number above 0")
      }
      return number
    }
  }

  /// Ids of tokens, one or those of a list; nil if the key is absent.
  func ids(_ key: String) throws -> [Int]? {
    guard let value = self[key] else { return nil }
    let values = value.array ?? [value]
    if let other = values.first(where: { $0.integer == nil }) {
      throw error(key, "found \(other.kind), expected ids of tokens")
    }
    return values.compactMap(\.integer)
  }

  /// A boolean; nil if the key is absent.
  func bool(_ key: String) throws -> Bool? {
    guard let value = self[key] else { return nil }
    guard let bool = value.bool else {
      throw error(key, "found \(value.kind), expected true or false")
    }
    return bool
  }

  /// A string; nil if the key is absent.
  func string(_ key: String) throws -> String? {
    guard let value = self[key] else { return nil }
    guard let string = value.string else {
      throw error(key, "found \(value.kind), expected a string")
    }
    return string
  }

  /// A line about a key.
  func line(_ key: String, _ text: String) -> String { "\(path): \(prefix)\(key): \(text)" }

  /// An error about a key.
  func error(_ key: String, _ problem: String) -> QuantizationError {
    QuantizationError(line(key, problem))
  }
}

extension JSON {
  /// Whether the value is one that means no: null, false, zero, or empty.
  fileprivate var saysNothing: Bool {
    switch self {
    case .null: true
    case .bool(let value): !value
    case .integer(let value): value == 0
    case .number(let value): value == 0
    case .string(let value): value.isEmpty
    case .array(let value): value.isEmpty
    case .object(let value): value.isEmpty
    }
  }
}
