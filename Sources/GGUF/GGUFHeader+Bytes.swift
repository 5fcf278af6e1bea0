/// Bytes as they lie in a GGUF file.
struct HeaderBytes {
  private(set) var bytes: [UInt8] = []

  /// The head of a file (ggml's `gguf.md`): magic, version 3, pairs, tensors; then zeros up to the
  /// alignment.
  init(
    metadata: [(key: String, value: MetadataValue)], tensors: [TensorDescription],
    offsets: [Int], alignment: Int
  ) {
    bytes += "GGUF".utf8
    append(UInt32(3))
    append(UInt64(tensors.count))
    append(UInt64(metadata.count))
    for (key, value) in metadata {
      append(string: key.utf8)
      append(value.type.rawValue)
      append(value)
    }
    for (tensor, offset) in zip(tensors, offsets) {
      append(string: tensor.name.utf8)
      append(UInt32(tensor.shape.count))
      for dimension in tensor.shape { append(UInt64(dimension)) }
      append(tensor.type.rawValue)
      append(UInt64(offset))
    }
    bytes += repeatElement(0, count: bytes.count.padding(to: alignment))
  }

  private mutating func append<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }

  private mutating func append(string: some Collection<UInt8>) {
    append(UInt64(string.count))
    bytes += string
  }

  private mutating func append(_ value: MetadataValue) {
    switch value {
    case .uint8(let v): append(v)
    case .int8(let v): append(v)
    case .uint16(let v): append(v)
    case .int16(let v): append(v)
    case .uint32(let v): append(v)
    case .int32(let v): append(v)
    case .float32(let v): append(v.bitPattern)
    case .bool(let v): append(UInt8(v ? 1 : 0))
    case .string(let v): append(string: v)
    case .uint64(let v): append(v)
    case .int64(let v): append(v)
    case .float64(let v): append(v.bitPattern)
    case .array(let v):
      append(v.elementType.rawValue)
      append(UInt64(v.count))
      bytes += v.bytes.buffer
    }
  }
}

extension Int {
  /// How much is missing to a multiple of the alignment.
  func padding(to alignment: Int) -> Int { (alignment - self % alignment) % alignment }
}
