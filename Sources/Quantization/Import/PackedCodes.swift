/// Rows of codes of 1 to 8 bits where they lie in a file: streams of bits, the lowest first.
struct PackedCodes: Sendable {
  private let packed: FileBytes
  /// Bits of a code.
  let bits: Int
  /// Whether codes are two's complement.
  let isSigned: Bool
  /// How the rows lie; a stride is one of bits.
  private let order: RowOrder

  /// Codes in bytes that hold all rows.
  ///
  /// - Parameters:
  ///   - packed: The bytes.
  ///   - bits: Bits of a code.
  ///   - isSigned: Whether codes are two's complement.
  ///   - order: How the rows lie; a stride is one of bits.
  init(_ packed: FileBytes, bits: Int, isSigned: Bool = false, order: RowOrder) {
    precondition((1...8).contains(bits), "codes of \(bits) bits")
    self.packed = packed
    self.bits = bits
    self.isSigned = isSigned
    self.order = order
  }

  /// Codes of rows that follow each other, each of some bits with its padding.
  init(_ packed: FileBytes, bits: Int, isSigned: Bool = false, rowBits: Int) {
    self.init(packed, bits: bits, isSigned: isSigned, order: .rows(stride: rowBits))
  }

  /// Reads the first codes of some rows, `[row][count]`; of two's complement ones, plus half of
  /// their range, so that none is negative.
  func load(rows: Range<Int>, count: Int) throws -> [UInt8] {
    guard !rows.isEmpty, count > 0 else { return [] }
    switch order {
    case .rows(let rowBits):
      return try load(first: rows.lowerBound * rowBits, rows.count, each: rowBits, count: count)
    case .columns(let height):
      var codes = [UInt8](repeating: 0, count: rows.count * count)
      for column in 0..<count {
        let first = (column * height + rows.lowerBound) * bits
        let read = try load(first: first, 1, each: 0, count: rows.count)
        for row in 0..<rows.count { codes[row * count + column] = read[row] }
      }
      return codes
    case .shared:
      let row = try load(first: 0, 1, each: 0, count: count)
      return Array(repeatElement(row, count: rows.count).joined())
    }
  }

  /// Reads runs of codes: the first of each begins some bits after that of the one before.
  private func load(first start: Int, _ runs: Int, each stride: Int, count: Int) throws -> [UInt8] {
    let end = start + (runs - 1) * stride + count * bits
    let bytes = try packed.load(start >> 3..<(end + 7) >> 3)
    let flip: UInt8 = isSigned ? 1 << UInt8(bits - 1) : 0
    return [UInt8](unsafeUninitializedCapacity: runs * count) { codes, initialized in
      for run in 0..<runs {
        unpack(
          bytes, at: (start & 7) + run * stride, flip: flip,
          into: UnsafeMutableBufferPointer(rebasing: codes[run * count..<(run + 1) * count]))
      }
      initialized = runs * count
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
