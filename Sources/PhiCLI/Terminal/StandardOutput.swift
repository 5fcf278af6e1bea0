import Foundation
import Phidelity

/// Writes results to standard output, unbuffered.
enum StandardOutput {
  private static let output = TextOutput(STDOUT_FILENO)

  /// Writes the text; a reader that has gone away ends the program quietly.
  static func write(_ text: String) { write(StyledText(text)) }

  /// Writes the text, with its marks where standard output is a terminal that wants them.
  static func write(_ text: StyledText) { finish(output.write(text)) }

  /// Writes the bytes; a reader that has gone away ends the program quietly.
  static func write(_ bytes: [UInt8]) { finish(output.write(bytes)) }

  /// Whether standard output is a terminal.
  static var isTerminal: Bool { output.isTerminal }

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
