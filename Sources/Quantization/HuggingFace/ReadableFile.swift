import Foundation

/// A regular file that is read at any place from any thread.
///
/// It is read and not mapped: a file that is cut short meanwhile gives an error and not a signal,
/// and a checkpoint of many gigabytes does not count as the program's memory.
final class ReadableFile: Sendable {
  /// The file.
  let path: String
  /// Its size when it was opened.
  let byteCount: Int
  private let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    // Without waiting for a writer, should the path be a pipe.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.systemError(path) }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw QuantizationError("\(path): is no regular file")
    }
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills a buffer with the bytes from a place on.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw Self.systemError(path) }
      guard count > 0 else {
        throw QuantizationError(
          "\(path): ends at byte \(offset + done), expected \(offset + buffer.count) and more")
      }
      done += count
    }
  }

  private static func systemError(_ path: String) -> QuantizationError {
    QuantizationError("\(path): \(String(cString: strerror(errno)))")
  }
}
