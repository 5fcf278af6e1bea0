import BlockFormats

extension Q5_0: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 16) }
  @inlinable @inline(__always) public static var largestCode: Int { 16 }
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    S.gatherHalves(group, stride: 22)
  }

  @inlinable @inline(__always)
  public static func scalesForSums<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    S.gatherHalvesForSums(group, stride: 22)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let blocks = group + step &* 44
    let nibbles = S.loadNibbles(blocks + 6, blocks + 28) & S.splatByte(15)
    return nibbles | fifthBits(blocks + 2, blocks + 24, S.self)
  }

  @inlinable @inline(__always) public static var order: GroupOrder { .evenParts }

  @inlinable @inline(__always)
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) {
    fiveBits(group, half: half, at: 2, S.self)
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
