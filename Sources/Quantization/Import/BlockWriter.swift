import GGUF

/// Writes 32 codes and their scale as a block of a format (`BlockFormats` defines the layouts).
enum BlockWriter {
  /// Writes a block.
  ///
  /// - Parameters:
  ///   - codes: 32 codes, none negative.
  ///   - zero: The code that means zero, or 0 and a bias.
  ///   - scale: The block's scale, a half-precision number.
  ///   - bias: What is added.
  ///   - type: Q4_0, Q4_1, Q5_0, Q5_1 or Q8_0, whose range holds the codes.
  ///   - block: Where the block goes.
  static func write(
    _ codes: UnsafePointer<UInt8>, zero: Int, scale: Float, bias: Float, as type: TensorType,
    to block: UnsafeMutableRawPointer
  ) {
    block.store(Float16(scale).bitPattern, at: 0)
    let bias = Float16(bias - Float(zero) * scale)
    switch type {
    case .q4_0:
      writeNibbles(codes, adding: 8 - zero, at: 2, block)
    case .q4_1:
      block.store(bias.bitPattern, at: 2)
      writeNibbles(codes, adding: 0, at: 4, block)
    case .q5_0:
      block.store(fifthBits(codes, adding: 16 - zero), at: 2)
      writeNibbles(codes, adding: 16 - zero, at: 6, block)
    case .q5_1:
      block.store(bias.bitPattern, at: 2)
      block.store(fifthBits(codes, adding: 0), at: 4)
      writeNibbles(codes, adding: 0, at: 8, block)
    case .q8_0:
      for i in 0..<32 {
        block.store(UInt8(truncatingIfNeeded: Int(codes[i]) - zero), at: 2 + i)
      }
    default:
      preconditionFailure("blocks of \(type.name)")
    }
  }

  private static func writeNibbles(
    _ codes: UnsafePointer<UInt8>, adding shift: Int, at offset: Int,
    _ block: UnsafeMutableRawPointer
  ) {
    for i in 0..<16 {
      let low = (Int(codes[i]) + shift) & 15
      let high = (Int(codes[i + 16]) + shift) & 15
      block.store(UInt8(low | high << 4), at: offset + i)
    }
  }

  private static func fifthBits(_ codes: UnsafePointer<UInt8>, adding shift: Int) -> UInt32 {
    (0..<32).reduce(0) { $0 | UInt32((Int(codes[$1]) + shift) >> 4 & 1) << UInt32($1) }
  }
}

extension UnsafeMutableRawPointer {
  /// Writes a number of any alignment, little-endian.
  func store(_ value: some FixedWidthInteger, at offset: Int) {
    storeBytes(of: value.littleEndian, toByteOffset: offset, as: type(of: value))
  }
}
