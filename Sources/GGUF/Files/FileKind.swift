import Foundation

/// What a path leads to.
package enum FileKind: Sendable, Equatable {
  case file
  case folder
  case pipe
  case device
  case socket

  /// What a status says.
  init(_ status: stat) {
    self =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFIFO: .pipe
      case S_IFSOCK: .socket
      default: .device
      }
  }

  /// As in `is a folder`.
  package var description: String {
    switch self {
    case .file: "is a file"
    case .folder: "is a folder"
    case .pipe: "is a pipe"
    case .device: "is a device"
    case .socket: "is a socket"
    }
  }

  /// What is at a path; nil if there is nothing that can be seen.
  package static func at(_ path: String) -> FileKind? {
    (try? SystemCall.status(at: path)).map(FileKind.init)
  }

  /// Whether there is certainly nothing at a path.
  package static func isMissing(_ path: String) -> Bool {
    do {
      _ = try SystemCall.status(at: path)
      return false
    } catch {
      return error.code == ENOENT || error.code == ENOTDIR
    }
  }

  /// Whether something is at a path.
  package static func exists(_ path: String) -> Bool { at(path) != nil }
}
