import BlockFormats

extension Q5_0: PackedFormat {
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var stepsPerGroup: Int { 1 }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> (Floats, Floats) {
    (S.pair(half(group, 0, S.self), half(group, 22, S.self)), S.splat(0))
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _ scales: (Floats, Floats), _: S.Type
  ) -> (codes: Bits, scales: Floats, minimums: Floats) {
    let high = fifthBits(group + 2, group + 24, S.self)
    let nibbles = S.loadNibbles(group + 6, group + 28) & S.splatByte(15)
    return (S.subtractBytes(nibbles | high, S.splatByte(16)), scales.0, scales.1)
  }
}

/// 16 in each byte whose bit is set in the two words of 32 bits.
@inlinable @inline(__always)
func fifthBits<S: InstructionSet>(
  _ p: UnsafeRawPointer, _ q: UnsafeRawPointer, _: S.Type
) -> Bits {
  let low = UInt64(truncatingIfNeeded: p.loadUnaligned(as: UInt32.self))
  let high = UInt64(truncatingIfNeeded: q.loadUnaligned(as: UInt32.self))
  return S.expandBits(low | high &<< 32) & S.splatByte(16)
}
