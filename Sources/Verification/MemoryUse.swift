import Foundation

/// What the process needed of the machine's memory so far.
public struct MemoryUse: Sendable, Equatable {
  /// Bytes that were resident at most, pages of mapped files among them.
  public let peakResidentBytes: Int
  /// Pages that had to be read from a disk.
  public let majorFaults: Int
  /// Pages that were mapped without reading.
  public let minorFaults: Int

  /// Asks the system; nil where it does not say.
  public static var now: MemoryUse? {
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
      peakResidentBytes: Int(usage.ru_maxrss) * unit, majorFaults: Int(usage.ru_majflt),
      minorFaults: Int(usage.ru_minflt))
  }
}
