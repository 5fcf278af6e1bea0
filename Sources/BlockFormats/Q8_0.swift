/// Blocks of 32 values in 8 bits: half-precision scale `d`, then 32 signed codes.
///
/// `value = d * code`.
public enum Q8_0: SymmetricBlock {
  public static var name: String { "Q8_0" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 34 } }
  @inlinable public static var leastLevel: Int { @inline(__always) get { -127 } }
  @inlinable public static var largestLevel: Int { @inline(__always) get { 127 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(0)
    for i in 0..<32 { values[i] = d * Float(Int8(bitPattern: block.byte(2 + i))) }
  }

  /// Rounds halves away from zero, as ggml does.
  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let d = bounded(abs(extreme(values, 32)) / 127)
    let inverse = d != 0 ? 1 / d : 0
    let codes = (0..<32).map { i -> UInt8 in
      let level = nearest((values[i] * inverse).rounded(.toNearestOrAwayFromZero), -127, 127)
      return UInt8(bitPattern: Int8(level))
    }
    pack(codes: codes, d: Float16(d), into: block)
  }

  public static func pack(
    codes: UnsafePointer<UInt8>, d: Float16, into block: UnsafeMutableRawPointer
  ) {
    block.set(half: d, 0)
    for i in 0..<32 { block.set(codes[i], 2 + i) }
  }
}
