/// A JSON value (RFC 8259).
///
/// Foundation's dictionaries are of no use here: Swift's strings are equal when they look the same,
/// and vocabularies hold tokens that differ only in how a character is composed.
enum JSON: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  /// Members in the file's order.
  case object([(key: String, value: JSON)])

  /// A member of an object; nil if there is none or it is null.
  ///
  /// Of equal names the last counts.
  subscript(_ key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    let value = members.last { $0.key.utf8.elementsEqual(key.utf8) }?.value
    if case .null = value { return nil }
    return value
  }

  /// The value if it is a string.
  var string: String? { if case .string(let value) = self { value } else { nil } }
  /// The value if it is true or false.
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  /// The value if it is an array.
  var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  /// The value if it is an object.
  var members: [(key: String, value: JSON)]? {
    if case .object(let value) = self { value } else { nil }
  }
  /// The value if it is a whole number that fits.
  var integer: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }
  /// The value if it is a number.
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// What the value is, for messages.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "'\(value.prefix(80))'"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
