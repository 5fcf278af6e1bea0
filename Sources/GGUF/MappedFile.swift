import Foundation

/// A file mapped into memory, read only.
package final class MappedFile: @unchecked Sendable {
  /// The file's bytes.
  package let bytes: UnsafeRawBufferPointer

  /// Maps a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - expected: What it should be, for the error.
  /// - Throws: `GGUFError` if it cannot be read, is empty, or no regular file.
  package init(path: String, expecting expected: String = "a GGUF file") throws(GGUFError) {
    // Without waiting for a writer, should the path be a pipe.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.systemError(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.systemError(path) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw GGUFError(path, "is a folder, expected \(expected)")
    default: throw GGUFError(path, "is no regular file, expected \(expected)")
    }
    let count = Int(status.st_size)
    guard count > 0 else { throw GGUFError(path, "is empty, expected \(expected)") }
    guard let start = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED
    else { throw Self.systemError(path) }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }

  private static func systemError(_ path: String) -> GGUFError {
    GGUFError(path, String(cString: strerror(errno)))
  }
}
