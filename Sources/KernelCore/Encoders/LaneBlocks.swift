/// Sixteen blocks side by side, one in each lane, so that a search works on all of them without
/// ever adding across lanes.
///
/// A lane holds a block of 32 values or a sub-block of 16 or 32; the lanes of a super-block are
/// neighbours.
@frozen public struct LaneBlocks {
  /// Values in a lane.
  @usableFromInline let size: Int
  /// Values in a block of the format: one lane's, or those of 8 or 16 lanes.
  @usableFromInline let blockSize: Int
  /// `[value][lane]`.
  @usableFromInline let x: UnsafeMutablePointer<Float>
  /// `[value][lane]`.
  @usableFromInline let weights: UnsafeMutablePointer<Float>
  /// The values as they came: `[lane][value]`.
  @usableFromInline let ordered: UnsafeMutablePointer<Float>
  /// `[lane][value]`.
  @usableFromInline let codes: UnsafeMutablePointer<UInt8>
  /// Room for sixteen integer scales and minimums.
  @usableFromInline let integers: UnsafeMutablePointer<Int8>

  /// Memory for sixteen blocks; ends with `deallocate`.
  @inlinable @inline(__always)
  init(size: Int, blockSize: Int) {
    self.size = size
    self.blockSize = blockSize
    let count = size &* 16
    x = UnsafeMutablePointer<Float>.allocate(capacity: count &* 3)
    weights = x + count
    ordered = weights + count
    codes = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
    integers = UnsafeMutablePointer<Int8>.allocate(capacity: 32)
  }

  @inlinable @inline(__always)
  func deallocate() {
    x.deallocate()
    codes.deallocate()
    integers.deallocate()
  }

  /// Lanes to a block.
  @inlinable var group: Int {
    @inline(__always) get { blockSize / size }
  }

  /// Takes up to `count` values; lanes beyond them become zero.
  ///
  /// So does a block that holds anything but numbers. Values beyond `limit`, the format's
  /// largest, are clamped to it.
  @inlinable @inline(__always)
  func take<S: InstructionSet>(
    _ values: UnsafePointer<Float>, count: Int, limit: Float, _: S.Type
  ) {
    var block = 0
    while block < size &* 16 {
      let isNumber = block < count && Self.isFinite(values + block, blockSize, S.self)
      var i = block
      while i < block &+ blockSize {
        let v =
          isNumber
          ? S.minimum(S.maximum(S.load(values + i), S.splat(-limit)), S.splat(limit))
          : S.splat(0)
        S.store(v, ordered + i)
        i &+= 16
      }
      block &+= blockSize
    }
    Self.transpose(ordered, size, into: x)
  }

  /// Weighs values by their importance: relative to the largest in the block, and at least a
  /// millionth, so that sums neither overflow nor vanish.
  @inlinable @inline(__always)
  func weigh<S: InstructionSet>(by importance: UnsafePointer<Float>, count: Int, _: S.Type) {
    let scratch = UnsafeMutablePointer<Float>.allocate(capacity: size &* 16)
    var block = 0
    while block < size &* 16 {
      var top = S.splat(0)
      var i = block
      while i < block &+ blockSize, block < count {
        top = S.maximum(top, Self.clean(S.load(importance + i), S.self))
        i &+= 16
      }
      let largest = S.largest(top)
      let scale: Float = largest > 1e-30 ? 1 / largest : 0
      i = block
      while i < block &+ blockSize {
        var v = S.splat(1)
        if scale > 0 {
          v = S.maximum(
            Self.clean(S.load(importance + i), S.self) * S.splat(scale), S.splat(1e-6))
        }
        S.store(v, scratch + i)
        i &+= 16
      }
      block &+= blockSize
    }
    Self.transpose(scratch, size, into: weights)
    scratch.deallocate()
  }

  /// Weighs all values alike.
  @inlinable @inline(__always)
  func weighEvenly<S: InstructionSet>(_: S.Type) {
    var i = 0
    while i < size {
      S.store(S.splat(1), weights + i &* 16)
      i &+= 1
    }
  }

  /// Lets larger values weigh more: by their magnitude beside a share of the root of the mean
  /// square.
  @inlinable @inline(__always)
  func weighByMagnitude<S: InstructionSet>(share: Float, _: S.Type) {
    let spread = meanSquare(S.self).squareRoot() * S.splat(share)
    var i = 0
    while i < size {
      S.store(spread + S.magnitude(S.load(x + i &* 16)), weights + i &* 16)
      i &+= 1
    }
  }

  /// Lets larger values weigh more: by their square beside a share of the mean square of all but
  /// the extreme value, so that an outlier does not hide itself.
  @inlinable @inline(__always)
  func weighBySquare<S: InstructionSet>(share: Float, _: S.Type) {
    var top = S.splat(0)
    var i = 0
    while i < size {
      top = S.maximum(top, S.magnitude(S.load(x + i &* 16)))
      i &+= 1
    }
    let others = meanSquare(S.self) - top * top * S.splat(1 / Float(size))
    let spread = S.maximum(others, S.splat(0)) * S.splat(share)
    i = 0
    while i < size {
      let value = S.load(x + i &* 16)
      S.store(spread + value * value, weights + i &* 16)
      i &+= 1
    }
  }

  @inlinable @inline(__always)
  func meanSquare<S: InstructionSet>(_: S.Type) -> Floats {
    var square = S.splat(0)
    var i = 0
    while i < size {
      let value = S.load(x + i &* 16)
      square += value * value
      i &+= 1
    }
    return square * S.splat(1 / Float(size))
  }

  /// Importance between zero and a large number; zero for what is not one.
  @inlinable @inline(__always)
  static func clean<S: InstructionSet>(_ v: Floats, _: S.Type) -> Floats {
    let positive = S.splat(0).replacing(with: v, where: v .> S.splat(0))
    return S.minimum(positive, S.splat(1e30))
  }

  @inlinable @inline(__always)
  static func isFinite<S: InstructionSet>(
    _ values: UnsafePointer<Float>, _ count: Int, _: S.Type
  ) -> Bool {
    // Zero times what is not finite is NaN.
    var zeros = S.splat(0)
    var i = 0
    while i < count {
      zeros += S.load(values + i) * S.splat(0)
      i &+= 16
    }
    return S.sum(zeros) == 0
  }

  /// The largest lane of `a` or `b`, and the largest of their negatives.
  @inlinable @inline(__always)
  static func range<S: InstructionSet>(
    _ a: Floats, _ b: Floats, _: S.Type
  ) -> (high: Float, negatedLow: Float) {
    // Both are reduced at once, one in each half of a vector.
    let high = S.maximum(a, b)
    let low = S.splat(0) - S.minimum(a, b)
    let eight = S.maximum(
      Floats(lowHalf: high.lowHalf, highHalf: low.lowHalf),
      Floats(lowHalf: high.highHalf, highHalf: low.highHalf))
    let four = S.maximum(
      eight, Floats(lowHalf: swapped(eight.lowHalf), highHalf: swapped(eight.highHalf)))
    let (h, l) = (four.lowHalf.lowHalf, four.highHalf.lowHalf)
    return (largest(h), largest(l))
  }

  @inlinable @inline(__always)
  static func swapped(_ v: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(lowHalf: v.highHalf, highHalf: v.lowHalf)
  }

  @inlinable @inline(__always)
  static func largest(_ v: SIMD4<Float>) -> Float {
    let (a, b) = (v.x > v.y ? v.x : v.y, v.z > v.w ? v.z : v.w)
    return a > b ? a : b
  }

  /// From `[lane][value]` to `[value][lane]`.
  @inlinable @inline(__always)
  static func transpose(
    _ from: UnsafePointer<Float>, _ size: Int, into to: UnsafeMutablePointer<Float>
  ) {
    var i = 0
    while i < size {
      var lane = 0
      while lane < 16 {
        to[i &* 16 &+ lane] = from[lane &* size &+ i]
        lane &+= 1
      }
      i &+= 1
    }
  }

  // MARK: Super-blocks

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
