import Foundation

/// Writes what people read beside the results to standard error.
enum StandardError {
  /// Writes the text; failing to is ignored, because there is nowhere to say so.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Descriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }

  /// Whether standard error is a terminal.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
