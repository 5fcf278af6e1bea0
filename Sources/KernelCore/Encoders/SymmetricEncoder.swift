import BlockFormats

/// Encodes rows of a format of super-blocks with signed scales and no minimums.
public enum SymmetricEncoder<F: SymmetricSuperBlock> {
  /// What a super-block stores beside its codes, in every lane that it covers; and each lane's
  /// weighted squared error.
  public typealias Line = (d: Floats, scale: Floats, error: Floats)

  /// Encodes one row.
  @inlinable @inline(never)
  public static func encodeRow<S: InstructionSet>(
    _ values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?, effort: Int,
    table: LevelTable, into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    let lanes = LaneBlocks(size: F.subBlockSize, blockSize: 256)
    let limit = Float(F.leastScale) * 65504 * table.least
    var start = 0
    while start < count {
      lanes.take(values + start, count: count &- start, limit: limit, S.self)
      if let importance {
        lanes.weigh(by: importance + start, count: count &- start, S.self)
      } else {
        // ggml's weights have a share of 0. More costs less by its measure than is gained by a
        // better search, and lowers the plain error too.
        lanes.weighBySquare(share: 4, S.self)
      }
      let line = fit(lanes, table, effort, S.self)
      write(lanes, table, line, count &- start, into: out + start / 256 &* F.blockBytes, S.self)
      start &+= lanes.size &* 16
    }
    lanes.deallocate()
  }

  /// Fits every sub-block by itself, then looks for the integers and the unit that lose least.
  ///
  /// High effort goes on from what normal effort finds, so that it never loses more.
  @inlinable @inline(__always)
  static func fit<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, _ effort: Int, _: S.Type
  ) -> Line {
    var best: Line = (S.splat(0), S.splat(0), S.splat(.infinity))
    var pass = 0
    while pass <= (effort > 0 ? 1 : 0) {
      let free = SymmetricFit.search(
        lanes, table, pass == 0 ? (-0.9, 0.15, 13, true, 2) : (-1.2, 0.1, 24, true, 4), S.self)
      let starts = pass == 0 ? 1 : 4
      var start = 0
      while start < starts {
        let d = lanes.unit(
          of: free.scale, free.curvature, top: -Float(F.leastScale), signed: true, part: start,
          of: starts, S.self)
        let inverse = SymmetricFit.inverse(d, S.self)
        var line: Line = (d, bounded(S.rounded(free.scale * inverse), S.self), S.splat(0))
        line.error = SymmetricFit.error(lanes, table, scale: line.d * line.scale, S.self)
        improve(lanes, table, radius: pass &+ 1, rounds: 2, &line, S.self)
        keep(line, in: &best, lanes, S.self)
        start &+= 1
      }
      if pass > 0 { improve(lanes, table, radius: 4, rounds: 2, &best, S.self) }
      pass &+= 1
    }
    return best
  }

  /// Lets integers and unit follow each other; the error never grows.
  @inlinable @inline(__always)
  static func improve<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, radius: Int, rounds: Int, _ line: inout Line,
    _: S.Type
  ) {
    var round = 0
    while round < rounds {
      searchNeighbours(lanes, table, radius: radius, &line, S.self)
      rescale(lanes, table, &line, S.self)
      round &+= 1
    }
  }

  @inlinable @inline(__always)
  static func bounded<S: InstructionSet>(_ scale: Floats, _: S.Type) -> Floats {
    S.minimum(
      S.maximum(scale, S.splat(Float(F.leastScale))), S.splat(-Float(F.leastScale) - 1))
  }

  /// Keeps a candidate for the super-blocks where its error is less.
  @inlinable @inline(__always)
  static func keep<S: InstructionSet>(
    _ candidate: Line, in best: inout Line, _ lanes: LaneBlocks, _: S.Type
  ) {
    let after = lanes.groupSum(candidate.error, S.self)
    let better = after .< lanes.groupSum(best.error, S.self)
    best.d.replace(with: candidate.d, where: better)
    best.scale.replace(with: candidate.scale, where: better)
    best.error.replace(with: candidate.error, where: better)
  }

  /// Tries the scales within `radius` of each lane's, and its negative.
  @inlinable @inline(__always)
  static func searchNeighbours<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, radius: Int, _ line: inout Line, _: S.Type
  ) {
    let scale = line.scale
    var i = -radius
    while i <= radius {
      let other = i == 0 ? S.splat(0) - scale : scale + S.splat(Float(i))
      let candidate = bounded(other, S.self)
      let error = SymmetricFit.error(lanes, table, scale: line.d * candidate, S.self)
      let better = error .< line.error
      line.scale.replace(with: candidate, where: better)
      line.error.replace(with: error, where: better)
      i &+= 1
    }
  }

  /// Replaces each super-block's unit by the least-squares solution for its integers, where that
  /// is better.
  @inlinable @inline(__always)
  static func rescale<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, _ line: inout Line, _: S.Type
  ) {
    let inverse = SymmetricFit.inverse(line.d * line.scale, S.self)
    let fit = SymmetricFit.fit(lanes, table, inverse, S.self)
    let qx = lanes.groupSum(fit.scale * fit.curvature * line.scale, S.self)
    let qq = lanes.groupSum(fit.curvature * line.scale * line.scale, S.self)
    var candidate = line
    candidate.d = lanes.groupHalf(
      S.splat(0).replacing(with: qx / qq, where: qq .> S.splat(0)), S.self)
    candidate.error = SymmetricFit.error(
      lanes, table, scale: candidate.d * candidate.scale, S.self)
    keep(candidate, in: &line, lanes, S.self)
  }

  /// Chooses the codes and packs the super-blocks.
  @inlinable @inline(__always)
  static func write<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, _ line: Line, _ count: Int,
    into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    SymmetricFit.writeCodes(lanes, table, scale: line.d * line.scale, S.self)
    S.storeBytes(line.scale, lanes.integers)
    var block = 0
    while block &* 256 < lanes.size &* 16, block &* 256 < count {
      let lane = block &* lanes.group
      F.pack(
        codes: lanes.codes + block &* 256, scales: lanes.integers + lane, d: Float16(line.d[lane]),
        into: out + block &* F.blockBytes)
      block &+= 1
    }
  }
}
