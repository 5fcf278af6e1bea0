/// Walks through the fields of a protobuf message (proto2 wire format).
struct ProtobufReader {
  /// A field's value by its wire type.
  enum Value {
    case integer(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(UnsafeRawBufferPointer)

    /// The value as 32-bit floating point, if it has 4 bytes.
    var float: Float? { if case .fixed32(let bits) = self { Float(bitPattern: bits) } else { nil } }
    /// The value as an integer, if it is one that fits.
    var integer: Int? {
      if case .integer(let bits) = self { Int(truncatingIfNeeded: bits) } else { nil }
    }
    /// The value as bytes, if it is a text or a message.
    var bytes: UnsafeRawBufferPointer? { if case .bytes(let bytes) = self { bytes } else { nil } }
  }

  /// Bytes that are no message.
  struct Failure: Error {
    let offset: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The next field and its number; nil at the end.
  mutating func next() throws(Failure) -> (field: Int, value: Value)? {
    guard position < bytes.count else { return nil }
    let tag = try varint()
    guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw Failure(offset: position) }
    let field = Int(tag >> 3)
    switch tag & 7 {
    case 0: return (field, .integer(try varint()))
    case 1:
      let bits = try take(8).loadUnaligned(as: UInt64.self)
      return (field, .fixed64(UInt64(littleEndian: bits)))
    case 2:
      guard let count = Int(exactly: try varint()) else { throw Failure(offset: position) }
      return (field, .bytes(try take(count)))
    case 5:
      let bits = try take(4).loadUnaligned(as: UInt32.self)
      return (field, .fixed32(UInt32(littleEndian: bits)))
    default: throw Failure(offset: position)
    }
  }

  private mutating func take(_ count: Int) throws(Failure) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - position else { throw Failure(offset: position) }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  private mutating func varint() throws(Failure) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < bytes.count else { throw Failure(offset: position) }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw Failure(offset: position)
  }
}
