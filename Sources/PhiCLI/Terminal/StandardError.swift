import Foundation
import Phidelity
import Synchronization

/// Writes what people read beside the results to standard error.
///
/// A terminal gets text through `TerminalFilter`; a pipe or a file gets it as it is.
enum StandardError {
  private struct State {
    var filter = TerminalFilter()
    /// Whether the terminal's current line is one that `redraw` wrote.
    var hasLine = false
  }

  private static let state = Mutex(State())

  /// Writes the text; failing to is ignored, because there is nowhere to say so.
  static func write(_ text: String) {
    guard isTerminal else { return send(text) }
    state.withLock { state in
      send((state.hasLine ? "\r\u{1B}[K" : "") + state.filter.shown(text))
      state.hasLine = false
    }
  }

  /// Replaces the terminal's current line by a text without line ends, which stands until more is
  /// written or another takes its place; an empty text erases the line.
  static func redraw(_ line: String) {
    state.withLock { state in
      send("\r\(line.printable)\u{1B}[K")
      state.hasLine = !line.isEmpty
    }
  }

  /// Whether standard error is a terminal.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  private static func send(_ text: String) {
    var text = text
    text.withUTF8 { _ = Descriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }
}
