import Foundation
import Phidelity

/// Writes what people read beside the results to standard error.
enum StandardError {
  private static let output = TextOutput(STDERR_FILENO)

  /// Writes the text; failing to is ignored, because there is nowhere to say so.
  static func write(_ text: String) { write(StyledText(text)) }

  /// Writes the text, with its marks where standard error is a terminal that wants them.
  static func write(_ text: StyledText) { output.write(text) }

  /// Replaces the terminal's current line, as progress does; an empty text erases it.
  static func redraw(_ line: String) { output.redraw(line) }

  /// Whether standard error is a terminal.
  static var isTerminal: Bool { output.isTerminal }
}
