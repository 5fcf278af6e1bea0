/// Super-blocks of 256 values in 6 bits: 128 bytes of low nibbles, 64 bytes of high pairs, 16
/// signed scales of sub-blocks of 16, half-precision `d`.
///
/// Each half of 128 values has 64 bytes of nibbles (values 0–63 low, 64–127 high) and 32 bytes of
/// pairs. `value = d * scale * (code − 32)`.
public enum Q6_K: BlockFormat {
  public static var name: String { "Q6_K" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 210 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(208)
    for i in 0..<256 {
      let low = Int(block.byte(i / 128 * 64 + i % 64) >> UInt8(i % 128 / 64 * 4) & 15)
      let high = Int(block.byte(128 + i / 128 * 32 + i % 32) >> UInt8(i % 128 / 32 * 2) & 3)
      let scale = Int8(bitPattern: block.byte(192 + i / 16))
      values[i] = d * Float(scale) * Float((low | high << 4) - 32)
    }
  }

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let scales = (0..<16).map { symmetricScale(values + 16 * $0, count: 16, levels: 32) }
    let largest = scales.reduce(Float(0)) { abs($1) > abs($0) ? $1 : $0 }
    for i in 0..<208 { block.set(0, i) }
    let d = block.set(half: largest / -128, 208)
    for sub in 0..<16 {
      let scale = d != 0 ? nearest(scales[sub] / d, -128, 127) : 0
      block.set(UInt8(bitPattern: Int8(scale)), 192 + sub)
      let step = d * Float(scale)
      for i in 16 * sub..<16 * sub + 16 {
        let code = step != 0 ? nearest(values[i] / step, -32, 31) + 32 : 32
        or(block, i / 128 * 64 + i % 64, (code & 15) << (i % 128 / 64 * 4))
        or(block, 128 + i / 128 * 32 + i % 32, (code >> 4) << (i % 128 / 32 * 2))
      }
    }
  }

  private static func or(_ block: UnsafeMutableRawPointer, _ offset: Int, _ bits: Int) {
    block.set(UnsafeRawPointer(block).byte(offset) | UInt8(bits), offset)
  }
}
