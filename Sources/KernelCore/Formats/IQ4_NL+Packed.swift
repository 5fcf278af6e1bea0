import BlockFormats

extension IQ4_NL: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .signed }
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    gatherHalves(group, stride: 18, S.self)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let blocks = group + step &* 36
    return lookUpIQ4(S.loadNibbles(blocks + 2, blocks + 20) & S.splatByte(15), S.self)
  }
}

/// The non-linear value of each 4-bit code: −127, −104, −83, −65, −49, −35, −22, −10, 1, 13, 25,
/// 38, 53, 69, 89, 113.
@inlinable @inline(__always)
func lookUpIQ4<S: InstructionSet>(_ nibbles: Bits, _: S.Type) -> Bits {
  S.lookUp(
    nibbles,
    in: SIMD2(Int64(bitPattern: 0xF6EA_DDCF_BFAD_9881), Int64(bitPattern: 0x7159_4535_2619_0D01)))
}
