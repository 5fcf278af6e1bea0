import BlockFormats

extension Q4_K: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> (scales: Floats, minimums: Floats) {
    scalesAndMinimums(group, S.self)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    S.loadTwice(group + (16 &+ step &* 32), thenShifted: 4) & S.splatByte(15)
  }
}

/// The eight scales and the eight minimums of a Q4_K or Q5_K super-block, each twice.
@inlinable @inline(__always)
func scalesAndMinimums<S: InstructionSet>(
  _ block: UnsafeRawPointer, _: S.Type
) -> (scales: Floats, minimums: Floats) {
  // After two half-precision factors, twelve bytes hold 8 + 8 values of 6 bits: in words of four
  // bytes the low six bits of scales and of minimums, and then the nibbles of those whose high
  // bits lie above these.
  let words = block.loadUnaligned(as: SIMD4<UInt32>.self)
  let low =
    SIMD4(words.y, words.y, words.z, words.z) &>> SIMD4(0, 2, 0, 2)
    & SIMD4(0x3F3F_3F3F, 0x3030_3030, 0x3F3F_3F3F, 0x3030_3030)
  let high = SIMD4(0, words.w, 0, words.w) &>> SIMD4(0, 0, 0, 4) & SIMD4(repeating: 0x0F0F_0F0F)
  let both =
    S.floats(unsigned: unsafeBitCast(low | high, to: SixteenBytes.self)) * S.halfPair(words.x)
  return (S.doubledLow(both), S.doubledHigh(both))
}
