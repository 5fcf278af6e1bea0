/// Super-blocks of 256 values in 6 bits: 128 bytes of low nibbles, 64 bytes of high pairs, 16
/// signed scales of sub-blocks of 16, half-precision `d`.
///
/// Each half of 128 values has 64 bytes of nibbles (values 0–63 low, 64–127 high) and 32 bytes of
/// pairs. `value = d * scale * (code − 32)`.
public enum Q6_K: SymmetricSuperBlock {
  public static var name: String { "Q6_K" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 210 } }
  @inlinable public static var subBlockSize: Int { @inline(__always) get { 16 } }
  @inlinable public static var leastLevel: Int { @inline(__always) get { -32 } }
  @inlinable public static var leastScale: Int { @inline(__always) get { -128 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(208)
    for i in 0..<256 {
      let low = Int(block.byte(i / 128 * 64 + i % 64) >> UInt8(i % 128 / 64 * 4) & 15)
      let high = Int(block.byte(128 + i / 128 * 32 + i % 32) >> UInt8(i % 128 / 32 * 2) & 3)
      let scale = Int8(bitPattern: block.byte(192 + i / 16))
      values[i] = d * Float(scale) * Float((low | high << 4) - 32)
    }
  }

  public static func pack(
    codes: UnsafePointer<UInt8>, scales: UnsafePointer<Int8>, d: Float16,
    into block: UnsafeMutableRawPointer
  ) {
    for half in 0..<2 {
      let codes = codes + 128 * half
      for i in 0..<64 { block.set(codes[i] & 15 | codes[i + 64] << 4, 64 * half + i) }
      for i in 0..<32 {
        let low = codes[i] >> 4 | (codes[i + 32] >> 4) << 2
        let high = (codes[i + 64] >> 4) << 4 | (codes[i + 96] >> 4) << 6
        block.set(low | high, 128 + 32 * half + i)
      }
    }
    for sub in 0..<16 { block.set(UInt8(bitPattern: scales[sub]), 192 + sub) }
    block.set(half: d, 208)
  }
}
