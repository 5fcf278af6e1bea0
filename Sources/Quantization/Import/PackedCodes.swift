/// Rows of codes of 1 to 8 bits where they lie in a file: each row a stream of bits, the lowest
/// first.
struct PackedCodes: Sendable {
  private let stretch: FileBytes
  /// Bits of a code.
  let bits: Int
  /// Whether codes are two's complement.
  let isSigned: Bool
  /// Bits from one row's first code to the next row's.
  private let rowBits: Int

  /// Codes of a stretch that holds all rows.
  ///
  /// - Parameters:
  ///   - stretch: The bytes.
  ///   - bits: Bits of a code.
  ///   - isSigned: Whether codes are two's complement.
  ///   - rowBits: Bits of a row with its padding.
  init(_ stretch: FileBytes, bits: Int, isSigned: Bool = false, rowBits: Int) {
    precondition((1...8).contains(bits), "codes of \(bits) bits")
    self.stretch = stretch
    self.bits = bits
    self.isSigned = isSigned
    self.rowBits = rowBits
  }

  /// Reads the first codes of some rows, `[row][count]`; of two's complement ones, plus half of
  /// their range, so that none is negative.
  func load(rows: Range<Int>, count: Int) throws -> [UInt8] {
    guard !rows.isEmpty, count > 0 else { return [] }
    let start = rows.lowerBound * rowBits
    let end = (rows.upperBound - 1) * rowBits + count * bits
    let bytes = try stretch.load(start >> 3..<(end + 7) >> 3)
    let flip: UInt8 = isSigned ? 1 << UInt8(bits - 1) : 0
    return [UInt8](unsafeUninitializedCapacity: rows.count * count) { codes, initialized in
      for row in 0..<rows.count {
        unpack(
          bytes, at: (start & 7) + row * rowBits, flip: flip,
          into: UnsafeMutableBufferPointer(rebasing: codes[row * count..<(row + 1) * count]))
      }
      initialized = rows.count * count
    }
  }

  private func unpack(
    _ bytes: [UInt8], at start: Int, flip: UInt8, into codes: UnsafeMutableBufferPointer<UInt8>
  ) {
    if bits == 8, start & 7 == 0 {
      for i in 0..<codes.count { codes[i] = bytes[start >> 3 + i] ^ flip }
    } else if bits == 4, start & 7 == 0, codes.count & 1 == 0 {
      for i in 0..<codes.count >> 1 {
        let byte = bytes[start >> 3 + i]
        codes[2 * i] = (byte & 15) ^ flip
        codes[2 * i + 1] = (byte >> 4) ^ flip
      }
    } else {
      for i in 0..<codes.count {
        let bit = start + i * bits
        var word = UInt(bytes[bit >> 3])
        if bit & 7 + bits > 8 { word |= UInt(bytes[bit >> 3 + 1]) << 8 }
        codes[i] = UInt8(word >> UInt(bit & 7) & ((1 << UInt(bits)) - 1)) ^ flip
      }
    }
  }
}
