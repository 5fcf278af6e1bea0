/// Blocks of 32 values in 5 bits: half-precision scale `d` and minimum `m`, a word of 32 fifth
/// bits, then nibbles as in Q4_0.
///
/// `value = d * code + m`.
public enum Q5_1: AffineBlock {
  public static var name: String { "Q5_1" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 24 } }
  @inlinable public static var largestCode: Int { @inline(__always) get { 31 } }

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

  public static func pack(
    codes: UnsafePointer<UInt8>, d: Float16, m: Float16, into block: UnsafeMutableRawPointer
  ) {
    block.set(half: d, 0)
    block.set(half: m, 2)
    packFifths(codes, into: block + 4)
    packHalves(codes, into: block + 8)
  }
}
