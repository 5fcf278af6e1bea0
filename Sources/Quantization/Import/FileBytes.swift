import GGUF

/// A range of a file's bytes, or bytes that were made from one.
struct FileBytes: Sendable {
  /// The file, which stays open.
  let file: ReadableFile
  /// Where the stretch lies in it.
  let range: Range<Int>
  private var memory: [UInt8]?

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

  /// Bytes that a file has in another form.
  init(_ bytes: [UInt8], from file: ReadableFile) {
    self.file = file
    range = 0..<bytes.count
    memory = bytes
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
    var part = FileBytes(file: file, range: start..<start + size)
    part.memory = memory
    return part
  }

  /// Bytes in the stretch.
  var count: Int { range.count }

  /// Fills a buffer with the bytes from a place in the stretch on.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(offset + buffer.count <= count, "a part of the stretch")
    guard let memory else { return try file.read(at: range.lowerBound + offset, into: buffer) }
    buffer.copyBytes(from: memory[(range.lowerBound + offset)...].prefix(buffer.count))
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
