import BlockFormats

extension Q4_K: PackedFormat {
  @inlinable @inline(__always) public static var codes: CodeKind { .unsigned(offset: 0) }
  @inlinable @inline(__always) public static var largestCode: Int { 15 }
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
    S.loadTwice(group + (16 &+ step &* 32), thenShifted: 4) & S.splatByte(15)
  }

  // High nibbles stay where they are, sixteen times as large.

  @inlinable @inline(__always)
  public static func words<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> (even: Bits, odd: Bits) {
    inPlace(S.loadTwice(group + (16 &+ step &* 32)), 0x0F, 0xF0, S.self)
  }

  @inlinable @inline(__always)
  public static func wordScales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    let sixteenth: Float = 0.0625
    let multiples = Floats(
      1, sixteenth, 1, sixteenth, 1, sixteenth, 1, sixteenth, 1, 1, 1, 1, 1, 1, 1, 1)
    return scalesAndMinimums(group, multiples, S.self)
  }
}

/// The eight scales and the eight minimums of a Q4_K or Q5_K super-block, times multiples: two
/// half-precision factors, and twelve bytes.
@inlinable @inline(__always)
func scalesAndMinimums<S: InstructionSet>(
  _ block: UnsafeRawPointer, _ multiples: Floats, _: S.Type
) -> Floats {
  let factors = S.halfPair(block.loadUnaligned(as: UInt32.self))
  return S.floats(S.sixBits(block + 4)) * S.product(factors, multiples)
}
