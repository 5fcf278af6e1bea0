import Foundation

/// A regular file that is read at any place from any thread.
///
/// It is read and not mapped: a file that is cut short meanwhile gives an error and not a signal,
/// and a checkpoint of many gigabytes does not count as the program's memory.
package final class ReadableFile: Sendable {
  /// The file.
  package let path: String
  /// Its size when it was opened.
  package let byteCount: Int
  private let descriptor: Int32
  private let watch: FileWatch

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - expected: What it should be, for the error.
  /// - Throws: `GGUFError` if it cannot be read or is no regular file.
  package init(_ path: String, expecting expected: String = "a file") throws(GGUFError) {
    self.path = path
    // Without waiting for a writer, should the path be a pipe.
    let descriptor = try calling(path) { () throws(SystemError) in
      try SystemCall.open(file: path, O_RDONLY | O_NONBLOCK)
    }
    let status: stat
    do {
      status = try SystemCall.status(of: descriptor)
      guard FileKind(status) == .file else {
        let kind = FileKind(status)
        throw GGUFError(
          path,
          kind == .folder
            ? "\(kind.description), expected \(expected)"
            : "is no regular file, expected \(expected)")
      }
    } catch {
      SystemCall.close(descriptor: descriptor)
      throw (error as? GGUFError) ?? GGUFError(path, "\(error)")
    }
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
    watch = FileWatch(path, status)
  }

  deinit { SystemCall.close(descriptor: descriptor) }

  /// Fills a buffer with the bytes from a place on.
  package func read(
    at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(GGUFError) {
    var done = 0
    while done < buffer.count {
      let count = try calling(path) { () throws(SystemError) in
        try SystemCall.read(
          from: descriptor, at: offset + done,
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
      }
      guard count > 0 else {
        throw GGUFError(
          path, "ends at byte \(offset + done), expected \(offset + buffer.count) and more")
      }
      done += count
    }
  }

  /// Reads bytes from a place on.
  package func bytes(_ range: Range<Int>) throws(GGUFError) -> [UInt8] {
    var problem: GGUFError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      let target = UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<range.count])
      do throws(GGUFError) {
        try read(at: range.lowerBound, into: target)
        count = range.count
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    return bytes
  }
}
