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
}
