import BlockFormats

extension Q4_K: SuperBlockFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var largestCode: Int { 15 }
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats { scalesAndMinimums(group, S.self) }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    S.loadTwice(group + (16 &+ step &* 32), thenShifted: 4) & S.splatByte(15)
  }

  @inlinable @inline(__always) public static var order: GroupOrder { .evenPairs }

  @inlinable @inline(__always)
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) {
    nibbles(S.loadBits(group + (16 &+ half &* 64)), S.self)
  }

  @inlinable @inline(__always) public static var hasSignedScales: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    of blocks: FourBlocks, _: S.Type
  ) -> SuperBlockScales { sixBitScales(of: blocks, S.self, Self.self) }

  @inlinable @inline(__always)
  public static func scalePlace(_ part: Int) -> Int { sixBitPlace(part) }
}

/// The eight scales and the eight minimums of a Q4_K or Q5_K super-block: two half-precision
/// factors, and twelve bytes.
@inlinable @inline(__always)
func scalesAndMinimums<S: InstructionSet>(_ block: UnsafeRawPointer, _: S.Type) -> Floats {
  S.floats(S.sixBits(block + 4)) * S.halfPair(block.loadUnaligned(as: UInt32.self))
}
