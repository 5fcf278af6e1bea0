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
  public static func scalesForSums<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    S.gatherHalvesForSums(group, stride: 18)
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
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) { iq4Bytes(quarters(group, half: half, at: 2, S.self), S.self) }
}

/// The non-linear value of each 4-bit code: −127, −104, −83, −65, −49, −35, −22, −10, 1, 13, 25,
/// 38, 53, 69, 89, 113.
@inlinable
var iq4Values: SixteenBytes {
  @inline(__always) get {
    SIMD2(Int64(bitPattern: 0xF6EA_DDCF_BFAD_9881), Int64(bitPattern: 0x7159_4535_2619_0D01))
  }
}

extension PackedFormat {
  /// The values of the low nibbles of 64 bytes, then those of the high ones, as `bytes` give them.
  @inlinable @inline(__always)
  static func iq4Bytes<S: InstructionSet>(_ bytes: Bits, _: S.Type) -> (Bits, Bits) {
    let (low, high) = nibbles(bytes, S.self)
    let flips = Int64(flip(S.self)) &* 0x0101_0101_0101_0101
    let table = iq4Values ^ SixteenBytes(repeating: flips)
    return (S.lookUp(low, in: table), S.lookUp(high, in: table))
  }
}
