import Synchronization

/// The key-value pairs of a file, in its order.
public struct GGUFMetadata: Sendable {
  /// The file, for messages.
  public let source: String
  /// All pairs.
  public let entries: [(key: String, value: MetadataValue)]
  private let index: [String: Int]
  /// The keys that were asked for; nil where nobody wants to know.
  private let use: KeyUse?

  private final class KeyUse: Sendable {
    let keys = Mutex<Set<String>>([])
  }

  /// Pairs with distinct keys; of equal ones the first counts.
  public init(_ entries: [(key: String, value: MetadataValue)], source: String) {
    self.source = source
    self.entries = entries
    use = nil
    index = Dictionary(
      entries.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private init(recording other: GGUFMetadata) {
    source = other.source
    entries = other.entries
    index = other.index
    use = KeyUse()
  }

  /// The same pairs, which from now on note which keys are asked for.
  public func recording() -> GGUFMetadata { GGUFMetadata(recording: self) }

  /// Pairs whose keys nobody has asked for since `recording` made these.
  public var unread: [(key: String, value: MetadataValue)] {
    let keys = use?.keys.withLock { $0 } ?? []
    return entries.filter { !keys.contains($0.key) }
  }

  /// The value of a key.
  public subscript(_ key: String) -> MetadataValue? {
    use?.keys.withLock { _ = $0.insert(key) }
    return index[key].map { entries[$0].value }
  }

  /// An integer of any width; nil if the key is absent.
  public func integer(
    _ key: String, in range: ClosedRange<Int>
  ) throws(GGUFError) -> Int? {
    guard let value = self[key] else { return nil }
    guard let integer = value.integer else { throw wrongType(key, value, "an integer") }
    guard range.contains(integer) else {
      throw error(
        key, "found \(integer), expected a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  /// A floating-point number of either width, or an integer; nil if the key is absent.
  public func float(_ key: String) throws(GGUFError) -> Float? {
    switch self[key] {
    case nil: return nil
    case .float32(let v): return v
    case .float64(let v): return Float(v)
    case .some(let value):
      guard let integer = value.integer else { throw wrongType(key, value, "a number") }
      return Float(integer)
    }
  }

  /// A boolean; nil if the key is absent.
  public func bool(_ key: String) throws(GGUFError) -> Bool? {
    guard let value = self[key] else { return nil }
    guard case .bool(let bool) = value else { throw wrongType(key, value, "a boolean") }
    return bool
  }

  /// A string, invalid UTF-8 repaired; nil if the key is absent.
  public func string(_ key: String) throws(GGUFError) -> String? {
    guard let value = self[key] else { return nil }
    guard case .string(let bytes) = value else { throw wrongType(key, value, "a string") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// An array of any type; nil if the key is absent.
  public func array(_ key: String) throws(GGUFError) -> MetadataArray? {
    guard let value = self[key] else { return nil }
    guard case .array(let array) = value else { throw wrongType(key, value, "an array") }
    return array
  }

  /// An array of strings as bytes; nil if the key is absent.
  public func bytesArray(_ key: String) throws(GGUFError) -> [[UInt8]]? {
    guard let array = try array(key) else { return nil }
    guard let strings = array.strings else { throw wrongElements(key, array, "strings") }
    return strings
  }

  /// An array of strings, invalid UTF-8 repaired; nil if the key is absent.
  public func stringArray(_ key: String) throws(GGUFError) -> [String]? {
    try bytesArray(key)?.map { String(decoding: $0, as: UTF8.self) }
  }

  /// An array of numbers; nil if the key is absent.
  public func floatArray(_ key: String) throws(GGUFError) -> [Float]? {
    guard let array = try array(key) else { return nil }
    guard let floats = array.floats else { throw wrongElements(key, array, "floats") }
    return floats
  }

  /// An array of integers of any width; nil if the key is absent.
  public func integerArray(_ key: String) throws(GGUFError) -> [Int]? {
    guard let array = try array(key) else { return nil }
    guard let integers = array.integers else { throw wrongElements(key, array, "integers") }
    return integers
  }

  private func wrongType(_ key: String, _ value: MetadataValue, _ expected: String) -> GGUFError {
    error(key, "found \(value.type), expected \(expected)")
  }

  private func wrongElements(
    _ key: String, _ array: MetadataArray, _ expected: String
  ) -> GGUFError {
    error(key, "found an array of \(array.elementType), expected one of \(expected)")
  }

  private func error(_ key: String, _ problem: String) -> GGUFError {
    GGUFError(source, "\(key): \(problem)")
  }
}
