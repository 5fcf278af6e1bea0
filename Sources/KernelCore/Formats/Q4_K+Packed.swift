import BlockFormats

extension Q4_K: SixBitScaleFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var largestCode: Int { 15 }

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
}
