/// What bytes are that should be UTF-8 and are not.
enum TextEncoding {
  /// As in `is UTF-16 text, expected UTF-8`.
  static func problem(_ bytes: [UInt8]) -> String {
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      return "is UTF-32 text, expected UTF-8"
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || looksWide(bytes) {
      return "is UTF-16 text, expected UTF-8"
    }
    if bytes.starts(with: [0x1F, 0x8B]) { return "is compressed by gzip, expected UTF-8 text" }
    let offset = firstInvalid(bytes)
    let line = bytes[..<offset].count { $0 == 0x0A } + 1
    let byte = offset < bytes.count ? String(bytes[offset], radix: 16, uppercase: true) : ""
    return "is not UTF-8 text: found byte 0x\(byte) at \(offset), in line \(line)"
  }

  /// Whether every other byte of the beginning is zero, as in Western text of 16 bits a character.
  static func looksWide(_ bytes: [UInt8]) -> Bool {
    let start = bytes.prefix(512)
    guard start.count >= 4 else { return false }
    let even = stride(from: 0, to: start.count, by: 2).count { start[$0] == 0 }
    let odd = stride(from: 1, to: start.count, by: 2).count { start[$0] == 0 }
    let pairs = start.count / 2
    return max(even, odd) * 10 >= pairs * 7 && min(even, odd) * 10 <= pairs
  }

  /// Where the first byte lies that begins no scalar.
  private static func firstInvalid(_ bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var offset = 0
    while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
    return offset
  }
}
