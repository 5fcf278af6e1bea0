import Foundation
import Phidelity
import Synchronization

/// Writes what people read beside the results to standard error.
///
/// A terminal gets text through `TerminalFilter`; a pipe or a file gets it as it is.
enum StandardError {
  private static let filter = Mutex(TerminalFilter())

  /// Writes the text; failing to is ignored, because there is nowhere to say so.
  static func write(_ text: String) {
    send(isTerminal ? filter.withLock { $0.shown(text) } : text)
  }

  /// Replaces the terminal's current line by a text without line ends.
  static func redraw(_ line: String) { send("\r\(line.printable)\u{1B}[K") }

  /// Whether standard error is a terminal.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  private static func send(_ text: String) {
    var text = text
    text.withUTF8 { _ = Descriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }
}
