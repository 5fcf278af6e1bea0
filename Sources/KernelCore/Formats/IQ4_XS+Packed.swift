import BlockFormats

extension IQ4_XS: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .signed }
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    // Eight scales of 6 bits: the low nibbles of 4 bytes and pairs of bits of a 16-bit word,
    // spread to one byte each.
    var low = UInt64(truncatingIfNeeded: group.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    low = (low | low &<< 16) & 0x0000_FFFF_0000_FFFF
    low = (low | low &<< 8) & 0x00FF_00FF_00FF_00FF
    low = (low | low &<< 4) & 0x0F0F_0F0F_0F0F_0F0F
    var high = UInt64(truncatingIfNeeded: group.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    high = (high | high &<< 24) & 0x0000_00FF_0000_00FF
    high = (high | high &<< 12) & 0x000F_000F_000F_000F
    high = (high | high &<< 6) & 0x0303_0303_0303_0303
    let bytes = SixteenBytes(Int64(bitPattern: low | high &<< 4), 0)
    let codes = S.floats(unsigned: bytes) - S.splat(32)
    return codes * S.splat(half(group, 0, S.self))
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let quants = group + (8 &+ step &* 32)
    return lookUpIQ4(S.loadNibbles(quants, quants + 16) & S.splatByte(15), S.self)
  }
}
