/// A format of blocks of 32 values with a scale and a minimum: `value = d * code + m`.
public protocol AffineBlock: BlockFormat {
  /// The largest code; the least is 0.
  static var largestCode: Int { get }
  /// Writes a block.
  ///
  /// - Parameters:
  ///   - codes: `[value]`.
  ///   - d: The scale.
  ///   - m: The minimum.
  ///   - block: `blockBytes` bytes, all of which are written.
  static func pack(
    codes: UnsafePointer<UInt8>, d: Float16, m: Float16, into block: UnsafeMutableRawPointer)
}

extension AffineBlock {
  /// Lets the codes span the values' range.
  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let range = bounds(values, 32)
    // Adding zero takes a zero's sign away.
    let (low, high) = (bounded(range.0) + 0, bounded(range.1))
    let d = bounded((high - low) / Float(largestCode))
    let inverse = d != 0 ? 1 / d : 0
    let codes = (0..<32).map {
      UInt8(truncated((values[$0] - low) * inverse + 0.5, 0, largestCode))
    }
    pack(codes: codes, d: Float16(d), m: Float16(low), into: block)
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
