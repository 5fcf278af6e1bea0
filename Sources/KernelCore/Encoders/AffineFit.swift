/// Lines `value ≈ scale * code − minimum` through each lane's values, with codes `0…levels` and a
/// scale of at least zero.
public enum AffineFit {
  /// A line for each lane, and its weighted squared error.
  public typealias Fit = (scale: Floats, minimum: Floats, error: Floats)
  /// Weighted sums that stay as they are while codes change: of ones, values and squares.
  public typealias Moments = (ones: Floats, x: Floats, xx: Floats)
  /// Weighted sums of codes, their squares, and their products with values.
  public typealias Sums = (q: Floats, qq: Floats, qx: Floats)
  /// How wide a search is.
  ///
  /// Scales are tried for which the range takes `levels + first`, `levels + first + delta`, …
  /// steps, from `shifts` low ends; each is replaced by the least-squares line through the codes
  /// that it gives. Then codes and line follow each other for some rounds.
  public typealias Breadth = (first: Float, delta: Float, steps: Int, shifts: Int, rounds: Int)

  @inlinable @inline(__always)
  static func moments<S: InstructionSet>(_ lanes: LaneBlocks, _: S.Type) -> Moments {
    var (ones, x, xx) = (S.splat(0), S.splat(0), S.splat(0))
    var i = 0
    while i < lanes.size {
      let value = S.load(lanes.x + i &* 16)
      let weight = S.load(lanes.weights + i &* 16)
      ones += weight
      x += weight * value
      xx += weight * value * value
      i &+= 1
    }
    return (ones, x, xx)
  }

  /// The best line found; `isSigned` allows a minimum below zero.
  @inlinable @inline(__always)
  static func search<S: InstructionSet>(
    _ lanes: LaneBlocks, _ moments: Moments, levels: Float, isSigned: Bool, _ breadth: Breadth,
    _: S.Type
  ) -> Fit {
    let zero = S.splat(0)
    var low = isSigned ? S.load(lanes.x) : zero
    var high = S.load(lanes.x)
    var i = 0
    while i < lanes.size {
      let value = S.load(lanes.x + i &* 16)
      low = S.minimum(low, value)
      high = S.maximum(high, value)
      i &+= 1
    }
    var best = line(moments, (zero, zero, zero), isSigned, S.self)
    var shift = 0
    while shift < breadth.shifts {
      // A low end further in lets the lowest values be clamped.
      let offset = zero - low * S.splat(1 - 0.7 * Float(shift) / levels)
      let inverse = inverse(high + offset, S.self)
      var step = 0
      while step < breadth.steps {
        let steps = levels + breadth.first + breadth.delta * Float(step)
        let sums = sums(lanes, inverse * S.splat(steps), offset, levels, S.self)
        keep(line(moments, sums, isSigned, S.self), in: &best)
        step &+= 1
      }
      shift &+= 1
    }
    var round = 0
    while round < breadth.rounds {
      let sums = sums(lanes, inverse(best.scale, S.self), best.minimum, levels, S.self)
      keep(line(moments, sums, isSigned, S.self), in: &best)
      round &+= 1
    }
    return best
  }

  @inlinable @inline(__always)
  static func keep(_ candidate: Fit, in best: inout Fit) {
    let better = candidate.error .< best.error
    best.scale.replace(with: candidate.scale, where: better)
    best.minimum.replace(with: candidate.minimum, where: better)
    best.error.replace(with: candidate.error, where: better)
  }

  /// One over each lane above zero, and zero over the others.
  @inlinable @inline(__always)
  static func inverse<S: InstructionSet>(_ v: Floats, _: S.Type) -> Floats {
    S.splat(0).replacing(with: S.splat(1) / v, where: v .> S.splat(0x1p-120))
  }

  /// Sums with the codes nearest to `(value + offset) * inverse`.
  @inlinable @inline(__always)
  static func sums<S: InstructionSet>(
    _ lanes: LaneBlocks, _ inverse: Floats, _ offset: Floats, _ levels: Float, _: S.Type
  ) -> Sums {
    var (q, qq, qx) = (S.splat(0), S.splat(0), S.splat(0))
    var i = 0
    while i < lanes.size {
      let value = S.load(lanes.x + i &* 16)
      let code = code(value + offset, inverse, levels, S.self)
      let weighted = S.load(lanes.weights + i &* 16) * code
      q += weighted
      qq += weighted * code
      qx += weighted * value
      i &+= 1
    }
    return (q, qq, qx)
  }

  @inlinable @inline(__always)
  static func code<S: InstructionSet>(
    _ shifted: Floats, _ inverse: Floats, _ levels: Float, _: S.Type
  ) -> Floats {
    S.rounded(S.minimum(S.maximum(shifted * inverse, S.splat(0)), S.splat(levels)))
  }

  /// Each lane's weighted squared error with the nearest codes.
  @inlinable @inline(__always)
  static func error<S: InstructionSet>(
    _ lanes: LaneBlocks, scale: Floats, minimum: Floats, levels: Float, _: S.Type
  ) -> Floats {
    let inverse = inverse(scale, S.self)
    var error = S.splat(0)
    var i = 0
    while i < lanes.size {
      let shifted = S.load(lanes.x + i &* 16) + minimum
      let difference = shifted - code(shifted, inverse, levels, S.self) * scale
      error += S.load(lanes.weights + i &* 16) * (difference * difference)
      i &+= 1
    }
    return error
  }

  /// The least-squares line through codes.
  @inlinable @inline(__always)
  static func line<S: InstructionSet>(
    _ moments: Moments, _ sums: Sums, _ isSigned: Bool, _: S.Type
  ) -> Fit {
    let zero = S.splat(0)
    let (q, qq, qx) = sums
    // Where there is no line: one through zero, or a constant.
    var scale = S.maximum(qx * inverse(qq, S.self), zero)
    var mean = zero - moments.x * inverse(moments.ones, S.self)
    if !isSigned { mean = S.maximum(mean, zero) }
    var minimum = zero.replacing(with: mean, where: scale .<= zero)
    let determinant = moments.ones * qq - q * q
    let isRegular = determinant .> S.splat(1e-5) * moments.ones * qq
    let scaled = zero.replacing(with: S.splat(1) / determinant, where: isRegular)
    let freeScale = (moments.ones * qx - moments.x * q) * scaled
    let freeMinimum = (q * qx - qq * moments.x) * scaled
    var isFree = freeScale .> zero
    if !isSigned { isFree = isFree .& (freeMinimum .> zero) }
    scale.replace(with: freeScale, where: isFree)
    minimum.replace(with: freeMinimum, where: isFree)
    let error =
      moments.xx + scale * (scale * qq - (qx + qx) - (minimum + minimum) * q)
      + minimum * (minimum * moments.ones + (moments.x + moments.x))
    return (scale, minimum, error)
  }

  /// Writes the codes nearest to `(value + minimum) / scale`.
  @inlinable @inline(__always)
  static func writeCodes<S: InstructionSet>(
    _ lanes: LaneBlocks, scale: Floats, minimum: Floats, levels: Float, _: S.Type
  ) {
    let inverses = inverse(scale, S.self)
    var lane = 0
    while lane < 16 {
      let (inverse, offset) = (S.splat(inverses[lane]), S.splat(minimum[lane]))
      var i = lane &* lanes.size
      while i < (lane &+ 1) &* lanes.size {
        let shifted = S.load(lanes.ordered + i) + offset
        S.storeBytes(code(shifted, inverse, levels, S.self), lanes.codes + i)
        i &+= 16
      }
      lane &+= 1
    }
  }
}
