/// Super-blocks of 256 values in 3 bits: 32 bytes of third bits, 64 bytes of pairs of bits laid out
/// as in Q2_K, 12 bytes of 6-bit scales of sub-blocks of 16, half-precision `d`.
///
/// A set third bit adds 4. `value = d * (scale − 32) * (code − 4)`.
public enum Q3_K: BlockFormat {
  public static var name: String { "Q3_K" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 110 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(108)
    for i in 0..<256 {
      let low = Int(block.byte(32 + i / 128 * 32 + i % 32) >> UInt8(i % 128 / 32 * 2) & 3)
      let high = Int(block.byte(i % 32) >> UInt8(i / 32) & 1)
      values[i] = d * Float(scale(block, i / 16) - 32) * Float(low + 4 * high - 4)
    }
  }

  /// A sub-block's scale: a nibble of 8 bytes below a pair of bits of 4 bytes.
  private static func scale(_ block: UnsafeRawPointer, _ sub: Int) -> Int {
    let low = Int(block.byte(96 + sub % 8)) >> (sub / 8 * 4) & 15
    return low | (Int(block.byte(104 + sub % 4)) >> (sub / 4 * 2) & 3) << 4
  }

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let scales = (0..<16).map { symmetricScale(values + 16 * $0, count: 16, levels: 4) }
    let largest = scales.reduce(Float(0)) { abs($1) > abs($0) ? $1 : $0 }
    for i in 0..<108 { block.set(0, i) }
    let d = block.set(half: largest / -32, 108)
    for sub in 0..<16 {
      let code = d != 0 ? nearest(scales[sub] / d, -32, 31) + 32 : 32
      or(block, 96 + sub % 8, (code & 15) << (sub / 8 * 4))
      or(block, 104 + sub % 4, (code >> 4) << (sub / 4 * 2))
      let step = d * Float(code - 32)
      for i in 16 * sub..<16 * sub + 16 {
        let value = step != 0 ? nearest(values[i] / step, -4, 3) + 4 : 4
        or(block, 32 + i / 128 * 32 + i % 32, (value & 3) << (i % 128 / 32 * 2))
        or(block, i % 32, (value >> 2) << (i / 32))
      }
    }
  }

  private static func or(_ block: UnsafeMutableRawPointer, _ offset: Int, _ bits: Int) {
    block.set(UnsafeRawPointer(block).byte(offset) | UInt8(bits), offset)
  }
}
