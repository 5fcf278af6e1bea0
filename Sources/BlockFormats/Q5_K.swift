/// Super-blocks of 256 values in 5 bits: as Q4_K, with 32 bytes of fifth bits before the codes; bit
/// `g` of byte `i` belongs to value `32 * g + i`.
///
/// `value = d * scale * code − dmin * min`.
public enum Q5_K: BlockFormat {
  public static var name: String { "Q5_K" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 176 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(0)
    let dmin = block.half(2)
    for sub in 0..<8 {
      let (scale, minimum) = PackedScales.read(block + 4, sub)
      let step = d * Float(scale)
      let offset = dmin * Float(minimum)
      for i in 0..<32 {
        let low = block.byte(48 + sub / 2 * 32 + i) >> UInt8(sub % 2 * 4) & 15
        let high = block.byte(16 + i) >> UInt8(sub) & 1
        values[32 * sub + i] = step * Float(low | high << 4) - offset
      }
    }
  }

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    for i in 4..<blockBytes { block.set(0, i) }
    PackedScales.encode(values, levels: 31, into: block) { i, code in
      let offset = 48 + i / 64 * 32 + i % 32
      let byte = UnsafeRawPointer(block).byte(offset)
      block.set(byte | UInt8((code & 15) << (i % 64 / 32 * 4)), offset)
      let bits = UnsafeRawPointer(block).byte(16 + i % 32)
      block.set(bits | UInt8((code >> 4) << (i / 32)), 16 + i % 32)
    }
  }
}
