/// Super-blocks of 256 values in 2 bits: 16 bytes of 4-bit scales (low) and minimums (high) of sub-
/// blocks of 16, 64 bytes of codes, half-precision `d` and `dmin`.
///
/// Each 32 bytes of codes hold 128 values: bits 0–1 the first 32, bits 2–3 the next. `value = d *
/// scale * code − dmin * min`.
public enum Q2_K: BlockFormat {
  public static var name: String { "Q2_K" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 84 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(80)
    let dmin = block.half(82)
    for i in 0..<256 {
      let byte = block.byte(i / 16)
      let code = block.byte(16 + i / 128 * 32 + i % 32) >> UInt8(i % 128 / 32 * 2) & 3
      values[i] = d * Float(byte & 15) * Float(code) - dmin * Float(byte >> 4)
    }
  }

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let subs = (0..<16).map { AffineFit(values + 16 * $0, count: 16, levels: 3) }
    let d = block.set(half: (subs.map(\.scale).max() ?? 0) / 15, 80)
    let dmin = block.set(half: (subs.map(\.minimum).max() ?? 0) / 15, 82)
    for i in 16..<80 { block.set(0, i) }
    for sub in 0..<16 {
      let scale = d > 0 ? nearest(subs[sub].scale / d, 0, 15) : 0
      let minimum = dmin > 0 ? nearest(subs[sub].minimum / dmin, 0, 15) : 0
      block.set(UInt8(scale | minimum << 4), sub)
      let step = d * Float(scale)
      for i in 16 * sub..<16 * sub + 16 where step > 0 {
        let code = nearest((values[i] + dmin * Float(minimum)) / step, 0, 3)
        let offset = 16 + i / 128 * 32 + i % 32
        let byte = UnsafeRawPointer(block).byte(offset)
        block.set(byte | UInt8(code << (i % 128 / 32 * 2)), offset)
      }
    }
  }
}
