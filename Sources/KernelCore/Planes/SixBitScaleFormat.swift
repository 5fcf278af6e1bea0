import BlockFormats

/// Super-blocks that begin with two half-precision factors and twelve bytes, which hold eight scales
/// and eight minimums: Q4_K and Q5_K.
public protocol SixBitScaleFormat: SuperBlockFormat {}

extension SixBitScaleFormat {
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }
  @inlinable @inline(__always) public static var hasSignedScales: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    S.floats(S.sixBits(group + 4)) * S.halfPair(group.loadUnaligned(as: UInt32.self))
  }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    of blocks: FourBlocks, _: S.Type
  ) -> SuperBlockScales {
    // Of the eight scales and of the eight minimums, the first four lie in the low six bits of a
    // word, and the last four have nibbles of their own and their high bits above the first four.
    let words = quarters(blocks, at: 0, S.self)
    let low = S.shiftedRight(S.lanes(words, (1, 2, 1, 2)), lanesBy: SIMD4(0, 0, 2, 2))
    let high = S.shiftedRight(S.lanes(words, (3, 3, 3, 3)), lanesBy: SIMD4(32, 32, 0, 4))
    let six = SIMD2(0x3F3F_3F3F_3F3F_3F3F as Int64, 0x3030_3030_3030_3030)
    let half = SIMD4(lowHalf: six, highHalf: six)
    let bytes = low & Bits(lowHalf: half, highHalf: half) | high & S.splatByte(15)
    return SuperBlockScales(
      scales: bytes, minimums: (S.evenBytes(bytes), S.oddBytes(bytes)),
      factors: factors(blocks, at: 0, S.self))
  }

  @inlinable @inline(__always)
  public static func scalePlace(_ part: Int) -> Int {
    let block = part &>> 1
    return block < 4 ? block : block &+ 4
  }
}
