/// Super-blocks of 256 values in 4 bits with IQ4_NL's table: half-precision scale `d`, a word of
/// eight high pairs and four bytes of low nibbles of 6-bit scales, then eight sub-blocks of 16
/// bytes, low nibbles first.
///
/// `value = d * (scale − 32) * table[code]`.
public enum IQ4_XS: BlockFormat {
  public static var name: String { "IQ4_XS" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 256 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 136 } }

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

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let scales = (0..<8).map { IQ4_NL.bestScale(values + 32 * $0, 32) }
    // The extreme sub-block takes the scale's most negative code.
    let largest = scales.reduce(Float(0)) { abs($1) > abs($0) ? $1 : $0 }
    let d = block.set(half: largest / -32, 0)
    let inverse = d != 0 ? 1 / d : 0
    var high = 0
    for i in 0..<4 { block.set(0, 4 + i) }
    for sub in 0..<8 {
      let code = nearest(scales[sub] * inverse, -32, 31) + 32
      let byte = UnsafeRawPointer(block).byte(4 + sub / 2)
      block.set(byte | UInt8((code & 15) << (4 * (sub % 2))), 4 + sub / 2)
      high |= (code >> 4) << (2 * sub)
      let scale = d * Float(code - 32)
      let inverseScale = scale != 0 ? 1 / scale : 0
      for i in 0..<16 {
        let first = IQ4_NL.code(values[32 * sub + i] * inverseScale)
        let second = IQ4_NL.code(values[32 * sub + i + 16] * inverseScale)
        block.set(UInt8(first | second << 4), 8 + 16 * sub + i)
      }
    }
    block.storeBytes(of: UInt16(high).littleEndian, toByteOffset: 2, as: UInt16.self)
  }
}
