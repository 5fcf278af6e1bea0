/// Blocks of 32 values in 4 bits: half-precision scale `d` and minimum `m`, then codes as in Q4_0.
///
/// `value = d * code + m`.
public enum Q4_1: AffineBlock {
  public static var name: String { "Q4_1" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 20 } }
  @inlinable public static var largestCode: Int { @inline(__always) get { 15 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(0)
    let m = block.half(2)
    for i in 0..<16 {
      let byte = block.byte(4 + i)
      values[i] = d * Float(byte & 15) + m
      values[i + 16] = d * Float(byte >> 4) + m
    }
  }

  public static func pack(
    codes: UnsafePointer<UInt8>, d: Float16, m: Float16, into block: UnsafeMutableRawPointer
  ) {
    block.set(half: d, 0)
    block.set(half: m, 2)
    packHalves(codes, into: block + 4)
  }
}
