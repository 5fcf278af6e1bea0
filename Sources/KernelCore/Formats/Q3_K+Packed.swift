import BlockFormats

extension Q3_K: SuperBlockFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 4) }
  @inlinable @inline(__always) public static var largestCode: Int { 4 }
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { true }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    // Sixteen scales of 6 bits: nibbles of 8 bytes, then pairs of bits of 4 bytes.
    let words = group.loadUnaligned(fromByteOffset: 94, as: SIMD4<UInt32>.self)
    let a = words.x &>> 16 | words.y &<< 16
    let b = words.y &>> 16 | words.z &<< 16
    let top = words.z &>> 16 | words.w &<< 16
    let nibbles = SIMD4(a, b, a, b) &>> SIMD4(0, 0, 4, 4) & SIMD4(repeating: 0x0F0F_0F0F)
    let pairs = SIMD4(repeating: top) &>> SIMD4(0, 2, 4, 6) & SIMD4(repeating: 0x0303_0303)
    let bytes = unsafeBitCast(nibbles | pairs &<< SIMD4(repeating: 4), to: SixteenBytes.self)
    let codes = S.floats(unsigned: bytes) - S.splat(32)
    return codes * S.splatHalf(group + 108)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let pairs = S.loadTwice(group + (32 &+ (step &>> 1) &* 32), thenShifted: 2)
    let low = S.shiftedRight(pairs, (step & 1) &* 4) & S.splatByte(3)
    let masks = S.shiftedRight(S.loadTwice(group, thenShifted: 1), step &* 2) & S.splatByte(1)
    return low | S.shiftedLeft(masks, 2)
  }

  @inlinable @inline(__always) public static var order: GroupOrder { .bothHalves }

  @inlinable @inline(__always)
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) {
    let pairs = S.loadBits(group + 32)
    let third = S.loadTwice(group, thenShifted: 4)
    let (mask, four) = (S.splatByte(3), S.splatByte(4))
    return half == 0
      ? (
        pairs & mask | S.shiftedLeft(third, 2) & four,
        S.shiftedRight(pairs, 2) & mask | S.shiftedLeft(third, 1) & four
      )
      : (
        S.shiftedRight(pairs, 4) & mask | third & four,
        S.shiftedRight(pairs, 6) & mask | S.shiftedRight(third, 1) & four
      )
  }

  @inlinable @inline(__always) public static var hasSignedScales: Bool { true }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    of blocks: FourBlocks, _: S.Type
  ) -> SuperBlockScales {
    // Sixteen scales of 6 bits, from byte 96 on: nibbles of two words, then pairs of bits of a third.
    let words = quarters(blocks, at: 92, S.self)
    let low = S.shiftedRight(S.lanes(words, (1, 2, 1, 2)), lanesBy: SIMD4(0, 0, 4, 4))
    let high = S.shiftedRight(S.lanes(words, (3, 3, 3, 3)), lanesBy: SIMD4(0, 2, 4, 6))
    let bytes = S.subtractBytes(
      low & S.splatByte(15) | S.shiftedLeft(high & S.splatByte(3), 4), S.splatByte(32))
    return signedScales(bytes, of: blocks, factorAt: 108, S.self)
  }
}
