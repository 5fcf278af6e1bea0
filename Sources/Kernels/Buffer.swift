#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory for a fixed number of values, aligned to cache lines, that starts as zeros.
///
/// Large ones take memory of the system only where they are written.
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
    guard let memory = calloc(1, bytes + 63) else {
      preconditionFailure("no memory for \(bytes) bytes")
    }
    self.memory = memory
    pointer = memory.alignedUp(toMultipleOf: 64)
      .bindMemory(to: Element.self, capacity: max(count, 1))
  }

  deinit { free(memory) }

  private let memory: UnsafeMutableRawPointer
}
