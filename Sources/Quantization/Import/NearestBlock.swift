import BlockFormats

/// The block of Q8_0 that is nearest to 32 codes of a group that no format holds as they are: because
/// eight-bit codes minus their zero need nine bits, or a bias is no multiple of the scale.
struct NearestBlock {
  /// The scale.
  private(set) var scale = Float16(0)
  /// The largest change of a weight, as a part of the block's largest weight.
  private(set) var change = 0.0

  /// Looks for the scale whose codes are nearest.
  ///
  /// - Parameters:
  ///   - values: The 32 weights.
  ///   - groupScale: Their group's scale.
  ///   - top: The largest code that the group may have.
  init(_ values: UnsafePointer<Float>, groupScale: Float, top: Int) {
    var extreme: Float = 0
    for i in 0..<32 where abs(values[i]) > abs(extreme) { extreme = values[i] }
    var least = Float.infinity
    var best = Float16(0)
    /// Whether nothing is nearer.
    func consider(_ scale: Float) -> Bool {
      var half = Float16(scale)
      if half == 0, extreme != 0 { half = .leastNonzeroMagnitude }
      guard half.isFinite else { return false }
      let error = Self.error(values, Float(half), atMost: least)
      if error < least { (least, best) = (error, half) }
      return least == 0
    }
    // The group's own scale, and parts of it where codes are so few that there is room for an
    // offset between them; else the scales that give the largest weight the largest code.
    _ =
      (1...max(1, min(4, 255 / max(1, top)))).contains {
        consider(groupScale / Float($0)) || consider(-groupScale / Float($0))
      } || consider(extreme / 127) || consider(extreme / -128)
    scale = best
    change =
      least.isFinite ? Double(least) / max(Double(abs(extreme)), BlockRange.leastNormal) : .infinity
  }

  /// Writes the block.
  func write(_ values: UnsafePointer<Float>, to block: UnsafeMutableRawPointer) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { codes in
      for i in 0..<32 { codes[i] = UInt8(bitPattern: Int8(Self.code(values[i], Float(scale)))) }
      if let codes = codes.baseAddress { Q8_0.pack(codes: codes, d: scale, into: block) }
    }
  }

  /// The largest difference of a value to its code's; past a limit, any larger one.
  private static func error(
    _ values: UnsafePointer<Float>, _ scale: Float, atMost limit: Float
  ) -> Float {
    var error: Float = 0
    for i in 0..<32 where error < limit {
      error = max(error, abs(code(values[i], scale) * scale - values[i]))
    }
    return error
  }

  @inline(__always)
  private static func code(_ value: Float, _ scale: Float) -> Float {
    scale == 0 ? 0 : min(127, max(-128, (value / scale).rounded()))
  }
}
