import Foundation

/// A file mapped into memory, read only.
package final class MappedFile: @unchecked Sendable {
  /// The file's bytes.
  package let bytes: UnsafeRawBufferPointer
  private let watch: FileWatch

  /// Maps a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - expected: What it should be, for the error.
  /// - Throws: `GGUFError` if it cannot be read, is empty, or no regular file.
  package init(path: String, expecting expected: String = "a GGUF file") throws(GGUFError) {
    // Without waiting for a writer, should the path be a pipe.
    let descriptor = try calling(path) { () throws(SystemError) in
      try SystemCall.open(file: path, O_RDONLY | O_NONBLOCK)
    }
    defer { SystemCall.close(descriptor: descriptor) }
    let status = try calling(path) { () throws(SystemError) in
      try SystemCall.status(of: descriptor)
    }
    switch FileKind(status) {
    case .file: break
    case .folder: throw GGUFError(path, "is a folder, expected \(expected)")
    case .pipe, .device, .socket:
      throw GGUFError(path, "is no regular file, expected \(expected)")
    }
    let count = Int(status.st_size)
    guard count > 0 else { throw GGUFError(path, "is empty, expected \(expected)") }
    bytes = try calling(path) { () throws(SystemError) in
      try SystemCall.map(descriptor, count: count)
    }
    MappedRegions.add(bytes, path)
    watch = FileWatch(path, status)
  }

  deinit {
    MappedRegions.remove(bytes)
    SystemCall.unmap(bytes)
  }
}
