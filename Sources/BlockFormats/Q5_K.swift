/// Super-blocks of 256 values in 5 bits: as Q4_K, with 32 bytes of fifth bits before the codes; bit
/// `g` of byte `i` belongs to value `32 * g + i`.
///
/// `value = d * scale * code − dmin * min`.
public enum Q5_K: AffineSuperBlock {
  public static var name: String { "Q5_K" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 176 } }
  @inlinable public static var subBlockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var largestCode: Int { @inline(__always) get { 31 } }
  @inlinable public static var largestScale: Int { @inline(__always) get { 63 } }

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

  public static func pack(
    codes: UnsafePointer<UInt8>, scales: UnsafePointer<Int8>, minimums: UnsafePointer<Int8>,
    d: Float16, dmin: Float16, into block: UnsafeMutableRawPointer
  ) {
    block.set(half: d, 0)
    block.set(half: dmin, 2)
    PackedScales.write(scales, minimums, into: block + 4)
    for i in 0..<32 {
      var bits: UInt8 = 0
      for group in 0..<8 { bits |= (codes[32 * group + i] >> 4) << UInt8(group) }
      block.set(bits, 16 + i)
    }
    packNibbles(codes, into: block + 48)
  }
}
