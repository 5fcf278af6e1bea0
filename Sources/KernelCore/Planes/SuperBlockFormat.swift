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

  /// Two half-precision values of each super-block, times two constants.
  ///
  /// - `pair`: Gives a super-block's, the first one in the low half.
  @inlinable @inline(__always)
  static func factors<S: InstructionSet>(
    _ blocks: FourBlocks, times first: Float, _ second: Float, _: S.Type,
    _ pair: (_ block: UnsafeRawPointer) -> UInt32
  ) -> Floats {
    func two(_ low: UnsafeRawPointer, _ high: UnsafeRawPointer) -> UInt64 {
      UInt64(truncatingIfNeeded: pair(low)) | UInt64(truncatingIfNeeded: pair(high)) &<< 32
    }
    let times = SIMD8(first, second, first, second, first, second, first, second)
    return S.product(
      S.halves(two(blocks.0, blocks.1), two(blocks.2, blocks.3)),
      Floats(lowHalf: times, highHalf: times))
  }

  /// The factors of scales and of minimums, which lie beside each other at an offset.
  @inlinable @inline(__always)
  static func factors<S: InstructionSet>(
    _ blocks: FourBlocks, at offset: Int, _: S.Type
  ) -> Floats {
    factors(blocks, times: 1, -1, S.self) {
      $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }
  }

  /// Signed scales, whose factor lies at an offset, and what takes off the format's offset.
  @inlinable @inline(__always)
  static func signedScales<S: InstructionSet>(
    _ bytes: Bits, of blocks: FourBlocks, factorAt offset: Int, _: S.Type
  ) -> SuperBlockScales {
    // They are multiplied as high bytes of words.
    SuperBlockScales(
      scales: bytes, minimums: (S.signedEvenBytes(bytes), S.signedOddBytes(bytes)),
      factors: factors(blocks, times: 0x1p-8, -Float(Self.offset), S.self) {
        let half = $0.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
        return UInt32(truncatingIfNeeded: half) &* 0x1_0001
      })
  }
}
