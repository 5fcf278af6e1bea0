/// What a block of a format gets for a group of codes.
struct GroupFit {
  /// Why a format cannot hold a group.
  enum Misfit: Error {
    /// The scale is too precise, too small or too large for half precision.
    case scale
    /// The bias is.
    case bias
    /// The codes are beyond the format's range, or have an offset that it has no place for.
    case codes
  }

  /// The block's scale.
  let scale: Float16
  /// What is added, or taken away `multiple` times.
  var offset: Float16 = 0
  /// How often, in formats that say so.
  var multiple = 0
  /// What is kept of a code is `sign * code + shift`.
  var sign = 1
  var shift = 0
  /// The largest change of a weight, as a part of the group's largest weight.
  let change: Double

  /// The code that is kept.
  @inline(__always)
  func stored(_ code: UInt8) -> UInt8 { UInt8(truncatingIfNeeded: sign * Int(code) + shift) }
}
