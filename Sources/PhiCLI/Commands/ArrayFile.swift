import Foundation
import Phidelity

/// Writes a float32 matrix row by row in NumPy's format (NEP 1), to a file that appears complete
/// or not at all.
final class ArrayFile {
  /// Why the file could not be written.
  struct WriteError: Error, CustomStringConvertible {
    let description: String
  }

  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isFinished = false

  init(_ path: String, rows: Int, columns: Int) throws {
    self.path = path
    temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).part"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.systemError(path) }
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    // Magic, version and length take 10 bytes; the data begins at a multiple of 64.
    let length = (10 + header.utf8.count + 1 + 63) / 64 * 64 - 10
    header += String(repeating: " ", count: length - 1 - header.utf8.count) + "\n"
    let magic: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
    try (magic + Array(header.utf8)).withUnsafeBytes { try write($0) }
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(temporary) }
  }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.systemError(path) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  /// Puts the file in its place.
  func finish() throws {
    guard rename(temporary, path) == 0 else { throw Self.systemError(path) }
    isFinished = true
  }

  private static func systemError(_ path: String) -> WriteError {
    WriteError(description: "\(path): \(String(cString: strerror(errno)))")
  }
}
