import BlockFormats

extension Q2_K: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { true }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> (scales: Floats, minimums: Floats) {
    let both = group.loadUnaligned(as: SIMD4<UInt32>.self)
    let mask = SIMD4<UInt32>(repeating: 0x0F0F_0F0F)
    let low = unsafeBitCast(both & mask, to: SixteenBytes.self)
    let high = unsafeBitCast(both &>> SIMD4(repeating: 4) & mask, to: SixteenBytes.self)
    let (scales, minimums) = (S.floats(unsigned: low), S.floats(unsigned: high))
    return (
      scales * S.splat(half(group, 80, S.self)), minimums * S.splat(half(group, 82, S.self))
    )
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let pairs = S.loadTwice(group + (16 &+ (step &>> 1) &* 32), thenShifted: 2)
    return S.shiftedRight(pairs, (step & 1) &* 4) & S.splatByte(3)
  }
}
