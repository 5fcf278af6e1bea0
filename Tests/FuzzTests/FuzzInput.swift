/// Takes values off the front of an input, and zeros when there is nothing left.
struct FuzzInput {
  private var rest: Slice<UnsafeRawBufferPointer>

  init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

  /// Whether everything was taken.
  var isEmpty: Bool { rest.isEmpty }

  /// The next byte.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// The next integer, little-endian.
  mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_: T.Type = T.self) -> T {
    var value: T = 0
    for shift in stride(from: 0, to: T.bitWidth, by: 8) { value |= T(byte()) << T(shift) }
    return value
  }

  /// The next bytes, as many as there are up to a count.
  mutating func bytes(_ count: Int) -> [UInt8] {
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  /// A text of bytes, invalid UTF-8 repaired.
  mutating func text(_ count: Int) -> String { String(decoding: bytes(count), as: UTF8.self) }

  /// All that is left.
  mutating func remainder() -> [UInt8] { bytes(rest.count) }

  /// Bytes with the changes that the rest of the input describes.
  ///
  /// A change is an operation, a place, and a value. An input stays meaningful when the format of
  /// the bytes changes.
  mutating func patch(_ base: [UInt8]) -> [UInt8] {
    var result = base
    while !isEmpty {
      let operation = byte()
      let place = result.isEmpty ? 0 : Int(integer(UInt32.self)) % result.count
      switch operation % 6 {
      case 0 where !result.isEmpty: result[place] = byte()
      case 1 where !result.isEmpty: result[place] ^= 1 << (byte() & 7)
      case 2: result.insert(byte(), at: place)
      case 3: result.removeSubrange(place..<min(result.count, place + Int(byte())))
      case 4: result.removeSubrange(place...)
      default:
        let value: UInt64 = integer()
        for index in 0..<8 where place + index < result.count {
          result[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
        }
      }
    }
    return result
  }
}
