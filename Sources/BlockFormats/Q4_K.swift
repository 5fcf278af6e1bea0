/// Super-blocks of 256 values in 4 bits: half-precision `d` and `dmin`, 12 bytes of 6-bit scales
/// and minimums of sub-blocks of 32 (`PackedScales`), 128 bytes of codes.
///
/// Each 32 bytes hold 64 values, low nibbles first. `value = d * scale * code − dmin * min`.
public enum Q4_K: AffineSuperBlock {
  public static var name: String { "Q4_K" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 144 } }
  @inlinable public static var subBlockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var largestCode: Int { @inline(__always) get { 15 } }
  @inlinable public static var largestScale: Int { @inline(__always) get { 63 } }

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

  public static func pack(
    codes: UnsafePointer<UInt8>, scales: UnsafePointer<Int8>, minimums: UnsafePointer<Int8>,
    d: Float16, dmin: Float16, into block: UnsafeMutableRawPointer
  ) {
    block.set(half: d, 0)
    block.set(half: dmin, 2)
    PackedScales.write(scales, minimums, into: block + 4)
    packNibbles(codes, into: block + 16)
  }
}

/// Writes the low nibbles of 256 codes as Q4_K and Q5_K keep them.
func packNibbles(_ codes: UnsafePointer<UInt8>, into bytes: UnsafeMutableRawPointer) {
  for group in 0..<4 {
    let codes = codes + 64 * group
    for i in 0..<32 { bytes.set(codes[i] & 15 | codes[i + 32] << 4, 32 * group + i) }
  }
}
