/// Blocks of 32 values in 5 bits: half-precision scale `d` and minimum `m`, a word of 32 fifth
/// bits, then nibbles as in Q4_0.
///
/// `value = d * code + m`.
public enum Q5_1: BlockFormat {
  public static var name: String { "Q5_1" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 24 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(0)
    let m = block.half(2)
    let bits = block.loadUnaligned(fromByteOffset: 4, as: UInt32.self).littleEndian
    for i in 0..<16 {
      let byte = Int(block.byte(8 + i))
      let first = (byte & 15) | Int(bits >> UInt32(i) & 1) << 4
      let second = (byte >> 4) | Int(bits >> UInt32(i + 16) & 1) << 4
      values[i] = d * Float(first) + m
      values[i + 16] = d * Float(second) + m
    }
  }

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let (low, high) = bounds(values, 32)
    let d = (high - low) / 31
    let inverse = d != 0 ? 1 / d : 0
    block.set(half: d, 0)
    block.set(half: low, 2)
    var bits: UInt32 = 0
    for i in 0..<16 {
      let first = truncated((values[i] - low) * inverse + 0.5, 0, 31)
      let second = truncated((values[i + 16] - low) * inverse + 0.5, 0, 31)
      block.set(UInt8((first & 15) | (second & 15) << 4), 8 + i)
      bits |= UInt32(first >> 4) << UInt32(i) | UInt32(second >> 4) << UInt32(i + 16)
    }
    block.storeBytes(of: bits.littleEndian, toByteOffset: 4, as: UInt32.self)
  }
}
