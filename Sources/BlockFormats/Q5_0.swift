/// Blocks of 32 values in 5 bits: half-precision scale `d`, a word of 32 fifth bits, then nibbles
/// as in Q4_0.
///
/// `value = d * (code − 16)`.
public enum Q5_0: BlockFormat {
  public static var name: String { "Q5_0" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 22 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(0)
    let bits = block.loadUnaligned(fromByteOffset: 2, as: UInt32.self).littleEndian
    for i in 0..<16 {
      let byte = Int(block.byte(6 + i))
      let first = (byte & 15) | Int(bits >> UInt32(i) & 1) << 4
      let second = (byte >> 4) | Int(bits >> UInt32(i + 16) & 1) << 4
      values[i] = d * Float(first - 16)
      values[i + 16] = d * Float(second - 16)
    }
  }

  /// The value of largest magnitude becomes −16.
  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let d = extreme(values, 32) / -16
    let inverse = d != 0 ? 1 / d : 0
    block.set(half: d, 0)
    var bits: UInt32 = 0
    for i in 0..<16 {
      let first = truncated(values[i] * inverse + 16.5, 0, 31)
      let second = truncated(values[i + 16] * inverse + 16.5, 0, 31)
      block.set(UInt8((first & 15) | (second & 15) << 4), 6 + i)
      bits |= UInt32(first >> 4) << UInt32(i) | UInt32(second >> 4) << UInt32(i + 16)
    }
    block.storeBytes(of: bits.littleEndian, toByteOffset: 2, as: UInt32.self)
  }
}
