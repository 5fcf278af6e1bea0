import BlockFormats

extension Q2_K: SuperBlockFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var largestCode: Int { 3 }
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { true }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    let mask = SIMD4<UInt32>(repeating: 0x0F0F_0F0F)
    let bytes = group.loadUnaligned(as: SIMD4<UInt32>.self) & mask
    return S.floats(unsigned: unsafeBitCast(bytes, to: SixteenBytes.self))
      * S.splatHalf(group + 80)
  }

  @inlinable @inline(__always)
  public static func smallMinimums<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    let mask = SIMD4<UInt32>(repeating: 0x0F0F_0F0F)
    let bytes = group.loadUnaligned(as: SIMD4<UInt32>.self) &>> SIMD4(repeating: 4) & mask
    return S.floats(unsigned: unsafeBitCast(bytes, to: SixteenBytes.self))
      * S.splatHalf(group + 82)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let pairs = S.loadTwice(group + (16 &+ (step &>> 1) &* 32), thenShifted: 2)
    return S.shiftedRight(pairs, (step & 1) &* 4) & S.splatByte(3)
  }

  @inlinable @inline(__always) public static var order: GroupOrder { .bothHalves }

  @inlinable @inline(__always)
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) {
    let pairs = S.loadBits(group + 16)
    let mask = S.splatByte(3)
    let low = half == 0 ? pairs : S.shiftedRight(pairs, 4)
    return (low & mask, S.shiftedRight(pairs, 4 &* half &+ 2) & mask)
  }

  @inlinable @inline(__always) public static var hasSignedScales: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    of blocks: FourBlocks, _: S.Type
  ) -> SuperBlockScales {
    let bytes = quarters(blocks, at: 0, S.self)
    return SuperBlockScales(
      scales: bytes & S.splatByte(15),
      minimums: (S.shiftedRight(bytes, 4) & S.splatWord(15), S.shiftedRight(bytes, 12)),
      factors: factors(blocks, at: 80, S.self))
  }
}
