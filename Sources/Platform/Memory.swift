#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system has no more memory.
public struct MemoryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One line: how much was needed and for what.
  public let description: String

  /// An error about memory that cannot be had.
  public init(bytes: Int?, for use: String) {
    let size = bytes.map(Bytes.text) ?? "more memory than there are addresses"
    description = "not enough memory: \(size) for \(use) cannot be had"
  }
}

/// Large memory: every allocation whose size a file or an option decides goes through here.
package enum Memory {
  /// Memory of zeros, aligned to cache lines; large ones take memory of the system only where they are
  /// written.
  ///
  /// - Parameters:
  ///   - count: How many values.
  ///   - size: Bytes of one.
  ///   - use: What they are, for the error.
  /// - Returns: The memory, for `free` to take back, and the aligned start.
  /// - Throws: `MemoryError` if the system has no more.
  package static func zeros(
    _ count: Int, of size: Int, for use: String
  ) throws(MemoryError) -> (memory: UnsafeMutableRawPointer, start: UnsafeMutableRawPointer) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow, bytes < 1 << 46 else {
      throw MemoryError(bytes: overflow ? nil : bytes, for: use)
    }
    guard !FailureInjection.fails("allocate"), let memory = calloc(1, bytes + 63) else {
      throw MemoryError(bytes: bytes, for: use)
    }
    return (memory, memory.alignedUp(toMultipleOf: 64))
  }

  /// Gives memory back.
  package static func free(_ memory: UnsafeMutableRawPointer) { cFree(memory) }

  /// Reserves addresses whose memory is taken from the system as it is written.
  ///
  /// - Returns: The addresses; nil if there are too few.
  package static func reserve(_ bytes: Int) -> UnsafeMutableRawPointer? {
    guard bytes >= 0, bytes < 1 << 46, !FailureInjection.fails("allocate") else { return nil }
    let memory = mmap(
      nil, max(1, bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | anonymous, -1, 0)
    return memory == MAP_FAILED ? nil : memory
  }

  /// Gives reserved addresses back.
  package static func release(_ memory: UnsafeMutableRawPointer, _ bytes: Int) {
    munmap(memory, max(1, bytes))
  }

  /// Bytes of memory that the machine has, or that the process may take where that is less.
  package static var physicalBytes: Int {
    let pages = Int(sysconf(Int32(_SC_PHYS_PAGES)))
    let (bytes, overflow) = pages.multipliedReportingOverflow(by: Int(sysconf(Int32(_SC_PAGESIZE))))
    return pages > 0 && !overflow ? bytes : .max
  }

  #if canImport(Darwin)
    private static let anonymous = MAP_ANON
  #else
    private static let anonymous = MAP_ANONYMOUS | MAP_NORESERVE
  #endif
}

private func cFree(_ memory: UnsafeMutableRawPointer) { free(memory) }
