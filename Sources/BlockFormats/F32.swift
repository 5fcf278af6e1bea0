/// 32-bit floats, one to a block.
public enum F32: BlockFormat {
  public static var name: String { "F32" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 1 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 4 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    values[0] = Float(bitPattern: block.loadUnaligned(as: UInt32.self).littleEndian)
  }

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    block.storeBytes(of: values[0].bitPattern.littleEndian, as: UInt32.self)
  }
}
