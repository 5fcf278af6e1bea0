/// Memory for a fixed number of values, aligned to cache lines, that starts as zeros.
public final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The first value.
  public let pointer: UnsafeMutablePointer<Element>
  /// How many values there are.
  public let count: Int

  /// A buffer of zeros.
  public init(count: Int) {
    precondition(count >= 0, "a buffer has no negative size")
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    pointer = raw.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
