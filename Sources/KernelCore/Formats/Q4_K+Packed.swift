import BlockFormats

extension Q4_K: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var hasSmallBlocks: Bool { false }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    scalesAndMinimums(group, S.self)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    S.loadTwice(group + (16 &+ step &* 32), thenShifted: 4) & S.splatByte(15)
  }

  // High nibbles stay where they are, sixteen times as large.

  @inlinable @inline(__always)
  public static func words<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> (even: Bits, odd: Bits) {
    let bytes = S.loadTwice(group + (16 &+ step &* 32))
    let mask = S.wordPair(0x0F, 0xF0)
    return (bytes & mask, S.oddBytes(bytes) & mask)
  }

  @inlinable @inline(__always)
  public static func wordScales<S: InstructionSet>(_ scales: Floats, _: S.Type) -> Floats {
    let sixteenth: Float = 0.0625
    return scales
      * Floats(
        1, sixteenth, 1, sixteenth, 1, sixteenth, 1, sixteenth, 1, 1, 1, 1, 1, 1, 1, 1)
  }
}

/// The eight scales and the eight minimums of a Q4_K or Q5_K super-block: two half-precision
/// factors, and twelve bytes.
@inlinable @inline(__always)
func scalesAndMinimums<S: InstructionSet>(_ block: UnsafeRawPointer, _: S.Type) -> Floats {
  let words = block.loadUnaligned(as: SixteenBytes.self)
  return S.floats(unsigned: S.sixBits(words)) * S.halfPair(block.loadUnaligned(as: UInt32.self))
}
