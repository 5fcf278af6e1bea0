import BlockFormats

extension Q6_K: SuperBlockFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 32) }
  @inlinable @inline(__always) public static var largestCode: Int { 32 }
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { true }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    let codes = group.loadUnaligned(fromByteOffset: 192, as: SixteenBytes.self)
    return S.floats(signed: codes) * S.splatHalf(group + 208)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let half = step &>> 1
    let shift = (step & 1) &* 4
    let low = S.shiftedRight(S.loadBits(group + half &* 64), shift) & S.splatByte(15)
    let pairs = S.loadTwice(group + (128 &+ half &* 32), thenShifted: 2)
    let high = S.shiftedRight(pairs, shift) & S.splatByte(3)
    return low | S.shiftedLeft(high, 4)
  }

  @inlinable @inline(__always) public static var hasSignedScales: Bool { true }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    of blocks: FourBlocks, _: S.Type
  ) -> SuperBlockScales {
    signedScales(quarters(blocks, at: 192, S.self), of: blocks, factorAt: 208, S.self)
  }
}
