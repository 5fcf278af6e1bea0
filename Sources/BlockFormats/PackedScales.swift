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

  /// Writes the scales and minimums of eight sub-blocks.
  static func write(
    _ scales: UnsafePointer<Int8>, _ minimums: UnsafePointer<Int8>,
    into bytes: UnsafeMutableRawPointer
  ) {
    for sub in 0..<4 {
      let scale = UInt8(bitPattern: scales[sub + 4])
      let minimum = UInt8(bitPattern: minimums[sub + 4])
      bytes.set(UInt8(bitPattern: scales[sub]) | (scale >> 4) << 6, sub)
      bytes.set(UInt8(bitPattern: minimums[sub]) | (minimum >> 4) << 6, sub + 4)
      bytes.set(scale & 15 | minimum << 4, sub + 8)
    }
  }
}
