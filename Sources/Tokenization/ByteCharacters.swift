/// The characters by which GPT-2's vocabularies write bytes: printable ones as themselves, others
/// as characters from U+0100 on.
package enum ByteCharacters {
  /// The character of each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 256
    return (0..<256).map { byte -> Unicode.Scalar in
      let isPrintable =
        (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      if isPrintable { return Unicode.Scalar(UInt8(byte)) }
      defer { next += 1 }
      return Unicode.Scalar(next) ?? " "
    }
  }()

  /// The character of each byte in UTF-8.
  package static let encoded: [[UInt8]] = scalars.map { Array(String($0).utf8) }

  /// The bytes that a piece spells; a piece with a character that stands for none spells itself.
  static func decode(_ piece: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(piece.count)
    for scalar in String(decoding: piece, as: UTF8.self).unicodeScalars {
      guard scalar.value < table.count, table[Int(scalar.value)] >= 0 else { return piece }
      bytes.append(UInt8(table[Int(scalar.value)]))
    }
    return bytes
  }

  /// By scalar, −1 where none.
  private static let table: [Int16] = {
    var table = [Int16](repeating: -1, count: 512)
    for (byte, scalar) in scalars.enumerated() { table[Int(scalar.value)] = Int16(byte) }
    return table
  }()
}
