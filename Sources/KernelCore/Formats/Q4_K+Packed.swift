import BlockFormats

extension Q4_K: PackedFormat {
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var stepsPerGroup: Int { 4 }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> (Floats, Floats) {
    (scalesAndMinimums(group, S.self), S.splat(0))
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _ scales: (Floats, Floats), _: S.Type
  ) -> (codes: Bits, scales: Floats, minimums: Floats) {
    let codes = S.loadTwice(group + (16 &+ step &* 32), thenShifted: 4) & S.splatByte(15)
    return (codes, S.spread8(scales.0, step), S.spread8(scales.0, step &+ 4))
  }
}

/// The eight scales of a Q4_K or Q5_K super-block in the low lanes, and the eight minimums, as
/// `PackedFormat` keeps them, in the high lanes.
@inlinable @inline(__always)
func scalesAndMinimums<S: InstructionSet>(_ block: UnsafeRawPointer, _: S.Type) -> Floats {
  // Twelve bytes hold 8 + 8 values of 6 bits; as three words, four values at a time.
  let a = block.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
  let b = block.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
  let c = block.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
  let scaleHigh = c & 0x0F0F_0F0F | (a &>> 2 & 0x3030_3030)
  let minimumHigh = c &>> 4 & 0x0F0F_0F0F | (b &>> 2 & 0x3030_3030)
  let scales =
    UInt64(truncatingIfNeeded: a & 0x3F3F_3F3F) | UInt64(truncatingIfNeeded: scaleHigh) &<< 32
  let minimums =
    UInt64(truncatingIfNeeded: b & 0x3F3F_3F3F) | UInt64(truncatingIfNeeded: minimumHigh) &<< 32
  let d = S.half(block.loadUnaligned(as: UInt16.self))
  let dmin = S.half(block.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
  return S.floats(unsignedBytes: scales, minimums) * S.pair(d, dmin)
}
