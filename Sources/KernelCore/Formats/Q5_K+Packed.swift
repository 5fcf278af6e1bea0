import BlockFormats

extension Q5_K: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var largestCode: Int { 31 }
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    scalesAndMinimums(group, S.splat(1), S.self)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let low = S.loadTwice(group + (48 &+ step &* 32), thenShifted: 4) & S.splatByte(15)
    let bits = S.shiftedRight(S.loadTwice(group + 16, thenShifted: 1), step &* 2) & S.splatByte(1)
    return low | S.shiftedLeft(bits, 4)
  }
}
