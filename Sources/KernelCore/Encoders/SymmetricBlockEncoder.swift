import BlockFormats

/// Encodes rows of a format of blocks with one scale.
public enum SymmetricBlockEncoder<F: SymmetricBlock> {
  /// Encodes one row.
  ///
  /// Without importance and effort the bits are the reference's, which takes the scale from the
  /// extreme value; the table's format has no such rule.
  @inlinable @inline(never)
  public static func encodeRow<S: InstructionSet>(
    _ values: UnsafePointer<Float>, count: Int, importance: UnsafePointer<Float>?, effort: Int,
    table: LevelTable, into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    if importance == nil, effort == 0, table.steps == nil {
      return encodeAsReference(values, count: count, table: table, into: out, S.self)
    }
    let lanes = LaneBlocks(size: 32, blockSize: 32)
    var start = 0
    while start < count {
      lanes.take(values + start, count: count &- start, limit: table.least * -65504, S.self)
      if let importance {
        lanes.weigh(by: importance + start, count: count &- start, S.self)
      } else if table.steps == nil {
        lanes.weighEvenly(S.self)
      } else {
        lanes.weighBySquare(share: 1.4, S.self)
      }
      let scale = fit(lanes, table, effort, S.self)
      SymmetricFit.writeCodes(lanes, table, scale: scale, S.self)
      var block = 0
      while block < 16, block &* 32 < count &- start {
        F.pack(
          codes: lanes.codes + block &* 32, d: Float16(scale[block]),
          into: out + (start / 32 &+ block) &* F.blockBytes)
        block &+= 1
      }
      start &+= 512
    }
    lanes.deallocate()
  }

  /// Searches each block's scale, then lets levels and the rounded scale follow each other.
  ///
  /// High effort goes on from what normal effort finds, so that it never loses more.
  @inlinable @inline(__always)
  static func fit<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, _ effort: Int, _: S.Type
  ) -> Floats {
    // Eight bits leave little to find, and their two ends are the same.
    let isSigned = table.origin == 0
    let narrow: SymmetricFit.Breadth =
      isSigned ? (-0.8, 0.4, 3, false, 1) : (-0.9, 0.1, 19, true, 2)
    var best = S.splat(0)
    var error = S.splat(.infinity)
    var pass = 0
    while pass <= (effort > 0 ? 1 : 0) {
      let free = SymmetricFit.search(
        lanes, table, pass == 0 ? narrow : (-1.5, 0.05, 64, !isSigned, 4), S.self)
      var scale = free.scale
      var round = 0
      while round <= (pass == 0 ? 0 : 2) {
        let candidate = lanes.groupHalf(scale, S.self)
        let after = SymmetricFit.error(lanes, table, scale: candidate, S.self)
        best.replace(with: candidate, where: after .< error)
        error.replace(with: after, where: after .< error)
        let inverse = SymmetricFit.inverse(best, S.self)
        scale = SymmetricFit.fit(lanes, table, inverse, S.self).scale
        round &+= 1
      }
      if pass > 0 { tryHalfSteps(lanes, table, &best, &error, S.self) }
      pass &+= 1
    }
    return best
  }

  /// Tries the half-precision numbers next to each scale.
  @inlinable @inline(__always)
  static func tryHalfSteps<S: InstructionSet>(
    _ lanes: LaneBlocks, _ table: LevelTable, _ best: inout Floats, _ error: inout Floats,
    _: S.Type
  ) {
    // Three quarters of a unit in the last place or more round to another number.
    let step = S.maximum(S.magnitude(best) * S.splat(0x1.8p-11), S.splat(0x1.8p-25))
    let scale = best
    var side: Float = -1
    while side <= 1 {
      let candidate = lanes.groupHalf(scale + S.splat(side) * step, S.self)
      let after = SymmetricFit.error(lanes, table, scale: candidate, S.self)
      best.replace(with: candidate, where: after .< error)
      error.replace(with: after, where: after .< error)
      side += 2
    }
  }

  /// The scale from the extreme value alone.
  @inlinable @inline(__always)
  static func encodeAsReference<S: InstructionSet>(
    _ values: UnsafePointer<Float>, count: Int, table: LevelTable,
    into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    // Eight bits have a positive scale and round halves away from zero; the others give the
    // extreme value the least level and round halves up.
    let isSigned = table.origin == 0
    let codes = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)
    let areNumbers = LaneBlocks.isFinite(values, count, S.self)
    var block = 0
    while block &* 32 < count {
      let isNumber = areNumbers || LaneBlocks.isFinite(values + block &* 32, 32, S.self)
      let zero = S.splat(0)
      let a = isNumber ? S.load(values + block &* 32) : zero
      let b = isNumber ? S.load(values + (block &* 32 &+ 16)) : zero
      let range = LaneBlocks.range(a, b, S.self)
      var extreme = range.high > range.negatedLow ? range.high : -range.negatedLow
      if range.high == range.negatedLow, isNumber, !isSigned {
        // Both signs have it: the first counts.
        var i = block &* 32
        while abs(values[i]) < range.high { i &+= 1 }
        extreme = values[i]
      } else if isSigned {
        extreme = abs(extreme)
      }
      let d = LaneBlocks.bounded(extreme / (isSigned ? table.largest : table.least))
      let inverse = S.splat(d != 0 ? 1 / d : 0)
      S.storeBytes(referenceCodes(a * inverse, table, S.self), codes)
      S.storeBytes(referenceCodes(b * inverse, table, S.self), codes + 16)
      F.pack(codes: codes, d: Float16(d), into: out + block &* F.blockBytes)
      block &+= 1
    }
    codes.deallocate()
  }

  @inlinable @inline(__always)
  static func referenceCodes<S: InstructionSet>(
    _ v: Floats, _ table: LevelTable, _: S.Type
  ) -> Floats {
    guard table.origin == 0 else {
      return AffineBlockEncoder<Q4_1>.truncated(
        v + S.splat(0.5 - table.least), table.largest - table.least, S.self)
    }
    let bounded = S.minimum(S.maximum(v, S.splat(table.least)), S.splat(table.largest))
    let magnitude = S.magnitude(bounded)
    var nearest = S.rounded(magnitude)
    nearest.replace(with: nearest + S.splat(1), where: magnitude - nearest .== S.splat(0.5))
    return nearest.replacing(with: S.splat(0) - nearest, where: bounded .< S.splat(0))
  }
}
