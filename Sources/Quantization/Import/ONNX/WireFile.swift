import GGUF

/// A file of protocol buffers, read through a window, so that weights within it are passed over.
final class WireFile {
  /// The file.
  let file: ReadableFile
  private var window: [UInt8] = []
  private var start = 0

  private static let windowBytes = 1 << 16

  init(_ file: ReadableFile) { self.file = file }

  /// A byte at a place within the file.
  func byte(at offset: Int) throws -> UInt8 {
    if offset < start || offset >= start + window.count {
      window = try bytes(offset..<min(file.byteCount, offset + Self.windowBytes))
      start = offset
    }
    return window[offset - start]
  }

  /// A stretch within the file.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      let target = UnsafeMutableBufferPointer(rebasing: buffer[..<range.count])
      try file.read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(target))
      count = range.count
    }
  }
}
