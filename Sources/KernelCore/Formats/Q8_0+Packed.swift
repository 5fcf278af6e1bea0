import BlockFormats

extension Q8_0: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .signed }
  @inlinable @inline(__always) public static var largestCode: Int { 128 }
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    S.gatherHalvesByIntegers(group, stride: 34)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let blocks = group + step &* 68
    return S.loadHalves(blocks + 2, blocks + 36)
  }

  @inlinable @inline(__always)
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) {
    let flips = S.splatByte(flip(S.self))
    return (
      unpack(group, step: 2 &* half, S.self) ^ flips,
      unpack(group, step: 2 &* half &+ 1, S.self) ^ flips
    )
  }
}
