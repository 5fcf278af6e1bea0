/// A format of super-blocks of 256 values whose sub-blocks have an integer scale and an integer
/// minimum: `value = d * scale * code − dmin * minimum`.
public protocol AffineSuperBlock: BlockFormat {
  /// Values in a sub-block.
  static var subBlockSize: Int { get }
  /// The largest code; the least is 0.
  static var largestCode: Int { get }
  /// The largest scale and minimum; the least is 0.
  static var largestScale: Int { get }
  /// Writes a super-block.
  ///
  /// - Parameters:
  ///   - codes: `[value]`.
  ///   - scales: `[sub-block]`.
  ///   - minimums: `[sub-block]`.
  ///   - d: The scales' unit.
  ///   - dmin: The minimums' unit.
  ///   - block: `blockBytes` bytes, all of which are written.
  static func pack(
    codes: UnsafePointer<UInt8>, scales: UnsafePointer<Int8>, minimums: UnsafePointer<Int8>,
    d: Float16, dmin: Float16, into block: UnsafeMutableRawPointer)
}

extension AffineSuperBlock {
  /// Lets every sub-block's codes span its range, without a search.
  public static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    let size = subBlockSize
    let ranges = (0..<256 / size).map { bounds(values + size * $0, size) }
    let minimums = ranges.map { max(0, -$0.0) }
    let scales = zip(ranges, minimums).map { max(0, $0.1 + $1) / Float(largestCode) }
    let d = finiteHalf((scales.max() ?? 0) / Float(largestScale))
    let dmin = finiteHalf((minimums.max() ?? 0) / Float(largestScale))
    let scaleCodes = scales.map { Int8(d > 0 ? nearest($0 / d, 0, largestScale) : 0) }
    let minimumCodes = minimums.map { Int8(dmin > 0 ? nearest($0 / dmin, 0, largestScale) : 0) }
    let codes = (0..<256).map { i -> UInt8 in
      let step = d * Float(scaleCodes[i / size])
      let offset = dmin * Float(minimumCodes[i / size])
      return UInt8(step > 0 ? nearest((values[i] + offset) / step, 0, largestCode) : 0)
    }
    pack(
      codes: codes, scales: scaleCodes, minimums: minimumCodes, d: Float16(d),
      dmin: Float16(dmin), into: block)
  }
}
