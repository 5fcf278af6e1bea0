import Foundation

/// A file mapped into memory, read only.
final class MappedFile: @unchecked Sendable {
  /// The file's bytes.
  let bytes: UnsafeRawBufferPointer

  init(path: String) throws(GGUFError) {
    // Without waiting for a writer, should the path be a pipe.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.systemError(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Self.systemError(path) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw GGUFError(path, "is a folder, expected a GGUF file")
    default: throw GGUFError(path, "is no regular file, expected a GGUF file")
    }
    let count = Int(status.st_size)
    guard count > 0 else { throw GGUFError(path, "is empty, expected a GGUF file") }
    guard let start = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED
    else { throw Self.systemError(path) }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }

  private static func systemError(_ path: String) -> GGUFError {
    GGUFError(path, String(cString: strerror(errno)))
  }
}
