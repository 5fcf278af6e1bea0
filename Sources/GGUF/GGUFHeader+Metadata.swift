extension GGUFHeader {
  static func readMetadata(
    _ path: String, _ cursor: inout ByteCursor, count: Int, owner: MappedFile,
    flaws: inout FlawList
  ) throws(GGUFError) -> GGUFMetadata {
    var entries: [(key: String, value: MetadataValue)] = []
    var keys: Set<String> = []
    for number in 0..<count {
      let bytes = try cursor.readString(limit: keyLimit, "key \(number)")
      let key = String(decoding: bytes, as: UTF8.self)
      guard !key.isEmpty else { throw GGUFError(path, "key \(number) is empty") }
      let isNew = keys.insert(key).inserted
      if !isNew { try flaws.add(.repeatedKey, GGUFError(path, "\(key): the key comes twice")) }
      let type = try readType(path, &cursor, key)
      let value = try readValue(path, &cursor, key, type, owner)
      if isNew { entries.append((key, value)) }
    }
    return GGUFMetadata(entries, source: path)
  }

  private static func readType(
    _ path: String, _ cursor: inout ByteCursor, _ key: String
  ) throws(GGUFError) -> MetadataType {
    let id = try cursor.read(UInt32.self, "the type of \(key)")
    guard let type = MetadataType(rawValue: id) else {
      throw GGUFError(path, "\(key): type \(id), expected one from 0 to 12")
    }
    return type
  }

  private static func readValue(
    _ path: String, _ cursor: inout ByteCursor, _ key: String, _ type: MetadataType,
    _ owner: MappedFile
  ) throws(GGUFError) -> MetadataValue {
    switch type {
    case .uint8: .uint8(try cursor.read(UInt8.self, key))
    case .int8: .int8(try cursor.read(Int8.self, key))
    case .uint16: .uint16(try cursor.read(UInt16.self, key))
    case .int16: .int16(try cursor.read(Int16.self, key))
    case .uint32: .uint32(try cursor.read(UInt32.self, key))
    case .int32: .int32(try cursor.read(Int32.self, key))
    case .uint64: .uint64(try cursor.read(UInt64.self, key))
    case .int64: .int64(try cursor.read(Int64.self, key))
    case .float32: .float32(Float(bitPattern: try cursor.read(UInt32.self, key)))
    case .float64: .float64(Double(bitPattern: try cursor.read(UInt64.self, key)))
    case .bool: .bool(try cursor.read(UInt8.self, key) != 0)
    case .string: .string(Array(try cursor.readString(limit: lengthLimit, key)))
    case .array: .array(try readArray(path, &cursor, key, owner))
    }
  }

  private static func readArray(
    _ path: String, _ cursor: inout ByteCursor, _ key: String, _ owner: MappedFile
  ) throws(GGUFError) -> MetadataArray {
    let type = try readType(path, &cursor, key)
    guard type != .array else {
      throw GGUFError(path, "\(key): an array of arrays, expected one of plain values")
    }
    let count = try cursor.read(UInt64.self, "the length of \(key)")
    let smallest = type.fixedSize ?? 8
    guard count <= UInt64(lengthLimit) else {
      throw GGUFError(path, "\(key): \(count) elements, expected at most \(lengthLimit)")
    }
    guard Int(count) <= cursor.remaining / smallest else {
      throw GGUFError(
        path,
        "\(key): \(count) elements do not fit a file of \(cursor.remaining) more bytes; "
          + cursor.cutOff)
    }
    var bytes: UnsafeRawBufferPointer
    if let size = type.fixedSize {
      bytes = try cursor.read(count: Int(count) * size, key)
    } else {
      var walk = cursor
      for _ in 0..<count {
        _ = try walk.readString(limit: lengthLimit, "a string of \(key)")
      }
      bytes = try cursor.read(count: walk.offset - cursor.offset, key)
    }
    return MetadataArray(
      elementType: type, count: Int(count), bytes: MappedBytes(buffer: bytes, owner: owner))
  }
}
