extension MetadataValue: CustomStringConvertible {
  /// The value on one line: long strings and arrays are cut, control characters escaped.
  public var description: String { description(limit: 60) }

  /// The value on one line.
  ///
  /// - Parameter limit: Characters of a string, and of all of an array's elements, before a cut.
  /// - Returns: The text.
  public func description(limit: Int) -> String {
    switch self {
    case .uint8(let v): "\(v)"
    case .int8(let v): "\(v)"
    case .uint16(let v): "\(v)"
    case .int16(let v): "\(v)"
    case .uint32(let v): "\(v)"
    case .int32(let v): "\(v)"
    case .uint64(let v): "\(v)"
    case .int64(let v): "\(v)"
    case .float32(let v): "\(v)"
    case .float64(let v): "\(v)"
    case .bool(let v): "\(v)"
    case .string(let v): Self.text(v, limit: limit)
    case .array(let v): v.description(limit: limit)
    }
  }

  static func text(_ bytes: [UInt8], limit: Int) -> String {
    let text = String(decoding: bytes.prefix(4 * limit + 4), as: UTF8.self)
    guard bytes.count > 4 * limit + 4 || text.count > limit else { return text.printable }
    return "\(String(text.prefix(limit)).printable)… (\(bytes.count) bytes)"
  }
}

extension MetadataArray {
  func description(limit: Int) -> String {
    var parts: [String] = []
    var length = 0
    let shown = prefix(16)
    for part in shown {
      length += part.count + 2
      if length > limit { break }
      parts.append(part)
    }
    let tail = parts.count < count ? (parts.isEmpty ? "…" : ", …") : ""
    return "[\(parts.joined(separator: ", "))\(tail)] (\(count) × \(elementType))"
  }

  /// The first elements as text.
  private func prefix(_ limit: Int) -> [String] {
    let some = MetadataArray(
      elementType: elementType, count: min(count, limit), bytes: bytes)
    if let strings = some.strings {
      return strings.map { "\"\(MetadataValue.text($0, limit: 20))\"" }
    }
    if elementType == .bool, let values = some.integers { return values.map { "\($0 != 0)" } }
    if let integers = some.integers { return integers.map(String.init) }
    return some.floats?.map { "\($0)" } ?? []
  }
}
