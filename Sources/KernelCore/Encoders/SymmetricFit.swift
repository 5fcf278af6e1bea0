/// Scales of either sign with which levels come closest to each lane's values:
/// `value ≈ scale * level`.
public enum SymmetricFit {
  /// A scale for each lane; the weighted square of the values that it explains; the curvature of
  /// the error around it.
  public typealias Fit = (scale: Floats, gain: Floats, curvature: Floats)
  /// How wide a search is.
  ///
  /// Scales are tried for which the extreme value takes `first`, `first + delta`, … codes beyond
  /// the least level, and also, if `isTwoSided`, beyond the largest; each is replaced by the
  /// least-squares scale for the levels that it gives. Then levels and scale follow each other
  /// for some rounds.
  public typealias Breadth = (
    first: Float, delta: Float, steps: Int, isTwoSided: Bool, rounds: Int
  )

  /// The best scale found.
  @inlinable @inline(__always)
  static func search<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, _ breadth: Breadth, _: S.Type
  ) -> Fit {
    var extreme = S.splat(0)
    var i = 0
    while i < lanes.size {
      let value = S.load(lanes.x + i &* 16)
      extreme.replace(with: value, where: S.magnitude(value) .> S.magnitude(extreme))
      i &+= 1
    }
    let inverse = inverse(extreme, S.self)
    var best: Fit = (S.splat(0), S.splat(0), S.splat(0))
    var side = 0
    while side < (breadth.isTwoSided ? 2 : 1) {
      var step = 0
      while step < breadth.steps {
        let beyond = table.step * (breadth.first + breadth.delta * Float(step))
        let target = side == 0 ? table.least - beyond : table.largest + beyond
        keep(fit(lanes, table, inverse * S.splat(target), S.self), in: &best)
        step &+= 1
      }
      side &+= 1
    }
    var round = 0
    while round < breadth.rounds {
      keep(fit(lanes, table, Self.inverse(best.scale, S.self), S.self), in: &best)
      round &+= 1
    }
    return best
  }

  @inlinable @inline(__always)
  static func keep(_ candidate: Fit, in best: inout Fit) {
    // Among scales that are as good, the first: of a constant all are, and sub-blocks had better
    // agree.
    let better = candidate.gain .> best.gain * 1.000_001
    best.scale.replace(with: candidate.scale, where: better)
    best.gain.replace(with: candidate.gain, where: better)
    best.curvature.replace(with: candidate.curvature, where: better)
  }

  /// One over each lane, and zero over nothing.
  @inlinable @inline(__always)
  static func inverse<S: InstructionSet>(_ v: Floats, _: S.Type) -> Floats {
    S.splat(0).replacing(with: S.splat(1) / v, where: S.magnitude(v) .> S.splat(0x1p-120))
  }

  /// The least-squares scale for the levels nearest to `value * inverse`.
  @inlinable @inline(__always)
  static func fit<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, _ inverse: Floats, _: S.Type
  ) -> Fit {
    var (qq, qx) = (S.splat(0), S.splat(0))
    var i = 0
    while i < lanes.size {
      let value = S.load(lanes.x + i &* 16)
      let level = table.level(value * inverse, S.self)
      let weighted = S.load(lanes.weights + i &* 16) * level
      qq += weighted * level
      qx += weighted * value
      i &+= 1
    }
    let scale = S.splat(0).replacing(with: qx / qq, where: qq .> S.splat(0))
    return (scale, scale * qx, qq)
  }

  /// Each lane's weighted squared error with the nearest levels.
  @inlinable @inline(__always)
  static func error<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, scale: Floats, _: S.Type
  ) -> Floats {
    let inverse = inverse(scale, S.self)
    var error = S.splat(0)
    var i = 0
    while i < lanes.size {
      let value = S.load(lanes.x + i &* 16)
      let difference = value - table.level(value * inverse, S.self) * scale
      error += S.load(lanes.weights + i &* 16) * (difference * difference)
      i &+= 1
    }
    return error
  }

  /// Writes the codes of the levels nearest to `value / scale`.
  @inlinable @inline(__always)
  static func writeCodes<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, scale: Floats, _: S.Type
  ) {
    let inverses = inverse(scale, S.self)
    var lane = 0
    while lane < 16 {
      let inverse = S.splat(inverses[lane])
      var i = lane &* lanes.size
      while i < (lane &+ 1) &* lanes.size {
        S.storeBytes(table.code(S.load(lanes.ordered + i) * inverse, S.self), lanes.codes + i)
        i &+= 16
      }
      lane &+= 1
    }
  }
}
