/// A format of super-blocks of 256 values whose sub-blocks have a signed integer scale:
/// `value = d * scale * level`.
public protocol SymmetricSuperBlock: BlockFormat {
  /// Values in a sub-block.
  static var subBlockSize: Int { get }
  /// The least level, which code 0 means; the extreme value takes it.
  static var leastLevel: Int { get }
  /// The least scale; the largest is one less than its magnitude.
  static var leastScale: Int { get }
  /// The code whose level is nearest.
  static func code(_ level: Float) -> Int
  /// Writes a super-block.
  ///
  /// - Parameters:
  ///   - codes: `[value]`.
  ///   - scales: `[sub-block]`, signed.
  ///   - d: The scales' unit.
  ///   - block: `blockBytes` bytes, all of which are written.
  static func pack(
    codes: UnsafePointer<UInt8>, scales: UnsafePointer<Int8>, d: Float16,
    into block: UnsafeMutableRawPointer)
}

extension SymmetricSuperBlock {
  /// Levels without gaps.
  public static func code(_ level: Float) -> Int {
    nearest(level, leastLevel, -leastLevel - 1) - leastLevel
  }

  /// Gives every sub-block's extreme value the least level, without a search.
  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let size = subBlockSize
    let scales = (0..<256 / size).map { extreme(values + size * $0, size) / Float(leastLevel) }
    let d = finiteHalf(extreme(scales, scales.count) / Float(leastScale))
    let scaleCodes = scales.map { Int8(d != 0 ? nearest($0 / d, leastScale, -leastScale - 1) : 0) }
    let codes = (0..<256).map { i -> UInt8 in
      let step = d * Float(scaleCodes[i / size])
      return UInt8(code(step != 0 ? values[i] / step : 0))
    }
    pack(codes: codes, scales: scaleCodes, d: Float16(d), into: block)
  }
}
