import BlockFormats

extension Q3_K: PackedFormat {
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var stepsPerGroup: Int { 4 }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> (Floats, Floats) {
    // Sixteen scales of 6 bits: nibbles of 8 bytes, then pairs of bits of 4 bytes.
    let nibbles = group.loadUnaligned(fromByteOffset: 96, as: UInt64.self)
    let top = UInt64(
      truncatingIfNeeded: group.loadUnaligned(fromByteOffset: 104, as: UInt32.self))
    let mask: UInt64 = 0x0F0F_0F0F_0F0F_0F0F
    let first = (top | top &<< 30) & 0x0303_0303_0303_0303
    let second = (top &>> 4 | top &<< 26) & 0x0303_0303_0303_0303
    let codes =
      S.floats(
        unsignedBytes: nibbles & mask | first &<< 4, nibbles &>> 4 & mask | second &<< 4)
      - S.splat(32)
    return (codes * S.splat(half(group, 108, S.self)), S.splat(0))
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _ scales: (Floats, Floats), _: S.Type
  ) -> (codes: Bits, scales: Floats, minimums: Floats) {
    let pairs = S.loadTwice(group + (32 &+ (step &>> 1) &* 32), thenShifted: 2)
    let low = S.shiftedRight(pairs, (step & 1) &* 4) & S.splatByte(3)
    let masks = S.shiftedRight(S.loadTwice(group, thenShifted: 1), step &* 2) & S.splatByte(1)
    let codes = S.subtractBytes(low | S.shiftedLeft(masks, 2), S.splatByte(4))
    return (codes, S.spread4(scales.0, step), scales.1)
  }
}
