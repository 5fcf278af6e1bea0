/// Eight scales and eight minimums of 6 bits in 12 bytes, as Q4_K and Q5_K keep them.
///
/// Bytes 0–3 hold the first four scales and 4–7 the first four minimums in their low 6 bits; the
/// other four of each have their low nibbles in bytes 8–11 and their high pairs in the top bits of
/// bytes 0–7.
public enum PackedScales {
  /// Scale and minimum of a sub-block.
  public static func read(_ bytes: UnsafeRawPointer, _ sub: Int) -> (scale: Int, minimum: Int) {
    func byte(_ i: Int) -> Int { Int(bytes.byte(i)) }
    guard sub >= 4 else { return (byte(sub) & 63, byte(sub + 4) & 63) }
    return (
      byte(sub + 4) & 15 | (byte(sub - 4) >> 6) << 4,
      byte(sub + 4) >> 4 | (byte(sub) >> 6) << 4
    )
  }

  /// Adds scale and minimum of a sub-block to bytes that are zero where they go.
  static func write(
    _ bytes: UnsafeMutableRawPointer, _ sub: Int, scale: Int, minimum: Int
  ) {
    func or(_ i: Int, _ bits: Int) {
      bytes.set(UnsafeRawPointer(bytes).byte(i) | UInt8(bits), i)
    }
    if sub < 4 {
      or(sub, scale)
      or(sub + 4, minimum)
    } else {
      or(sub + 4, scale & 15 | (minimum & 15) << 4)
      or(sub - 4, (scale >> 4) << 6)
      or(sub, (minimum >> 4) << 6)
    }
  }

  /// Fits sub-blocks of 32, writes `d`, `dmin` and the scales at the front of a zeroed block, and
  /// hands each value's code to `put`.
  static func encode(
    _ values: UnsafePointer<Float>, levels: Int, into block: UnsafeMutableRawPointer,
    put: (_ index: Int, _ code: Int) -> Void
  ) {
    let subs = (0..<8).map { AffineFit(values + 32 * $0, count: 32, levels: levels) }
    let d = block.set(half: (subs.map(\.scale).max() ?? 0) / 63, 0)
    let dmin = block.set(half: (subs.map(\.minimum).max() ?? 0) / 63, 2)
    for sub in 0..<8 {
      let scale = d > 0 ? nearest(subs[sub].scale / d, 0, 63) : 0
      let minimum = dmin > 0 ? nearest(subs[sub].minimum / dmin, 0, 63) : 0
      write(block + 4, sub, scale: scale, minimum: minimum)
      let step = d * Float(scale)
      let offset = dmin * Float(minimum)
      for i in 32 * sub..<32 * sub + 32 {
        put(i, step > 0 ? nearest((values[i] + offset) / step, 0, levels) : 0)
      }
    }
  }
}
