import BlockFormats

/// Encodes rows of a format of super-blocks with scales and minimums.
public enum AffineEncoder<F: AffineSuperBlock> {
  /// What a super-block stores beside its codes, in every lane that it covers; and each lane's
  /// weighted squared error.
  public typealias Line = (
    d: Floats, dmin: Floats, scale: Floats, minimum: Floats, error: Floats
  )

  @inlinable static var levels: Float {
    @inline(__always) get { Float(F.largestCode) }
  }
  @inlinable static var top: Float {
    @inline(__always) get { Float(F.largestScale) }
  }

  /// Encodes one row.
  @inlinable @inline(never)
  public static func encodeRow<S: InstructionSet>(
    _ values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?, effort: Int,
    into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    let lanes = LaneBlocks(size: F.subBlockSize, blockSize: 256)
    var start = 0
    while start < count {
      lanes.take(values + start, count: count &- start, limit: top * 65504, S.self)
      if let importance {
        lanes.weigh(by: importance + start, count: count &- start, S.self)
      } else {
        // ggml's weights have a share of 1, or 0 for two bits. More costs little by its measure
        // and gains more in plain error.
        lanes.weighByMagnitude(share: F.largestCode > 3 ? 2 : 1, S.self)
      }
      let line = fit(lanes, effort, S.self)
      write(lanes, line, count &- start, into: out + start / 256 &* F.blockBytes, S.self)
      start &+= lanes.size &* 16
    }
    lanes.deallocate()
  }

  /// Fits every sub-block by itself, then looks for the integers and units that lose least.
  ///
  /// High effort goes on from what normal effort finds, so that it never loses more.
  @inlinable @inline(__always)
  static func fit<S: InstructionSet>(_ lanes: LaneBlocks, _ effort: Int, _: S.Type) -> Line {
    let moments = AffineFit.moments(lanes, S.self)
    var best: Line = (S.splat(0), S.splat(0), S.splat(0), S.splat(0), S.splat(.infinity))
    var pass = 0
    while pass <= (effort > 0 ? 1 : 0) {
      let free = AffineFit.search(
        lanes, moments, levels: levels, isSigned: false,
        pass == 0 ? (-1.2, 0.1, 22, 1, 2) : (-2, 0.1, 32, 4, 4), S.self)
      let sums = AffineFit.sums(
        lanes, AffineFit.inverse(free.scale, S.self), free.minimum, levels, S.self)
      let slope = sums.q * AffineFit.inverse(moments.ones, S.self)
      let starts = pass == 0 ? 2 : 4
      var start = 0
      while start < starts {
        var line = quantized(lanes, free, moments, sums, slope, start, of: starts, S.self)
        line.error = error(lanes, line, S.self)
        improve(lanes, moments, slope, radius: pass &+ 2, rounds: 3, &line, S.self)
        keep(line, in: &best, lanes, S.self)
        start &+= 1
      }
      if pass > 0 { improve(lanes, moments, slope, radius: 5, rounds: 2, &best, S.self) }
      pass &+= 1
    }
    return best
  }

  /// Lets integers and units follow each other; the error never grows.
  @inlinable @inline(__always)
  static func improve<S: InstructionSet>(
    _ lanes: LaneBlocks, _ moments: AffineFit.Moments, _ slope: Floats, radius: Int, rounds: Int,
    _ line: inout Line, _: S.Type
  ) {
    var round = 0
    while round < rounds {
      searchNeighbours(lanes, slope, radius: radius, &line, S.self)
      rescale(lanes, moments, &line, S.self)
      round &+= 1
    }
  }

  /// Keeps a candidate for the super-blocks where its error is less.
  @inlinable @inline(__always)
  static func keep<S: InstructionSet>(
    _ candidate: Line, in best: inout Line, _ lanes: LaneBlocks, _: S.Type
  ) {
    let after = lanes.groupSum(candidate.error, S.self)
    let better = after .< lanes.groupSum(best.error, S.self)
    best.d.replace(with: candidate.d, where: better)
    best.dmin.replace(with: candidate.dmin, where: better)
    best.scale.replace(with: candidate.scale, where: better)
    best.minimum.replace(with: candidate.minimum, where: better)
    best.error.replace(with: candidate.error, where: better)
  }

  /// Integers for freely fitted lines, with the units that lose least to second order: a scale's
  /// own error counts while its minimum follows, then the minimum's.
  ///
  /// The units tried are those that make the largest integer about 1.05 to 0.6 of what fits,
  /// the `start`-th part of them.
  @inlinable @inline(__always)
  static func quantized<S: InstructionSet>(
    _ lanes: LaneBlocks, _ free: AffineFit.Fit, _ moments: AffineFit.Moments,
    _ sums: AffineFit.Sums, _ slope: Floats, _ start: Int, of starts: Int, _: S.Type
  ) -> Line {
    let curvature = S.maximum(sums.qq - sums.q * slope, S.splat(0))
    let d = lanes.unit(
      of: free.scale, curvature, top: top, signed: false, part: start, of: starts, S.self)
    let scale = integers(free.scale, d, S.self)
    let minimums = S.maximum(free.minimum + (d * scale - free.scale) * slope, S.splat(0))
    let dmin = lanes.unit(
      of: minimums, moments.ones, top: top, signed: false, part: 0, of: 1, S.self)
    return (d, dmin, scale, integers(minimums, dmin, S.self), S.splat(0))
  }

  @inlinable @inline(__always)
  static func integers<S: InstructionSet>(_ v: Floats, _ unit: Floats, _: S.Type) -> Floats {
    S.rounded(S.minimum(v * AffineFit.inverse(unit, S.self), S.splat(top)))
  }

  @inlinable @inline(__always)
  static func error<S: InstructionSet>(_ lanes: LaneBlocks, _ line: Line, _: S.Type) -> Floats {
    AffineFit.error(
      lanes, scale: line.d * line.scale, minimum: line.dmin * line.minimum, levels: levels, S.self)
  }

  /// Tries the scales within `radius` of each lane's, each with the minimum that follows it and
  /// the two next to that; `slope` is how much the best minimum rises with the step.
  @inlinable @inline(__always)
  static func searchNeighbours<S: InstructionSet>(
    _ lanes: LaneBlocks, _ slope: Floats, radius: Int, _ line: inout Line, _: S.Type
  ) {
    let (zero, top) = (S.splat(0), S.splat(top))
    let center = line
    let rise = slope * line.d * AffineFit.inverse(line.dmin, S.self)
    var candidate = line
    var i = -radius
    while i <= radius {
      let change = S.splat(Float(i))
      candidate.scale = S.minimum(S.maximum(center.scale + change, zero), top)
      let follower = S.rounded(S.minimum(S.maximum(center.minimum + change * rise, zero), top))
      var k = -1
      while k <= 1 {
        candidate.minimum = S.minimum(S.maximum(follower + S.splat(Float(k)), zero), top)
        candidate.error = error(lanes, candidate, S.self)
        let better = candidate.error .< line.error
        line.scale.replace(with: candidate.scale, where: better)
        line.minimum.replace(with: candidate.minimum, where: better)
        line.error.replace(with: candidate.error, where: better)
        k &+= 1
      }
      i &+= 1
    }
  }

  /// Replaces each super-block's units by the least-squares solution for its integers, where that
  /// is better.
  @inlinable @inline(__always)
  static func rescale<S: InstructionSet>(
    _ lanes: LaneBlocks, _ moments: AffineFit.Moments, _ line: inout Line, _: S.Type
  ) {
    let zero = S.splat(0)
    let inverse = AffineFit.inverse(line.d * line.scale, S.self)
    let sums = AffineFit.sums(lanes, inverse, line.dmin * line.minimum, levels, S.self)
    // value ≈ d * u − dmin * v with u = scale * code and v = minimum.
    let uu = lanes.groupSum(sums.qq * line.scale * line.scale, S.self)
    let uv = lanes.groupSum(sums.q * line.scale * line.minimum, S.self)
    let vv = lanes.groupSum(moments.ones * line.minimum * line.minimum, S.self)
    let ux = lanes.groupSum(sums.qx * line.scale, S.self)
    let vx = lanes.groupSum(moments.x * line.minimum, S.self)
    let determinant = uu * vv - uv * uv
    let isRegular = determinant .> S.splat(1e-5) * uu * vv
    let scaled = zero.replacing(with: S.splat(1) / determinant, where: isRegular)
    var candidate = line
    let alone = S.maximum(ux * AffineFit.inverse(uu, S.self), zero)
    candidate.d = lanes.groupHalf(
      alone.replacing(with: (vv * ux - uv * vx) * scaled, where: isRegular), S.self)
    let constant = line.dmin.replacing(
      with: (zero - vx) * AffineFit.inverse(vv, S.self), where: ux .<= zero)
    candidate.dmin = lanes.groupHalf(
      constant.replacing(with: (uv * ux - uu * vx) * scaled, where: isRegular), S.self)
    candidate.d = S.maximum(candidate.d, zero)
    candidate.dmin = S.maximum(candidate.dmin, zero)
    candidate.error = error(lanes, candidate, S.self)
    keep(candidate, in: &line, lanes, S.self)
  }

  /// Chooses the codes and packs the super-blocks.
  @inlinable @inline(__always)
  static func write<S: InstructionSet>(
    _ lanes: LaneBlocks, _ line: Line, _ count: Int, into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    AffineFit.writeCodes(
      lanes, scale: line.d * line.scale, minimum: line.dmin * line.minimum, levels: levels, S.self)
    S.storeBytes(line.scale, lanes.integers)
    S.storeBytes(line.minimum, lanes.integers + 16)
    var block = 0
    while block &* 256 < lanes.size &* 16, block &* 256 < count {
      let lane = block &* lanes.group
      F.pack(
        codes: lanes.codes + block &* 256, scales: lanes.integers + lane,
        minimums: lanes.integers + 16 + lane, d: Float16(line.d[lane]),
        dmin: Float16(line.dmin[lane]),
        into: out + block &* F.blockBytes)
      block &+= 1
    }
  }
}
