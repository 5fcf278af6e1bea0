extension LaneBlocks {
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
}
