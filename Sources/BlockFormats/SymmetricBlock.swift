/// A format of blocks of 32 values with one scale: `value = d * level`.
public protocol SymmetricBlock: BlockFormat {
  /// The least level, which code 0 means; but the codes of Q8_0 are the levels themselves.
  static var leastLevel: Int { get }
  /// The largest level.
  static var largestLevel: Int { get }
  /// Writes a block.
  ///
  /// - Parameters:
  ///   - codes: `[value]`.
  ///   - d: The scale.
  ///   - block: `blockBytes` bytes, all of which are written.
  static func pack(
    codes: UnsafePointer<UInt8>, d: Float16, into block: UnsafeMutableRawPointer)
}

/// The value of largest magnitude, with its sign.
func extreme(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
  var extreme: Float = 0
  for i in 0..<count where abs(values[i]) > abs(extreme) { extreme = values[i] }
  return extreme
}

/// A value within what half precision can hold; NaN gives 0.
func bounded(_ value: Float) -> Float {
  value > -65504 ? min(value, 65504) : value.isNaN ? 0 : -65504
}

/// A value rounded to half precision, kept finite; NaN gives 0.
func finiteHalf(_ value: Float) -> Float { Float(Float16(bounded(value))) }
