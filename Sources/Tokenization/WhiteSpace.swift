/// Runs of characters with Unicode's `White_Space` property in UTF-8.
enum WhiteSpace {
  /// Where the white space from a place on ends, which spaces belong to or not.
  static func end(
    _ text: UnsafeRawBufferPointer, from start: Int, withSpaces: Bool = true
  ) -> Int {
    var index = start
    while let width = width(text, at: index), withSpaces || text[index] != 0x20 { index += width }
    return index
  }

  /// Where the white space that ends at a place begins, looking back to a limit.
  static func start(
    _ text: UnsafeRawBufferPointer, before end: Int, from limit: Int, withSpaces: Bool = true
  ) -> Int {
    var start = end
    while start > limit {
      var lead = start - 1
      while lead > limit, text[lead] & 0xC0 == 0x80 { lead -= 1 }
      guard width(text, at: lead) == start - lead, withSpaces || text[lead] != 0x20 else { break }
      start = lead
    }
    return start
  }

  /// Bytes of the white-space character at a place; nil if there is none.
  private static func width(_ text: UnsafeRawBufferPointer, at index: Int) -> Int? {
    guard index < text.count else { return nil }
    switch text[index] {
    case 9...13, 32: return 1
    case 0xC2 where index + 1 < text.count:
      return text[index + 1] == 0x85 || text[index + 1] == 0xA0 ? 2 : nil
    case 0xE1, 0xE2, 0xE3:
      guard index + 2 < text.count else { return nil }
      let (second, third) = (UInt32(text[index + 1] & 0x3F), UInt32(text[index + 2] & 0x3F))
      let value = UInt32(text[index] & 0x0F) << 12 | second << 6 | third
      return Unicode.Scalar(value)?.properties.isWhitespace == true ? 3 : nil
    default: return nil
    }
  }
}
