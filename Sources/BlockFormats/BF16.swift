/// The upper half of 32-bit floats, one to a block.
public enum BF16: BlockFormat {
  public static var name: String { "BF16" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 1 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 2 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let bits = block.loadUnaligned(as: UInt16.self).littleEndian
    values[0] = Float(bitPattern: UInt32(bits) << 16)
  }

  /// Rounds to nearest, ties to even; a NaN stays one, and quiet.
  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let bits = values[0].bitPattern
    let upper =
      values[0].isNaN ? bits >> 16 | 0x40 : (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
    block.storeBytes(of: UInt16(truncatingIfNeeded: upper).littleEndian, as: UInt16.self)
  }
}
