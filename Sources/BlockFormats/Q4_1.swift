/// Blocks of 32 values in 4 bits: half-precision scale `d` and minimum `m`, then codes as in Q4_0.
///
/// `value = d * code + m`.
public enum Q4_1: BlockFormat {
  public static var name: String { "Q4_1" }
  @inlinable public static var blockSize: Int { @inline(__always) get { 32 } }
  @inlinable public static var blockBytes: Int { @inline(__always) get { 20 } }

  public static func decode(_ block: UnsafeRawPointer, into values: UnsafeMutablePointer<Float>) {
    let d = block.half(0)
    let m = block.half(2)
    for i in 0..<16 {
      let byte = block.byte(4 + i)
      values[i] = d * Float(byte & 15) + m
      values[i + 16] = d * Float(byte >> 4) + m
    }
  }

  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let (low, high) = bounds(values, 32)
    let d = (high - low) / 15
    let inverse = d != 0 ? 1 / d : 0
    block.set(half: d, 0)
    block.set(half: low, 2)
    for i in 0..<16 {
      let first = truncated((values[i] - low) * inverse + 0.5, 0, 15)
      let second = truncated((values[i + 16] - low) * inverse + 0.5, 0, 15)
      block.set(UInt8(first | second << 4), 4 + i)
    }
  }
}

/// The least and the greatest value; of NaN alone, zeros.
func bounds(_ values: UnsafePointer<Float>, _ count: Int) -> (Float, Float) {
  var low = Float.infinity
  var high = -Float.infinity
  for i in 0..<count {
    if values[i] < low { low = values[i] }
    if values[i] > high { high = values[i] }
  }
  return low <= high ? (low, high) : (0, 0)
}
