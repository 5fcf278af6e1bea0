import Foundation
import Synchronization

/// An open file, of which is known at the end whether somebody wrote to it meanwhile.
///
/// A file that was replaced by another of its name is no change: the open one is as it was.
package final class FileWatch: Sendable {
  private struct Identity: Equatable {
    let device: UInt64
    let number: UInt64
    let bytes: Int64
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
      device = UInt64(truncatingIfNeeded: status.st_dev)
      number = UInt64(truncatingIfNeeded: status.st_ino)
      bytes = Int64(status.st_size)
      #if canImport(Darwin)
        let time = status.st_mtimespec
      #else
        let time = status.st_mtim
      #endif
      (seconds, nanoseconds) = (time.tv_sec, time.tv_nsec)
    }
  }

  private struct State {
    var open: [ObjectIdentifier: (path: String, identity: Identity)] = [:]
    var changed: [String] = []

    mutating func note(_ path: String, _ identity: Identity) {
      guard let status = try? SystemCall.status(at: path) else { return }
      let now = Identity(status)
      guard now.device == identity.device, now.number == identity.number, now != identity,
        changed.count < 100, !changed.contains(path)
      else { return }
      changed.append(path)
    }
  }

  private static let state = Mutex(State())

  /// Begins to watch a file that was just opened.
  package init(_ path: String, _ status: stat) {
    let identity = Identity(status)
    let key = ObjectIdentifier(self)
    Self.state.withLock { $0.open[key] = (path, identity) }
  }

  deinit {
    let key = ObjectIdentifier(self)
    Self.state.withLock { state in
      guard let entry = state.open.removeValue(forKey: key) else { return }
      state.note(entry.path, entry.identity)
    }
  }

  /// The files that were written to while they were open, as far as the process has opened any.
  package static var changedPaths: [String] {
    state.withLock { state in
      for entry in state.open.values { state.note(entry.path, entry.identity) }
      return state.changed
    }
  }
}
