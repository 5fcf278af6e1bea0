import BlockFormats

/// Encodes rows of a format of blocks with a scale and a minimum.
public enum AffineBlockEncoder<F: AffineBlock> {
  @inlinable static var levels: Float {
    @inline(__always) get { Float(F.largestCode) }
  }

  /// Encodes one row.
  ///
  /// Without importance and effort the bits are the reference's, whose codes span the range.
  @inlinable @inline(never)
  public static func encodeRow<S: InstructionSet>(
    _ values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?, effort: Int,
    into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    if importance == nil, effort == 0 {
      return encodeAsReference(values, count: count, into: out, S.self)
    }
    let lanes = LaneBlocks(size: 32, blockSize: 32)
    var start = 0
    while start < count {
      lanes.take(values + start, count: count &- start, limit: 65504, S.self)
      if let importance {
        lanes.weigh(by: importance + start, count: count &- start, S.self)
      } else {
        lanes.weighEvenly(S.self)
      }
      let line = fit(lanes, effort, S.self)
      AffineFit.writeCodes(lanes, scale: line.scale, minimum: line.minimum, levels: levels, S.self)
      var block = 0
      while block < 16, block &* 32 < count &- start {
        F.pack(
          codes: lanes.codes + block &* 32, d: Float16(line.scale[block]),
          m: Float16(0 - line.minimum[block]),
          into: out + (start / 32 &+ block) &* F.blockBytes)
        block &+= 1
      }
      start &+= 512
    }
    lanes.deallocate()
  }

  /// Searches each block's line, then lets codes and the rounded line follow each other.
  ///
  /// High effort goes on from what normal effort finds, so that it never loses more.
  @inlinable @inline(__always)
  static func fit<S: InstructionSet>(
    _ lanes: LaneBlocks, _ effort: Int, _: S.Type
  ) -> (scale: Floats, minimum: Floats) {
    let moments = AffineFit.moments(lanes, S.self)
    var best: AffineFit.Fit = (S.splat(0), S.splat(0), S.splat(.infinity))
    var pass = 0
    while pass <= (effort > 0 ? 1 : 0) {
      var line = AffineFit.search(
        lanes, moments, levels: levels, isSigned: true,
        pass == 0 ? (-1.2, 0.1, 22, 1, 2) : (-2, 0.1, 32, 4, 4), S.self)
      var round = 0
      while round <= (pass == 0 ? 1 : 3) {
        AffineFit.keep(rounded(lanes, line, S.self), in: &best)
        let inverse = AffineFit.inverse(best.scale, S.self)
        let sums = AffineFit.sums(lanes, inverse, best.minimum, levels, S.self)
        line = AffineFit.line(moments, sums, true, S.self)
        round &+= 1
      }
      pass &+= 1
    }
    return (best.scale, best.minimum)
  }

  /// A line as half precision holds it, and its error.
  @inlinable @inline(__always)
  static func rounded<S: InstructionSet>(
    _ lanes: LaneBlocks, _ line: AffineFit.Fit, _: S.Type
  ) -> AffineFit.Fit {
    let scale = lanes.groupHalf(line.scale, S.self)
    let minimum = lanes.groupHalf(line.minimum, S.self)
    let error = AffineFit.error(lanes, scale: scale, minimum: minimum, levels: levels, S.self)
    return (scale, minimum, error)
  }

  /// The line from the least and the greatest value.
  @inlinable @inline(__always)
  static func encodeAsReference<S: InstructionSet>(
    _ values: UnsafePointer<Float>, count: Int, into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    let codes = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)
    let areNumbers = LaneBlocks.isFinite(values, count, S.self)
    var block = 0
    while block &* 32 < count {
      let isNumber = areNumbers || LaneBlocks.isFinite(values + block &* 32, 32, S.self)
      let zero = S.splat(0)
      let a = isNumber ? S.load(values + block &* 32) : zero
      let b = isNumber ? S.load(values + (block &* 32 &+ 16)) : zero
      let range = LaneBlocks.range(a, b, S.self)
      let (low, high) = (LaneBlocks.bounded(0 - range.negatedLow), LaneBlocks.bounded(range.high))
      let d = LaneBlocks.bounded((high - low) / levels)
      let inverse = S.splat(d != 0 ? 1 / d : 0)
      let half = S.splat(0.5)
      S.storeBytes(truncated((a - S.splat(low)) * inverse + half, levels, S.self), codes)
      S.storeBytes(truncated((b - S.splat(low)) * inverse + half, levels, S.self), codes + 16)
      F.pack(codes: codes, d: Float16(d), m: Float16(low), into: out + block &* F.blockBytes)
      block &+= 1
    }
    codes.deallocate()
  }

  /// The integers below lanes, from zero to `largest`.
  @inlinable @inline(__always)
  static func truncated<S: InstructionSet>(_ v: Floats, _ largest: Float, _: S.Type) -> Floats {
    let bounded = S.minimum(S.maximum(v, S.splat(0)), S.splat(largest))
    let nearest = S.rounded(bounded)
    return nearest.replacing(with: nearest - S.splat(1), where: nearest .> bounded)
  }
}
