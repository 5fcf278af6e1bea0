/// Super-blocks of 256 values in 2 bits: 16 bytes of 4-bit scales (low) and minimums (high) of sub-
/// blocks of 16, 64 bytes of codes, half-precision `d` and `dmin`.
///
/// Each 32 bytes of codes hold 128 values: bits 0–1 the first 32, bits 2–3 the next. `value = d *
/// scale * code − dmin * min`.
public enum Q2_K: AffineSuperBlock {
  public static var name: String { "Q2_K" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 84 } }
  @inlinable public static var subBlockSize: Int { @inline(__always) get { 16 } }
  @inlinable public static var largestCode: Int { @inline(__always) get { 3 } }
  @inlinable public static var largestScale: Int { @inline(__always) get { 15 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(80)
    let dmin = block.half(82)
    for i in 0..<256 {
      let byte = block.byte(i / 16)
      let code = block.byte(16 + i / 128 * 32 + i % 32) >> UInt8(i % 128 / 32 * 2) & 3
      values[i] = d * Float(byte & 15) * Float(code) - dmin * Float(byte >> 4)
    }
  }

  public static func pack(
    codes: UnsafePointer<UInt8>, scales: UnsafePointer<Int8>, minimums: UnsafePointer<Int8>,
    d: Float16, dmin: Float16, into block: UnsafeMutableRawPointer
  ) {
    for sub in 0..<16 { block.set(UInt8(scales[sub] | minimums[sub] << 4), sub) }
    packPairs(codes, into: block + 16)
    block.set(half: d, 80)
    block.set(half: dmin, 82)
  }
}

/// Writes the low pairs of bits of 256 codes as Q2_K and Q3_K keep them.
func packPairs(_ codes: UnsafePointer<UInt8>, into bytes: UnsafeMutableRawPointer) {
  for half in 0..<2 {
    let codes = codes + 128 * half
    for i in 0..<32 {
      let low = codes[i] & 3 | (codes[i + 32] & 3) << 2
      let high = (codes[i + 64] & 3) << 4 | (codes[i + 96] & 3) << 6
      bytes.set(low | high, 32 * half + i)
    }
  }
}
