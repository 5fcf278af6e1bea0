import BlockFormats

extension Q6_K: PackedFormat {
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var stepsPerGroup: Int { 4 }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> (Floats, Floats) {
    let low = group.loadUnaligned(fromByteOffset: 192, as: UInt64.self)
    let high = group.loadUnaligned(fromByteOffset: 200, as: UInt64.self)
    return (S.floats(signedBytes: low, high) * S.splat(half(group, 208, S.self)), S.splat(0))
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _ scales: (Floats, Floats), _: S.Type
  ) -> (codes: Bits, scales: Floats, minimums: Floats) {
    let half = step &>> 1
    let shift = (step & 1) &* 4
    let low = S.shiftedRight(S.loadBits(group + half &* 64), shift) & S.splatByte(15)
    let pairs = S.loadTwice(group + (128 &+ half &* 32), thenShifted: 2)
    let high = S.shiftedRight(pairs, shift) & S.splatByte(3)
    let codes = S.subtractBytes(low | S.shiftedLeft(high, 4), S.splatByte(32))
    return (codes, S.spread4(scales.0, step), scales.1)
  }
}
