/// Super-blocks of 256 values in 3 bits: 32 bytes of third bits, 64 bytes of pairs of bits laid out
/// as in Q2_K, 12 bytes of 6-bit scales of sub-blocks of 16, half-precision `d`.
///
/// A set third bit adds 4. `value = d * (scale − 32) * (code − 4)`.
public enum Q3_K: SymmetricSuperBlock {
  public static var name: String { "Q3_K" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 110 } }
  @inlinable public static var subBlockSize: Int { @inline(__always) get { 16 } }
  @inlinable public static var leastLevel: Int { @inline(__always) get { -4 } }
  @inlinable public static var leastScale: Int { @inline(__always) get { -32 } }

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

  public static func pack(
    codes: UnsafePointer<UInt8>, scales: UnsafePointer<Int8>, d: Float16,
    into block: UnsafeMutableRawPointer
  ) {
    for i in 0..<32 {
      var bits: UInt8 = 0
      for group in 0..<8 { bits |= (codes[32 * group + i] >> 2) << UInt8(group) }
      block.set(bits, i)
    }
    packPairs(codes, into: block + 32)
    func code(_ sub: Int) -> UInt8 { UInt8(Int(scales[sub]) + 32) }
    for i in 0..<8 { block.set(code(i) & 15 | code(i + 8) << 4, 96 + i) }
    for i in 0..<4 {
      let low = code(i) >> 4 | (code(i + 4) >> 4) << 2
      let high = (code(i + 8) >> 4) << 4 | (code(i + 12) >> 4) << 6
      block.set(low | high, 104 + i)
    }
    block.set(half: d, 108)
  }
}
