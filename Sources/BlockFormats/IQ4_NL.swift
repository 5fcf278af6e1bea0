/// Blocks of 32 values in 4 bits whose codes index a table of unevenly spaced values: half-
/// precision scale `d`, then nibbles as in Q4_0.
///
/// `value = d * table[code]`.
public enum IQ4_NL: BlockFormat {
  public static var name: String { "IQ4_NL" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 18 } }

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

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let d = block.set(half: bestScale(values, 32), 0)
    let inverse = d != 0 ? 1 / d : 0
    for i in 0..<16 {
      let first = code(values[i] * inverse)
      let second = code(values[i + 16] * inverse)
      block.set(UInt8(first | second << 4), 2 + i)
    }
  }

  /// The code whose value is nearest.
  static func code(_ value: Float) -> Int {
    var best = 0
    for i in 1..<16 where abs(table[i] - value) < abs(table[best] - value) { best = i }
    return best
  }

  /// The scale, among some around the extreme value's, that leaves the least squared error when
  /// codes are chosen for it, values weighted by their squares as in ggml's encoder.
  static func bestScale(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
    let extreme = extreme(values, count)
    guard extreme != 0, extreme.isFinite else { return 0 }
    var best: Float = 0
    var bestGain: Float = 0
    for step in -7...7 {
      let inverse = (Float(step) + table[0]) / extreme
      var dot: Float = 0
      var square: Float = 0
      for i in 0..<count {
        let q = table[code(values[i] * inverse)]
        let weight = values[i] * values[i]
        dot += weight * q * values[i]
        square += weight * q * q
      }
      if square > 0, dot * dot > bestGain * square {
        best = dot / square
        bestGain = dot * dot / square
      }
    }
    return best
  }
}
