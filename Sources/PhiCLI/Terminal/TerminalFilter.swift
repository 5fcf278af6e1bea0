import Phidelity

/// Makes text of a model or a file harmless on a terminal: what could act on the terminal is written
/// as an escape such as `\u{1b}`.
///
/// Line feeds, tabs and `\r\n` pass. Any other C0 or C1 control, DEL, and the controls that turn
/// the direction of text do not, because they move the cursor, set the clipboard or hide text. The
/// terminal's own sequences never go through here: `StyledText` has marks for them.
struct TerminalFilter {
  /// Whether the last text ended with a carriage return, which the next one may make a line end.
  private var holdsReturn = false

  /// The text as the terminal may have it; a carriage return at its end comes with the next text.
  mutating func shown(_ text: String) -> String {
    guard holdsReturn || !text.unicodeScalars.allSatisfy(Self.isPlain) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if holdsReturn { result.append(contentsOf: (scalar == "\n" ? "\r" : "\\r").unicodeScalars) }
      holdsReturn = scalar == "\r"
      if holdsReturn { continue }
      if Self.isPlain(scalar) {
        result.append(scalar)
      } else {
        result.append(contentsOf: String(scalar).printable.unicodeScalars)
      }
    }
    return String(result)
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\t" || !scalar.actsOnTerminals
  }
}
