import Foundation

/// The numbers of a `config.json`, with errors that name the file and the key.
struct ConfigurationFile: Sendable {
  /// The file.
  let path: String
  private let json: JSON
  /// The key that leads to `json`, with a point after it.
  private let prefix: String

  init(_ json: JSON, path: String, prefix: String = "") {
    self.json = json
    self.path = path
    self.prefix = prefix
  }

  /// The value of the first of some keys that is there.
  subscript(_ keys: String...) -> JSON? { keys.lazy.compactMap { json[$0] }.first }

  /// The object of a key.
  func section(_ key: String) throws -> ConfigurationFile? {
    guard let value = json[key] else { return nil }
    guard value.members != nil else { throw error(key, "found \(value.kind), expected an object") }
    return ConfigurationFile(value, path: path, prefix: "\(prefix)\(key).")
  }

  /// A whole number; nil if the key is absent.
  func integer(_ key: String, _ range: ClosedRange<Int>) throws -> Int? {
    guard let value = json[key] else { return nil }
    guard let integer = value.integer, range.contains(integer) else {
      throw error(
        key,
        "found \(value.kind), expected a whole number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return integer
  }

  /// A whole number that must be there.
  func required(_ key: String, _ range: ClosedRange<Int>) throws -> Int {
    guard let value = try integer(key, range) else { throw error(key, "is missing") }
    return value
  }

  /// A finite number; nil if the key is absent.
  func number(_ key: String) throws -> Double? {
    guard let value = json[key] else { return nil }
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
    guard let array = json[key]?.array else { throw error(key, "expected \(count) numbers") }
    let numbers = array.compactMap(\.number).map { Float($0) }.filter { $0.isFinite && $0 > 0 }
    guard numbers.count == array.count, numbers.count == count else {
      throw error(key, "found \(array.count) elements, expected \(count) positive numbers")
    }
    return numbers
  }

  /// A boolean; nil if the key is absent.
  func bool(_ key: String) throws -> Bool? {
    guard let value = json[key] else { return nil }
    guard let bool = value.bool else {
      throw error(key, "found \(value.kind), expected true or false")
    }
    return bool
  }

  /// A string; nil if the key is absent.
  func string(_ key: String) throws -> String? {
    guard let value = json[key] else { return nil }
    guard let string = value.string else {
      throw error(key, "found \(value.kind), expected a string")
    }
    return string
  }

  /// An error about a key.
  func error(_ key: String, _ problem: String) -> QuantizationError {
    QuantizationError("\(path): \(prefix)\(key): \(problem)")
  }
}
