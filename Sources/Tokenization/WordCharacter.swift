/// Characters of words, `\\w` in the `regex` crate: letters, marks, decimal digits, connectors and
/// joiners (UTS 18, Annex C).
enum WordCharacter {
  /// Whether one begins at a place.
  static func begins(_ text: UnsafeRawBufferPointer, at index: Int) -> Bool {
    guard index < text.count else { return false }
    let width = min(width(of: text[index]), text.count - index)
    return isWord(text[index..<index + width])
  }

  /// Whether one ends at a place.
  static func ends(_ text: UnsafeRawBufferPointer, at index: Int) -> Bool {
    guard index > 0 else { return false }
    var lead = index - 1
    while lead > 0, text[lead] & 0xC0 == 0x80 { lead -= 1 }
    return isWord(text[lead..<index])
  }

  private static func width(of lead: UInt8) -> Int {
    lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  }

  private static func isWord(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first else {
      return false
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return properties.isAlphabetic || properties.isJoinControl
    }
  }
}
