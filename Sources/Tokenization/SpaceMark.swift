/// `▁`, which stands for a space in SentencePiece's pieces.
enum SpaceMark {
  /// Its UTF-8.
  static let bytes: [UInt8] = [0xE2, 0x96, 0x81]

  private static func isMark(_ text: UnsafeRawBufferPointer, _ index: Int) -> Bool {
    index + 3 <= text.count && text[index] == 0xE2 && text[index + 1] == 0x96
      && text[index + 2] == 0x81
  }

  /// Whether a text begins with a space or a mark.
  static func begins(_ text: UnsafeRawBufferPointer) -> Bool {
    text.first == UInt8(ascii: " ") || isMark(text, 0)
  }

  /// Bytes of the space, or of the mark, that ends at a place; 0 if there is none.
  static func width(_ text: UnsafeRawBufferPointer, before end: Int) -> Int {
    if end >= 1, text[end - 1] == UInt8(ascii: " ") { return 1 }
    return end >= 3 && isMark(text, end - 3) ? 3 : 0
  }

  /// Where the word that begins at a place ends: before the next mark that follows other text.
  static func endOfWord(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    while isMark(text, index) { index += 3 }
    while index < text.count, !isMark(text, index) { index += 1 }
    return index
  }

  /// Whether a piece has a mark that follows other text.
  static func isInside(_ piece: UnsafeRawBufferPointer) -> Bool {
    endOfWord(piece, from: 0) < piece.count
  }

  /// A piece with its marks as spaces.
  static func removed(from piece: [UInt8]) -> [UInt8] {
    guard piece.contains(0xE2) else { return piece }
    return piece.withUnsafeBytes { piece in
      var bytes: [UInt8] = []
      var index = 0
      while index < piece.count {
        let isMark = isMark(piece, index)
        bytes.append(isMark ? UInt8(ascii: " ") : piece[index])
        index += isMark ? 3 : 1
      }
      return bytes
    }
  }
}
