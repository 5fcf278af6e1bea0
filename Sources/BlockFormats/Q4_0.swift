/// Blocks of 32 values in 4 bits: half-precision scale `d`, then 16 bytes of codes, low nibbles the
/// first 16 values and high nibbles the others.
///
/// `value = d * (code − 8)`.
public enum Q4_0: BlockFormat {
  public static var name: String { "Q4_0" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 18 } }

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
    let d = extreme(values, 32) / -8
    let inverse = d != 0 ? 1 / d : 0
    block.set(half: d, 0)
    for i in 0..<16 {
      let low = truncated(values[i] * inverse + 8.5, 0, 15)
      let high = truncated(values[i + 16] * inverse + 8.5, 0, 15)
      block.set(UInt8(low | high << 4), 2 + i)
    }
  }
}

/// The value of largest magnitude, with its sign.
func extreme(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
  var extreme: Float = 0
  for i in 0..<count where abs(values[i]) > abs(extreme) { extreme = values[i] }
  return extreme
}
