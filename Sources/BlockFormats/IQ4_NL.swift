/// Blocks of 32 values in 4 bits whose codes index a table of unevenly spaced values: half-
/// precision scale `d`, then nibbles as in Q4_0.
///
/// `value = d * table[code]`.
public enum IQ4_NL: SymmetricBlock {
  public static var name: String { "IQ4_NL" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 18 } }
  @inlinable public static var leastLevel: Int { @inline(__always) get { -127 } }
  @inlinable public static var largestLevel: Int { @inline(__always) get { 113 } }

  /// The value of each code.
  public static let table: [Float] = [
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
  ]

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(0)
    for i in 0..<16 {
      let byte = Int(block.byte(2 + i))
      values[i] = d * table[byte & 15]
      values[i + 16] = d * table[byte >> 4]
    }
  }

  /// The value of largest magnitude becomes −127.
  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let d = finiteHalf(extreme(values, 32) / -127)
    let codes = (0..<32).map { UInt8(code(d != 0 ? values[$0] / d : 0)) }
    pack(codes: codes, d: Float16(d), into: block)
  }

  public static func pack(
    codes: UnsafePointer<UInt8>, d: Float16, into block: UnsafeMutableRawPointer
  ) {
    block.set(half: d, 0)
    packHalves(codes, into: block + 2)
  }

  /// The code whose value is nearest.
  static func code(_ value: Float) -> Int {
    var best = 0
    for i in 1..<16 where abs(table[i] - value) < abs(table[best] - value) { best = i }
    return best
  }
}
