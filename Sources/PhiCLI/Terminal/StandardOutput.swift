import Foundation

/// Writes results to standard output, unbuffered.
enum StandardOutput {
  /// Writes the text; a reader that has gone away ends the program quietly.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { finish(Descriptor.write(UnsafeRawBufferPointer($0), to: STDOUT_FILENO)) }
  }

  /// Writes the bytes; a reader that has gone away ends the program quietly.
  static func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { finish(Descriptor.write($0, to: STDOUT_FILENO)) }
  }

  /// Whether standard output is a terminal.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

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
