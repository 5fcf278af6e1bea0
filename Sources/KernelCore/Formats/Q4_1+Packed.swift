import BlockFormats

extension Q4_1: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var largestCode: Int { 15 }
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    // The minimums are to be subtracted, and here they are to be added.
    S.product(S.gatherHalfPairs(group, stride: 20), S.pair(1, -1))
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let blocks = group + step &* 40
    return S.loadNibbles(blocks + 4, blocks + 24) & S.splatByte(15)
  }

  @inlinable @inline(__always) public static var order: GroupOrder { .evenParts }

  @inlinable @inline(__always)
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) {
    nibbles(quarters(group, half: half, at: 4, S.self), S.self)
  }
}
