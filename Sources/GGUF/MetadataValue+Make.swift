extension MetadataValue {
  /// A text.
  public static func text(_ text: String) -> Self { .string(Array(text.utf8)) }

  /// An array of strings.
  public static func strings(_ strings: some Collection<[UInt8]>) -> Self {
    .array(
      MetadataArray(.string, count: strings.count) { bytes in
        for string in strings {
          withUnsafeBytes(of: UInt64(string.count).littleEndian) { bytes += $0 }
          bytes += string
        }
      })
  }

  /// An array of strings.
  public static func strings(_ strings: some Collection<String>) -> Self {
    .strings(strings.map { Array($0.utf8) })
  }

  /// An array of 32-bit integers.
  public static func integers(_ integers: some Collection<Int32>) -> Self {
    .array(
      MetadataArray(.int32, count: integers.count) { bytes in
        for integer in integers {
          withUnsafeBytes(of: integer.littleEndian) { bytes += $0 }
        }
      })
  }

  /// An array of 32-bit floats.
  public static func floats(_ floats: some Collection<Float>) -> Self {
    .array(
      MetadataArray(.float32, count: floats.count) { bytes in
        for float in floats {
          withUnsafeBytes(of: float.bitPattern.littleEndian) { bytes += $0 }
        }
      })
  }
}

extension MetadataArray {
  /// An array in memory of its own.
  fileprivate init(_ elementType: MetadataType, count: Int, fill: (inout [UInt8]) -> Void) {
    var bytes: [UInt8] = []
    fill(&bytes)
    self.init(elementType: elementType, count: count, bytes: MappedBytes(copying: bytes))
  }
}

extension MappedBytes {
  /// Bytes in memory of their own.
  fileprivate init(copying bytes: [UInt8]) {
    let owner = OwnedBytes(bytes)
    self.init(buffer: UnsafeRawBufferPointer(owner.buffer), owner: owner)
  }
}

/// Memory that is freed with its last user.
private final class OwnedBytes {
  let buffer: UnsafeMutableRawBufferPointer

  init(_ bytes: [UInt8]) {
    buffer = .allocate(byteCount: bytes.count, alignment: 16)
    buffer.copyBytes(from: bytes)
  }

  deinit { buffer.deallocate() }
}
