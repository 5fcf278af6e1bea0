import BlockFormats

extension Q5_K: SixBitScaleFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var largestCode: Int { 31 }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let low = S.loadTwice(group + (48 &+ step &* 32), thenShifted: 4) & S.splatByte(15)
    let bits = S.shiftedRight(S.loadTwice(group + 16, thenShifted: 1), step &* 2) & S.splatByte(1)
    return low | S.shiftedLeft(bits, 4)
  }

  @inlinable @inline(__always) public static var order: GroupOrder { .evenPairs }

  @inlinable @inline(__always)
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) {
    let nibbles = S.loadBits(group + (48 &+ half &* 64))
    let (mask, fifth) = (S.splatByte(15), S.splatByte(16))
    // Low nibbles are of blocks 4 * half and 4 * half + 2, high ones of the blocks after them: the
    // second 32 bytes are shifted, so that one bit serves both.
    let bits = S.loadTwice(group + 16, thenShifted: 2)
    let low = half == 0 ? S.shiftedLeft(bits, 4) : bits
    let high = half == 0 ? S.shiftedLeft(bits, 3) : S.shiftedRight(bits, 1)
    return (nibbles & mask | low & fifth, S.shiftedRight(nibbles, 4) & mask | high & fifth)
  }
}
