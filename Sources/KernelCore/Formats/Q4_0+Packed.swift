import BlockFormats

extension Q4_0: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 8) }
  @inlinable @inline(__always) public static var largestCode: Int { 8 }
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
    return S.loadNibbles(blocks + 2, blocks + 20) & S.splatByte(15)
  }

  @inlinable @inline(__always) public static var order: GroupOrder { .evenParts }

  @inlinable @inline(__always)
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) {
    nibbles(quarters(group, half: half, at: 2, S.self), S.self)
  }
}
