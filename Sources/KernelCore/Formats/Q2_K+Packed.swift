import BlockFormats

extension Q2_K: PackedFormat {
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var stepsPerGroup: Int { 4 }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> (Floats, Floats) {
    let low = group.loadUnaligned(as: UInt64.self)
    let high = group.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    let mask: UInt64 = 0x0F0F_0F0F_0F0F_0F0F
    let scales = S.floats(unsignedBytes: low & mask, high & mask)
    let minimums = S.floats(unsignedBytes: low &>> 4 & mask, high &>> 4 & mask)
    return (
      scales * S.splat(half(group, 80, S.self)), minimums * S.splat(half(group, 82, S.self))
    )
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _ scales: (Floats, Floats), _: S.Type
  ) -> (codes: Bits, scales: Floats, minimums: Floats) {
    let pairs = S.loadTwice(group + (16 &+ (step &>> 1) &* 32), thenShifted: 2)
    let codes = S.shiftedRight(pairs, (step & 1) &* 4) & S.splatByte(3)
    return (codes, S.spread4(scales.0, step), S.spread4(scales.1, step))
  }
}
