import BlockFormats

/// Four super-blocks of a row; at its end, the last one may stand for missing ones.
public typealias FourBlocks = (
  UnsafeRawPointer, UnsafeRawPointer, UnsafeRawPointer, UnsafeRawPointer
)

/// What four super-blocks multiply their sums with, a quarter of each vector for a super-block.
public struct SuperBlockScales {
  /// Integers as bytes, one for each block, where `scalePlace` says.
  public var scales: Bits
  /// What takes off minimums and offsets, as words to be multiplied with the activations' sums of
  /// sixteen or of 32 values.
  public var minimums: (even: Bits, odd: Bits)
  /// For each super-block what `scales` are multiplied with, and what `minimums` are.
  public var factors: Floats

  @inlinable @inline(__always)
  init(scales: Bits, minimums: (even: Bits, odd: Bits), factors: Floats) {
    self.scales = scales
    self.minimums = minimums
    self.factors = factors
  }
}

/// A packed format of super-blocks: 256 weights, whose blocks' scales are integers.
///
/// Then products of bytes stay integers over the whole super-block, and four super-blocks' scales
/// are prepared at once. Codes are up to 63, so that four products fit in a word.
public protocol SuperBlockFormat: PackedFormat {
  /// Whether integer scales are signed.
  static var hasSignedScales: Bool { get }
  /// Scales, minimums and factors of four super-blocks.
  static func scales<S: InstructionSet>(of blocks: FourBlocks, _: S.Type) -> SuperBlockScales
  /// Where the scale of a part lies among a super-block's bytes of scales.
  static func scalePlace(_ part: Int) -> Int
}

extension SuperBlockFormat {
  @inlinable @inline(__always)
  public static func scalePlace(_ part: Int) -> Int { part }

  /// Sixteen bytes at an offset of each super-block.
  @inlinable @inline(__always)
  static func quarters<S: InstructionSet>(
    _ blocks: FourBlocks, at offset: Int, _: S.Type
  ) -> Bits {
    S.loadQuarters(
      blocks.0 + offset, blocks.1 + offset, blocks.2 + offset, blocks.3 + offset)
  }

  /// Two half-precision values at an offset of each super-block, times two constants.
  @inlinable @inline(__always)
  static func factors<S: InstructionSet>(
    _ blocks: FourBlocks, at offset: Int, times first: Float, _ second: Float, _: S.Type
  ) -> Floats {
    func pair(_ block: UnsafeRawPointer) -> UInt64 {
      UInt64(truncatingIfNeeded: block.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    return factors(
      pair(blocks.0) | pair(blocks.1) &<< 32, pair(blocks.2) | pair(blocks.3) &<< 32, first,
      second, S.self)
  }

  /// A half-precision value at an offset of each super-block, times two constants.
  @inlinable @inline(__always)
  static func factors<S: InstructionSet>(
    _ blocks: FourBlocks, ofOneAt offset: Int, times first: Float, _ second: Float, _: S.Type
  ) -> Floats {
    func twice(_ block: UnsafeRawPointer) -> UInt64 {
      let half = block.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
      return UInt64(truncatingIfNeeded: half) &* 0x1_0001
    }
    return factors(
      twice(blocks.0) | twice(blocks.1) &<< 32, twice(blocks.2) | twice(blocks.3) &<< 32, first,
      second, S.self)
  }

  @inlinable @inline(__always)
  static func factors<S: InstructionSet>(
    _ low: UInt64, _ high: UInt64, _ first: Float, _ second: Float, _: S.Type
  ) -> Floats {
    let times = SIMD8(first, second, first, second, first, second, first, second)
    return S.product(S.halves(low, high), Floats(lowHalf: times, highHalf: times))
  }
}

/// The scales and the minimums of four super-blocks of Q4_K or Q5_K: two half-precision factors, and
/// twelve bytes.
@inlinable @inline(__always)
func sixBitScales<F: SuperBlockFormat, S: InstructionSet>(
  of blocks: FourBlocks, _: S.Type, _: F.Type
) -> SuperBlockScales {
  // Of the eight scales and of the eight minimums, the first four lie in the low six bits of a
  // word, and the last four have nibbles of their own and their high bits above the first four.
  let words = F.quarters(blocks, at: 0, S.self)
  let low = S.shiftedRight(S.lanes(words, (1, 2, 1, 2)), lanesBy: SIMD4(0, 0, 2, 2))
  let high = S.shiftedRight(S.lanes(words, (3, 3, 3, 3)), lanesBy: SIMD4(32, 32, 0, 4))
  let six = SIMD2(0x3F3F_3F3F_3F3F_3F3F as Int64, 0x3030_3030_3030_3030)
  let half = SIMD4(lowHalf: six, highHalf: six)
  let bytes = low & Bits(lowHalf: half, highHalf: half) | high & S.splatByte(15)
  return SuperBlockScales(
    scales: bytes, minimums: (S.evenBytes(bytes), S.oddBytes(bytes)),
    factors: F.factors(blocks, at: 0, times: 1, -1, S.self))
}

/// Where the scale of a part lies among those bytes.
@inlinable @inline(__always)
func sixBitPlace(_ part: Int) -> Int {
  let block = part &>> 1
  return block < 4 ? block : block &+ 4
}
