/// 16-bit floats of IEEE 754, one to a block.
public enum F16: BlockFormat {
  public static var name: String { "F16" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 1 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 2 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    values[0] = block.half(0)
  }

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    block.set(half: Float16(values[0]), 0)
  }
}
