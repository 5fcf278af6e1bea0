import Phidelity

/// Lines that tell people what was not done as they may expect, where the result is still right.
enum Note {
  /// Writes `note: …` to standard error, in one line that is safe to print.
  static func write(_ text: String) { StandardError.write("note: \(text.printable)\n") }
}
