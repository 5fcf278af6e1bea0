/// Text that is safe to show and edit: its only control characters are `\n` and tab.
enum PlainText {
  /// The text with `\r\n` and `\r` as `\n`, and without other controls or repaired bytes.
  static func sanitize(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var followsReturn = false
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0D: result.append("\n")
      case 0x0A: if !followsReturn { result.append("\n") }
      case 0x09: result.append("\t")
      case 0..<0x20, 0x7F..<0xA0, 0xFFFD: break
      default: result.append(scalar)
      }
      followsReturn = scalar.value == 0x0D
    }
    return String(result)
  }

  /// The grapheme clusters of the text, with each escape sequence of ECMA-48 as one piece.
  static func cells(of text: String) -> [(text: String, width: Int)] {
    var cells: [(text: String, width: Int)] = []
    var rest = text[...]
    while let character = rest.first {
      guard character == "\u{1B}" else {
        cells.append((String(character), DisplayWidth.of(character)))
        rest.removeFirst()
        continue
      }
      var sequence = String(rest.removeFirst())
      if rest.first == "[" {
        sequence.append(rest.removeFirst())
        while let next = rest.popFirst() {
          sequence.append(next)
          if ("@"..."~").contains(next) { break }
        }
      }
      cells.append((sequence, 0))
    }
    return cells
  }
}
