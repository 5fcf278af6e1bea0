import Foundation
import Phidelity
import Synchronization

/// Writes results to standard output, unbuffered.
///
/// A terminal gets text through `TerminalFilter`; a pipe or a file gets it as it is.
enum StandardOutput {
  private static let filter = Mutex(TerminalFilter())

  /// Writes the text; a reader that has gone away ends the program quietly.
  static func write(_ text: String) { write(StyledText(text)) }

  /// Writes the text, with its marks where standard output is a terminal that wants them.
  static func write(_ text: StyledText) {
    guard isTerminal else { return send(text.plain) }
    let style = Style(for: STDOUT_FILENO)
    send(filter.withLock { filter in style.render(text) { filter.shown($0) } })
  }

  /// Writes the bytes; a terminal gets what they are as UTF-8, repaired.
  static func write(_ bytes: [UInt8]) {
    if isTerminal { return write(String(decoding: bytes, as: UTF8.self)) }
    bytes.withUnsafeBytes { finish(Descriptor.write($0, to: STDOUT_FILENO)) }
  }

  /// Whether standard output is a terminal.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  private static func send(_ text: String) {
    var text = text
    text.withUTF8 { finish(Descriptor.write(UnsafeRawBufferPointer($0), to: STDOUT_FILENO)) }
  }

  private static func finish(_ code: Int32) {
    switch code {
    case 0: return
    case EPIPE: exit(0)
    default:
      let reason = String(cString: strerror(code))
      StandardError.write("error: cannot write to standard output: \(reason)\n")
      exit(1)
    }
  }
}
