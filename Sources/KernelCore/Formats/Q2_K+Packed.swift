import BlockFormats

extension Q2_K: PackedFormat {
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

  // Pairs of bits stay where they are, up to 64 times as large.

  @inlinable @inline(__always) public static var order: GroupOrder { .bothHalves }

  @inlinable @inline(__always)
  public static func words<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> FourBits {
    let even = S.loadBits(group + 16)
    let odd = S.shiftedRight(even, 8)
    let low = S.splatWord(half == 0 ? 0x03 : 0x30)
    let high = S.splatWord(half == 0 ? 0x0C : 0xC0)
    return (even & low, odd & low, even & high, odd & high)
  }

  @inlinable @inline(__always)
  public static func wordScales<S: InstructionSet>(_ scales: Floats, _: S.Type) -> Floats {
    let (a, b, c): (Float, Float, Float) = (0.25, 0.0625, 0.015625)
    return S.product(scales, Floats(1, 1, a, a, b, b, c, c, 1, 1, a, a, b, b, c, c))
  }
}
