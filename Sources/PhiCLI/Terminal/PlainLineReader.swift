import Foundation

/// Reads lines from what is no terminal, or from one that cannot move its cursor.
struct PlainLineReader {
  /// A line is cut there, so that input without line ends cannot take all memory.
  private static let longestLine = 16 << 20

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var scanned = 0
  private var isAtEnd = false

  /// A reader of the descriptor's bytes.
  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// The next line without its end, with invalid UTF-8 repaired; nil when there is none.
  mutating func next() -> String? { nextBytes().map { String(decoding: $0, as: UTF8.self) } }

  /// The next line's bytes without its end; nil when there is none.
  mutating func nextBytes() -> [UInt8]? {
    while true {
      if let end = buffer[scanned...].firstIndex(of: 0x0A) {
        return take(end, skipping: 1)
      }
      scanned = buffer.count
      if scanned >= Self.longestLine { return take(Self.longestLine, skipping: 0) }
      if isAtEnd { return buffer.isEmpty ? nil : take(buffer.count, skipping: 0) }
      fill()
    }
  }

  private mutating func take(_ count: Int, skipping extra: Int) -> [UInt8] {
    var line = buffer[..<count]
    if line.last == 0x0D { line.removeLast() }
    let bytes = Array(line)
    buffer.removeSubrange(..<(count + extra))
    scanned = 0
    return bytes
  }

  private mutating func fill() {
    guard let bytes = Descriptor.read(descriptor) else {
      isAtEnd = true
      return
    }
    buffer += bytes
  }
}
