/// Super-blocks of 256 values in 4 bits with IQ4_NL's table: half-precision scale `d`, a word of
/// eight high pairs and four bytes of low nibbles of 6-bit scales, then eight sub-blocks of 16
/// bytes, low nibbles first.
///
/// `value = d * (scale − 32) * table[code]`.
public enum IQ4_XS: SymmetricSuperBlock {
  public static var name: String { "IQ4_XS" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 136 } }
  @inlinable public static var subBlockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var leastLevel: Int { @inline(__always) get { -127 } }
  @inlinable public static var leastScale: Int { @inline(__always) get { -32 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(0)
    let high = block.loadUnaligned(fromByteOffset: 2, as: UInt16.self).littleEndian
    for sub in 0..<8 {
      let low = Int(block.byte(4 + sub / 2)) >> (4 * (sub % 2)) & 15
      let scale = d * Float((low | Int(high >> UInt16(2 * sub) & 3) << 4) - 32)
      for i in 0..<16 {
        let byte = Int(block.byte(8 + 16 * sub + i))
        values[32 * sub + i] = scale * IQ4_NL.table[byte & 15]
        values[32 * sub + i + 16] = scale * IQ4_NL.table[byte >> 4]
      }
    }
  }

  public static func code(_ level: Float) -> Int { IQ4_NL.code(level) }

  public static func pack(
    codes: UnsafePointer<UInt8>, scales: UnsafePointer<Int8>, d: Float16,
    into block: UnsafeMutableRawPointer
  ) {
    block.set(half: d, 0)
    var high: UInt16 = 0
    for pair in 0..<4 {
      let first = UInt16(Int(scales[2 * pair]) + 32)
      let second = UInt16(Int(scales[2 * pair + 1]) + 32)
      block.set(UInt8(first & 15 | (second & 15) << 4), 4 + pair)
      high |= (first >> 4 | (second >> 4) << 2) << UInt16(4 * pair)
    }
    block.storeBytes(of: high.littleEndian, toByteOffset: 2, as: UInt16.self)
    for sub in 0..<8 {
      let codes = codes + 32 * sub
      for i in 0..<16 { block.set(codes[i] | codes[i + 16] << 4, 8 + 16 * sub + i) }
    }
  }
}
