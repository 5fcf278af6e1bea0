import Phidelity

/// Writes a float32 matrix row by row in NumPy's format (NEP 1), to a file that appears complete
/// or not at all.
final class ArrayFile {
  private let file: AtomicFile
  private var offset = 0

  init(_ path: String, rows: Int, columns: Int) throws {
    file = try AtomicFile(path: path)
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    // Magic, version and length take 10 bytes; the data begins at a multiple of 64.
    let length = (10 + header.utf8.count + 1 + 63) / 64 * 64 - 10
    header += String(repeating: " ", count: length - 1 - header.utf8.count) + "\n"
    let magic: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
    try (magic + Array(header.utf8)).withUnsafeBytes { try write($0) }
  }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    try file.write(bytes, at: offset)
    offset += bytes.count
  }

  /// Puts the file in its place.
  func finish() throws { try file.commit() }
}
