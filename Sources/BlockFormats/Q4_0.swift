/// Blocks of 32 values in 4 bits: half-precision scale `d`, then 16 bytes of codes, low nibbles the
/// first 16 values and high nibbles the others.
///
/// `value = d * (code − 8)`.
public enum Q4_0: SymmetricBlock {
  public static var name: String { "Q4_0" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 18 } }
  @inlinable public static var leastLevel: Int { @inline(__always) get { -8 } }
  @inlinable public static var largestLevel: Int { @inline(__always) get { 7 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(0)
    for i in 0..<16 {
      let byte = Int(block.byte(2 + i))
      values[i] = d * Float((byte & 15) - 8)
      values[i + 16] = d * Float((byte >> 4) - 8)
    }
  }

  /// The value of largest magnitude becomes −8.
  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let d = bounded(extreme(values, 32) / -8)
    let inverse = d != 0 ? 1 / d : 0
    let codes = (0..<32).map { UInt8(truncated(values[$0] * inverse + 8.5, 0, 15)) }
    pack(codes: codes, d: Float16(d), into: block)
  }

  public static func pack(
    codes: UnsafePointer<UInt8>, d: Float16, into block: UnsafeMutableRawPointer
  ) {
    block.set(half: d, 0)
    packHalves(codes, into: block + 2)
  }
}

/// Writes the low nibbles of 32 codes: the first 16 low, the others high.
func packHalves(_ codes: UnsafePointer<UInt8>, into bytes: UnsafeMutableRawPointer) {
  for i in 0..<16 { bytes.set(codes[i] & 15 | codes[i + 16] << 4, i) }
}
