/// Super-blocks of 256 values in 4 bits: half-precision `d` and `dmin`, 12 bytes of 6-bit scales
/// and minimums of sub-blocks of 32 (`PackedScales`), 128 bytes of codes.
///
/// Each 32 bytes hold 64 values, low nibbles first. `value = d * scale * code − dmin * min`.
public enum Q4_K: BlockFormat {
  public static var name: String { "Q4_K" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 144 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(0)
    let dmin = block.half(2)
    for sub in 0..<8 {
      let (scale, minimum) = PackedScales.read(block + 4, sub)
      let step = d * Float(scale)
      let offset = dmin * Float(minimum)
      for i in 0..<32 {
        let code = block.byte(16 + sub / 2 * 32 + i) >> UInt8(sub % 2 * 4) & 15
        values[32 * sub + i] = step * Float(code) - offset
      }
    }
  }

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    for i in 4..<blockBytes { block.set(0, i) }
    PackedScales.encode(values, levels: 15, into: block) { i, code in
      let offset = 16 + i / 64 * 32 + i % 32
      let byte = UnsafeRawPointer(block).byte(offset)
      block.set(byte | UInt8(code << (i % 64 / 32 * 4)), offset)
    }
  }
}
