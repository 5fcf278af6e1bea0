/// What a press of a key, or a paste, asks the line editor to do.
enum Key: Equatable, Sendable {
  /// Typed text without control characters.
  case text(String)
  /// Pasted text; its line ends are `\n`.
  case paste(String)
  /// Ctrl with a small letter.
  case control(Character)
  case enter, newline, tab, escape
  case backspace, delete, deleteWordBackward, deleteWordForward
  case left, right, up, down, home, end, wordLeft, wordRight
}
