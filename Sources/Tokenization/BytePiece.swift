/// SentencePiece's pieces for bytes, such as `<0x0A>`.
package enum BytePiece {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// The piece of a byte.
  package static func text(_ byte: UInt8) -> [UInt8] {
    Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
  }

  /// The byte of a piece; nil if it is of another form.
  static func byte(_ piece: [UInt8]) -> UInt8? {
    guard piece.count == 6, piece.starts(with: Array("<0x".utf8)), piece[5] == UInt8(ascii: ">")
    else { return nil }
    let values = piece[3..<5].compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return values.count == 2 ? UInt8(values[0] * 16 + values[1]) : nil
  }
}
