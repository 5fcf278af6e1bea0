import GGUF

/// A stretch of a file.
struct FileBytes: Sendable {
  /// The file, which stays open.
  let file: ReadableFile
  /// Where the stretch lies in it.
  let range: Range<Int>

  /// A stretch; `what` names it in the error.
  init(_ file: ReadableFile, at offset: Int, count: Int, _ what: @autoclosure () -> String) throws {
    let size = file.byteCount
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
      throw QuantizationError(
        "\(file.path): \(what()): found \(count) bytes at \(offset), "
          + "expected them within the file's \(size)")
    }
    self.file = file
    range = offset..<offset + count
  }

  private init(file: ReadableFile, range: Range<Int>) {
    self.file = file
    self.range = range
  }

  /// A stretch of a tensor that was checked.
  init(_ tensor: Checkpoint.Tensor) {
    file = tensor.file
    range = tensor.entry.bytes
  }

  /// One of several equally long parts that follow each other.
  func part(_ index: Int, of count: Int) -> FileBytes {
    let size = self.count / max(1, count)
    let start = range.lowerBound + index * size
    return FileBytes(file: file, range: start..<start + size)
  }

  /// Bytes in the stretch.
  var count: Int { range.count }

  /// Fills a buffer with the bytes from a place in the stretch on.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(offset + buffer.count <= count, "a part of the stretch")
    try file.read(at: range.lowerBound + offset, into: buffer)
  }

  /// Reads a part of the stretch.
  func load(_ part: Range<Int>) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: part.count) { buffer, count in
      try read(
        at: part.lowerBound,
        into: UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[..<part.count]))
      count = part.count
    }
  }
}
