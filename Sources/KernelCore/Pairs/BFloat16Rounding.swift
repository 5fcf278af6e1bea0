/// Rounding of floats to bfloat16.
public enum BFloat16Rounding {
  /// Sixteen values rounded to nearest even, as integers: the sign extended from 16 bits.
  @inlinable @inline(__always)
  public static func words(_ v: Floats) -> SIMD16<Int32> {
    let bits = unsafeBitCast(v, to: SIMD16<Int32>.self)
    let isOdd = (bits &>> 16) & SIMD16(repeating: 1)
    return (bits &+ (isOdd &+ SIMD16(repeating: 0x7FFF))) &>> 16
  }

  /// What `InstructionSet.pairs` gives, in words that every processor has.
  @inlinable @inline(__always)
  public static func pairs(_ low: Floats, _ high: Floats) -> Bits {
    let pairs = (words(low) & SIMD16(repeating: 0xFFFF)) | (words(high) &<< 16)
    return unsafeBitCast(pairs, to: Bits.self)
  }

  /// What `InstructionSet.pairsOfFours` gives, in words that every processor has.
  @inlinable @inline(__always)
  static func pairsOfFours(_ low: Floats, _ high: Floats) -> Bits {
    Bits(lowHalf: pairsOfFours(low), highHalf: pairsOfFours(high))
  }

  /// Sixteen values of them.
  @inlinable @inline(__always)
  static func pairsOfFours(_ v: Floats) -> SIMD4<Int64> {
    let twos = unsafeBitCast(words(v), to: Bits.self)
    let low = SIMD4<Int64>(repeating: 0x0000_FFFF_0000_FFFF)
    let sixteen = SIMD4<Int64>(repeating: 16)
    return twos.evenHalf & low | (twos.oddHalf & low) &<< sixteen
  }

  /// The two values of each lane.
  @inlinable @inline(__always)
  static func floats(_ pairs: Bits) -> (low: Floats, high: Floats) {
    let lanes = unsafeBitCast(pairs, to: SIMD16<UInt32>.self)
    return (
      unsafeBitCast(lanes &<< 16, to: Floats.self),
      unsafeBitCast(lanes & SIMD16(repeating: 0xFFFF_0000), to: Floats.self)
    )
  }
}
