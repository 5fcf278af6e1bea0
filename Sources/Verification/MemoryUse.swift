import Foundation

/// What the process needed of the machine's memory so far.
public struct MemoryUse: Sendable, Equatable {
  /// Bytes of the files that were mapped.
  public let mappedBytes: Int
  /// Bytes that were resident at most, pages of mapped files among them.
  public let peakResidentBytes: Int
  /// Pages that had to be read from a disk.
  public let majorFaults: Int
  /// Pages that were mapped without reading.
  public let minorFaults: Int

  /// Asks the system.
  ///
  /// - Parameter mappedBytes: Bytes of the files that are mapped.
  /// - Returns: The use so far; nil where the system does not say.
  public static func now(mapping mappedBytes: Int) -> MemoryUse? {
    var usage = rusage()
    // RUSAGE_SELF, which every system's header gives another type.
    guard getrusage(0, &usage) == 0 else { return nil }
    // Darwin counts bytes, Linux kibibytes.
    #if canImport(Darwin)
      let unit = 1
    #else
      let unit = 1024
    #endif
    return MemoryUse(
      mappedBytes: mappedBytes,
      peakResidentBytes: Int(usage.ru_maxrss) * unit, majorFaults: Int(usage.ru_majflt),
      minorFaults: Int(usage.ru_minflt))
  }
}
