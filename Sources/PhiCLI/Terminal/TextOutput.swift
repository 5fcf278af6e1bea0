import Foundation
import Phidelity
import Synchronization

/// Writes text to a descriptor: to a terminal through `TerminalFilter`, to a pipe or a file as it is.
///
/// All that the program prints goes through here; only the line editor draws by itself.
final class TextOutput: Sendable {
  private struct State {
    var filter = TerminalFilter()
    /// Whether the terminal's current line is one that `redraw` wrote.
    var hasLine = false
  }

  private let descriptor: Int32
  private let state = Mutex(State())

  /// An output to a descriptor that stays open.
  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Whether the descriptor is a terminal.
  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Writes the text, with its marks where a terminal wants them; returns 0 or the `errno`.
  @discardableResult
  func write(_ text: StyledText) -> Int32 {
    guard isTerminal else { return send(text.plain) }
    let style = Style(for: descriptor)
    return state.withLock { state in
      let shown = style.render(text) { state.filter.shown($0) }
      defer { state.hasLine = false }
      return send((state.hasLine ? "\r\u{1B}[K" : "") + shown)
    }
  }

  /// Writes the bytes; a terminal gets what they are as UTF-8, repaired.
  func write(_ bytes: [UInt8]) -> Int32 {
    if isTerminal { return write(StyledText(String(decoding: bytes, as: UTF8.self))) }
    return bytes.withUnsafeBytes { Descriptor.write($0, to: descriptor) }
  }

  /// Replaces the terminal's current line by one that stands until more is written or another takes its
  /// place; an empty one erases it.
  func redraw(_ line: String) {
    state.withLock { state in
      _ = send("\r\(line.printable)\u{1B}[K")
      state.hasLine = !line.isEmpty
    }
  }

  private func send(_ text: String) -> Int32 {
    var text = text
    return text.withUTF8 { Descriptor.write(UnsafeRawBufferPointer($0), to: descriptor) }
  }
}
