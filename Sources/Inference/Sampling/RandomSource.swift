/// Random numbers that are the same everywhere for a seed: xoshiro256** (Blackman and Vigna 2018),
/// seeded by SplitMix64 (Steele and others, 2014).
public struct RandomSource: Sendable, Equatable, Codable {
  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64

  /// - Parameter seed: Any number.
  public init(seed: UInt64) {
    var state = seed
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z &>> 31)
    }
    (a, b, c, d) = (next(), next(), next(), next())
  }

  /// A number from 0 up to 1, 1 excluded, of 53 random bits.
  public mutating func uniform() -> Double {
    let product = b &* 5
    let result = (product &<< 7 | product &>> 57) &* 9
    let t = b &<< 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = d &<< 45 | d &>> 19
    return Double(result &>> 11) * 0x1p-53
  }
}
