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
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> Bits {
    let blocks = group + step &* 36
    return S.loadNibbles(blocks + 2, blocks + 20) & S.splatByte(15)
  }

  // High nibbles stay where they are, sixteen times as large.

  @inlinable @inline(__always) public static var hasSmallWordBlocks: Bool { true }

  @inlinable @inline(__always)
  public static func words<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> (even: Bits, odd: Bits) {
    let blocks = group + step &* 36
    return nibblesInPlace(S.loadTwice(blocks + 2, blocks + 20), S.self)
  }

  @inlinable @inline(__always)
  public static func wordScales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats { scalesInPlace(scales(group, S.self), S.self) }
}

/// Nibbles as words, of blocks whose sixteen bytes are there twice: low ones of the first, and high
/// ones of the second, sixteen times as large.
@inlinable @inline(__always)
func nibblesInPlace<S: InstructionSet>(_ bytes: Bits, _: S.Type) -> (even: Bits, odd: Bits) {
  let (low, high) = (Int64.words(0x0F), Int64.words(0xF0))
  let mask = Bits(low, low, high, high, low, low, high, high)
  return (bytes & mask, S.oddBytes(bytes) & mask)
}

/// The scales of `nibblesInPlace`.
@inlinable @inline(__always)
func scalesInPlace<S: InstructionSet>(_ scales: Floats, _: S.Type) -> Floats {
  let sixteenth: Float = 0.0625
  return S.product(
    S.eachTwice(scales),
    Floats(
      1, sixteenth, 1, sixteenth, 1, sixteenth, 1, sixteenth,
      1, sixteenth, 1, sixteenth, 1, sixteenth, 1, sixteenth))
}
