extension LaneBlocks {
  /// The sum over the lanes of each super-block, in all of its lanes.
  @inlinable @inline(__always)
  func groupSum<S: InstructionSet>(_ v: Floats, _: S.Type) -> Floats {
    if group == 16 { return S.splat(S.sum(v)) }
    if group == 1 { return v }
    return S.pair(Self.sum(v.lowHalf), Self.sum(v.highHalf))
  }

  @inlinable @inline(__always)
  static func sum(_ v: SIMD8<Float>) -> Float {
    let four = v.lowHalf + v.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// The largest of the lanes of each super-block, in all of its lanes.
  @inlinable @inline(__always)
  func groupLargest<S: InstructionSet>(_ v: Floats, _: S.Type) -> Floats {
    if group == 16 { return S.splat(S.largest(v)) }
    if group == 1 { return v }
    return S.pair(
      S.largest(Floats(lowHalf: v.lowHalf, highHalf: v.lowHalf)),
      S.largest(Floats(lowHalf: v.highHalf, highHalf: v.highHalf)))
  }

  /// Each super-block's number as half precision holds it, kept finite.
  @inlinable @inline(__always)
  func groupHalf<S: InstructionSet>(_ v: Floats, _: S.Type) -> Floats {
    let first = Self.half(v[0], S.self)
    if group == 16 { return S.splat(first) }
    if group == 8 { return S.pair(first, Self.half(v[8], S.self)) }
    var result = S.splat(first)
    var lane = 1
    while lane < 16 {
      result[lane] = Self.half(v[lane], S.self)
      lane &+= 1
    }
    return result
  }

  @inlinable @inline(__always)
  static func half<S: InstructionSet>(_ value: Float, _: S.Type) -> Float {
    S.half(Float16(bounded(value)).bitPattern)
  }

  /// A value within what half precision can hold.
  @inlinable @inline(__always)
  static func bounded(_ value: Float) -> Float {
    value > 65504 ? 65504 : value < -65504 ? -65504 : value
  }

  /// The unit in which numbers, one in a lane, lose least when they become integers, each
  /// super-block having its own; a lane's loss is its `curvature` times the square of the error.
  ///
  /// The units tried let the largest number take 1.05 to 0.6 of the largest integer, `top`, or,
  /// where numbers are signed, the extreme one take as much of the least integer, `−top`.
  /// Several searches share the range: this is the `part`-th of `parts`.
  @inlinable @inline(__always)
  func unit<S: InstructionSet>(
    of numbers: Floats, _ curvature: Floats, top: Float, signed: Bool, part: Int, of parts: Int,
    _: S.Type
  ) -> Floats {
    let zero = S.splat(0)
    var extreme = groupLargest(numbers, S.self)
    if signed {
      let least = groupLargest(zero - numbers, S.self)
      extreme = (zero - extreme).replacing(with: least, where: least .> extreme)
    }
    var best = zero
    var bestLoss = S.splat(.infinity)
    let (low, high) = (S.splat(signed ? -top : 0), S.splat(signed ? top - 1 : top))
    let last = Float(16 &* parts &- 1)
    var i = 16 &* part
    while i < 16 &* (part &+ 1) {
      let share = 1.05 - 0.45 * (Float(i) / last)
      let unit = groupHalf(extreme * S.splat(1 / (top * share)), S.self)
      let inverse = zero.replacing(with: S.splat(1) / unit, where: unit .!= zero)
      let integer = S.rounded(S.minimum(S.maximum(numbers * inverse, low), high))
      let difference = numbers - integer * unit
      let loss = groupSum(curvature * (difference * difference), S.self)
      let better = loss .< bestLoss
      best.replace(with: unit, where: better)
      bestLoss.replace(with: loss, where: better)
      i &+= 1
    }
    return best
  }
}
