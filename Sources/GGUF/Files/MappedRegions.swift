import Foundation
import Synchronization

/// Where files are mapped, so that a fault there can be told from a fault of the program.
///
/// Reading a mapped page raises SIGBUS when the file has become shorter or the disk fails. A signal
/// handler may neither allocate nor lock: it finds the file in a table that exists before.
package enum MappedRegions {
  /// A map as a signal handler can read it.
  package struct Region {
    /// The first address; 0 for a free place.
    var start: UInt = 0
    var count: UInt = 0
    /// The path as the system takes it.
    package var path: UnsafeMutablePointer<CChar>?
    /// The path as a terminal shows it.
    package var printablePath: UnsafeMutablePointer<CChar>?

    /// Whether the file is now shorter than the map, as a signal handler may ask.
    package var isCutShort: Bool {
      var status = stat()
      guard let path, stat(path, &status) == 0 else { return false }
      return UInt(status.st_size) < count
    }
  }

  private static let capacity = 1024
  private static let lock = Mutex(())
  // Written under the lock, the first address last; maps beyond the table are not known.
  nonisolated(unsafe) private static let regions = {
    let regions = UnsafeMutablePointer<Region>.allocate(capacity: capacity)
    regions.initialize(repeating: Region(), count: capacity)
    return regions
  }()

  static func add(_ bytes: UnsafeRawBufferPointer, _ path: String) {
    guard let start = bytes.baseAddress else { return }
    let name = Path.bytes(path).map { CChar(bitPattern: $0) } + [0]
    lock.withLock { _ in
      guard let slot = (0..<capacity).first(where: { regions[$0].start == 0 }) else { return }
      regions[slot].count = UInt(bytes.count)
      regions[slot].path = strdup(name)
      regions[slot].printablePath = strdup(path.printable)
      atomicMemoryFence(ordering: .releasing)
      regions[slot].start = UInt(bitPattern: start)
    }
  }

  static func remove(_ bytes: UnsafeRawBufferPointer) {
    lock.withLock { _ in
      let start = UInt(bitPattern: bytes.baseAddress)
      guard start != 0, let slot = (0..<capacity).first(where: { regions[$0].start == start })
      else { return }
      regions[slot].start = 0
      atomicMemoryFence(ordering: .releasing)
      free(regions[slot].path)
      free(regions[slot].printablePath)
      regions[slot] = Region()
    }
  }

  /// Makes what `region(holding:)` reads; to be called before a handler that calls it is installed.
  package static func prepare() { _ = regions }

  /// The map that an address lies in, as a signal handler may ask; nil if it lies in none.
  package static func region(holding address: UInt) -> Region? {
    for slot in 0..<capacity {
      let region = regions[slot]
      // The last page of a map goes on behind the file's end.
      if region.start != 0, address >= region.start, address - region.start < region.count + 65536 {
        return region
      }
    }
    return nil
  }
}
