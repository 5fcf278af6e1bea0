import Foundation
import Synchronization

/// Names of unfinished files, which a signal that ends the process can still take away.
package enum TemporaryNames {
  private static let capacity = 64
  private static let lock = Mutex(())
  // Written under the lock; a signal handler reads whole pointers.
  nonisolated(unsafe) private static let names = {
    let names = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: capacity)
    names.initialize(repeating: nil, count: capacity)
    return names
  }()

  static func add(_ path: String) {
    let bytes = Path.bytes(path).map { CChar(bitPattern: $0) } + [0]
    lock.withLock { _ in
      guard let slot = (0..<capacity).first(where: { names[$0] == nil }) else { return }
      names[slot] = strdup(bytes)
    }
  }

  static func remove(_ path: String) {
    let bytes = Path.bytes(path).map { CChar(bitPattern: $0) } + [0]
    lock.withLock { _ in
      for slot in 0..<capacity {
        guard let name = names[slot], strcmp(name, bytes) == 0 else { continue }
        names[slot] = nil
        free(name)
        return
      }
    }
  }

  /// Makes what `removeAll` reads; to be called before a handler that calls it is installed.
  package static func prepare() { _ = names }

  /// Takes all the names away, as a signal handler may.
  package static func removeAll() {
    for slot in 0..<capacity {
      if let name = names[slot] { unlink(name) }
    }
  }
}
