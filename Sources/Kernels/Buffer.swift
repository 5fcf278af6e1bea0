import Platform

/// Memory for a fixed number of values, aligned to cache lines, that starts as zeros.
///
/// Large ones take memory of the system only where they are written.
public final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The first value.
  public let pointer: UnsafeMutablePointer<Element>
  /// How many values there are.
  public let count: Int

  /// A buffer of zeros.
  ///
  /// - Parameters:
  ///   - count: How many values.
  ///   - use: What they are, for the error.
  /// - Throws: `MemoryError` if the system has no more memory.
  public init(count: Int, for use: String = "working memory") throws(MemoryError) {
    precondition(count >= 0, "a buffer has no negative size")
    self.count = count
    let (memory, start) = try Memory.zeros(
      max(count, 1), of: MemoryLayout<Element>.stride, for: use)
    self.memory = memory
    pointer = start.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  /// A buffer without values, until it is known how many are needed.
  init() {
    count = 0
    memory = nil
    pointer = UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped
  }

  deinit { if let memory { Memory.free(memory) } }

  private let memory: UnsafeMutableRawPointer?
}
