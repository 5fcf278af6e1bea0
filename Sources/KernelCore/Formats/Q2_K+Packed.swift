import BlockFormats

extension Q2_K: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { true }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    let mask = SIMD4<UInt32>(repeating: 0x0F0F_0F0F)
    let bytes = group.loadUnaligned(as: SIMD4<UInt32>.self) & mask
    return S.floats(unsigned: unsafeBitCast(bytes, to: SixteenBytes.self))
      * S.splat(half(group, 80, S.self))
  }

  @inlinable @inline(__always)
  public static func smallMinimums<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    let mask = SIMD4<UInt32>(repeating: 0x0F0F_0F0F)
    let bytes = group.loadUnaligned(as: SIMD4<UInt32>.self) &>> SIMD4(repeating: 4) & mask
    return S.floats(unsigned: unsafeBitCast(bytes, to: SixteenBytes.self))
      * S.splat(half(group, 82, S.self))
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let pairs = S.loadTwice(group + (16 &+ (step &>> 1) &* 32), thenShifted: 2)
    return S.shiftedRight(pairs, (step & 1) &* 4) & S.splatByte(3)
  }
}
