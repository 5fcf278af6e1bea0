import BlockFormats

extension IQ4_XS: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .signed }
  @inlinable @inline(__always) public static var largestCode: Int { 127 }
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    // Eight scales of 6 bits: nibbles of a word of 32 bits, and pairs of bits of one of 16.
    let low = S.shiftedRight(
      group.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
      by: SIMD16(0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28))
    let high = S.shiftedRight(
      group.loadUnaligned(as: UInt32.self),
      by: SIMD16(12, 14, 16, 18, 20, 22, 24, 26, 12, 14, 16, 18, 20, 22, 24, 26))
    let (nibbles, pairs) = (Bits(repeating: 0x0F_0000_000F), Bits(repeating: 0x30_0000_0030))
    let codes = S.floats(low & nibbles | high & pairs) - S.splat(32)
    return codes * S.splatHalf(group)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let quants = group + (8 &+ step &* 32)
    return S.lookUp(S.loadNibbles(quants, quants + 16) & S.splatByte(15), in: iq4Values)
  }

  @inlinable @inline(__always) public static var order: GroupOrder { .evenParts }

  @inlinable @inline(__always)
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) { iq4Bytes(S.loadBits(group + (8 &+ half &* 64)), S.self) }
}
