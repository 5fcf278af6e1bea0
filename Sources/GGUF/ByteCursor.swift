/// Reads little-endian values from a mapped file, never beyond its end.
struct ByteCursor {
  private let path: String
  private let bytes: UnsafeRawBufferPointer
  /// Where the next value begins.
  private(set) var offset = 0

  init(path: String, _ bytes: UnsafeRawBufferPointer) {
    self.path = path
    self.bytes = bytes
  }

  /// Bytes not read yet.
  var remaining: Int { bytes.count - offset }

  /// The next integer; `what` names it in the error.
  mutating func read<T: FixedWidthInteger>(
    _: T.Type = T.self, _ what: @autoclosure () -> String
  ) throws(GGUFError) -> T {
    let size = MemoryLayout<T>.size
    guard remaining >= size else { throw tooShort(what(), size) }
    defer { offset += size }
    return T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  /// The next stretch of bytes.
  mutating func read(
    count: Int, _ what: @autoclosure () -> String
  ) throws(GGUFError) -> UnsafeRawBufferPointer {
    guard count >= 0, remaining >= count else { throw tooShort(what(), count) }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  /// The next string: its length in 8 bytes, then its bytes.
  mutating func readString(
    limit: Int, _ what: @autoclosure () -> String
  ) throws(GGUFError) -> UnsafeRawBufferPointer {
    let length = try read(UInt64.self, "the length of \(what())")
    guard length <= UInt64(limit) else {
      throw GGUFError(path, "\(what()) is \(length) bytes long, expected at most \(limit)")
    }
    guard length <= UInt64(remaining) else {
      throw GGUFError(
        path,
        "\(what()) is \(length) bytes long, but the file ends \(remaining) bytes on; \(cutOff)")
    }
    return try read(count: Int(length), what())
  }

  private func tooShort(_ what: String, _ size: Int) -> GGUFError {
    GGUFError(
      path,
      "the file ends inside \(what): expected \(size) bytes at \(offset), found \(remaining); "
        + cutOff)
  }

  /// What makes a file end too early, in words.
  var cutOff: String {
    "the file is cut off at \(bytes.count) bytes, within its header, or the header is damaged"
  }

  /// Where nothing but zeros follows to the end of the file; nil where something else does.
  var zerosBegin: Int? {
    let start = bytes.zeroTailStart()
    // Fewer than a page of zeros are as good as any other bytes.
    return start <= offset && bytes.count - offset >= 4096 ? start : nil
  }
}
