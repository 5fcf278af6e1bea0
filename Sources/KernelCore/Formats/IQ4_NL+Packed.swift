import BlockFormats

extension IQ4_NL: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .signed }
  @inlinable @inline(__always) public static var largestCode: Int { 127 }
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    S.gatherHalves(group, stride: 18)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let blocks = group + step &* 36
    return S.lookUp(S.loadNibbles(blocks + 2, blocks + 20) & S.splatByte(15), in: iq4Values)
  }

  @inlinable @inline(__always) public static var order: GroupOrder { .evenParts }

  @inlinable @inline(__always)
  public static func words<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> FourBits { iq4Words(quarters(group, half: half, at: 2, S.self), S.self) }
}

/// The non-linear value of each 4-bit code: −127, −104, −83, −65, −49, −35, −22, −10, 1, 13, 25,
/// 38, 53, 69, 89, 113.
@inlinable
var iq4Values: SixteenBytes {
  @inline(__always) get {
    SIMD2(Int64(bitPattern: 0xF6EA_DDCF_BFAD_9881), Int64(bitPattern: 0x7159_4535_2619_0D01))
  }
}

/// The values of the low nibbles of 64 bytes as words, then those of the high ones.
@inlinable @inline(__always)
func iq4Words<S: InstructionSet>(_ bytes: Bits, _: S.Type) -> FourBits {
  let low = S.lookUpWords(bytes, in: iq4Values)
  let high = S.lookUpWords(S.shiftedRight(bytes, 4), in: iq4Values)
  return (low.even, low.odd, high.even, high.odd)
}
