/// Blocks of 32 values in 5 bits: half-precision scale `d`, a word of 32 fifth bits, then nibbles
/// as in Q4_0.
///
/// `value = d * (code − 16)`.
public enum Q5_0: SymmetricBlock {
  public static var name: String { "Q5_0" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 22 } }
  @inlinable public static var leastLevel: Int { @inline(__always) get { -16 } }
  @inlinable public static var largestLevel: Int { @inline(__always) get { 15 } }

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
    let d = bounded(extreme(values, 32) / -16)
    let inverse = d != 0 ? 1 / d : 0
    let codes = (0..<32).map { UInt8(truncated(values[$0] * inverse + 16.5, 0, 31)) }
    pack(codes: codes, d: Float16(d), into: block)
  }

  public static func pack(
    codes: UnsafePointer<UInt8>, d: Float16, into block: UnsafeMutableRawPointer
  ) {
    block.set(half: d, 0)
    packFifths(codes, into: block + 2)
    packHalves(codes, into: block + 6)
  }
}

/// Writes the fifth bits of 32 codes.
func packFifths(_ codes: UnsafePointer<UInt8>, into bytes: UnsafeMutableRawPointer) {
  for group in 0..<4 {
    // The product moves bit 0 of byte i to bit 56 + i.
    let eight = UnsafeRawPointer(codes).loadUnaligned(fromByteOffset: 8 * group, as: UInt64.self)
    let bits = (eight.littleEndian >> 4) & 0x0101_0101_0101_0101
    bytes.set(UInt8((bits &* 0x0102_0408_1020_4080) >> 56), group)
  }
}
