import BlockFormats

/// The levels that codes stand for: `least`, `least + 1`, … or a table's.
@frozen public struct LevelTable {
  /// The least level.
  @usableFromInline let least: Float
  /// The largest level.
  @usableFromInline let largest: Float
  /// The level of code 0: the least, or 0 where codes are signed.
  @usableFromInline let origin: Float
  /// Fifteen bounds between a table's levels, then the fifteen gaps; nil without a table.
  @usableFromInline let steps: UnsafeMutablePointer<Float>?

  /// Levels without gaps.
  @inlinable @inline(__always)
  init(least: Int, largest: Int) {
    self.least = Float(least)
    self.largest = Float(largest)
    origin = largest == -least ? 0 : Float(least)
    steps = nil
  }

  /// A table of sixteen; ends with `deallocate`.
  @inlinable @inline(__always)
  init(_ table: UnsafePointer<Float>) {
    least = table[0]
    largest = table[15]
    origin = least
    let steps = UnsafeMutablePointer<Float>.allocate(capacity: 30)
    var i = 0
    while i < 15 {
      steps[i] = (table[i] + table[i &+ 1]) / 2
      steps[i &+ 15] = table[i &+ 1] - table[i]
      i &+= 1
    }
    self.steps = steps
  }

  @inlinable @inline(__always)
  func deallocate() { steps?.deallocate() }

  /// The mean distance of levels.
  @inlinable var step: Float {
    @inline(__always) get { steps == nil ? 1 : (largest - least) / 15 }
  }

  /// The nearest level to each lane.
  @inlinable @inline(__always)
  func level<S: InstructionSet>(_ v: Floats, _: S.Type) -> Floats {
    guard let steps else {
      return S.rounded(S.minimum(S.maximum(v, S.splat(least)), S.splat(largest)))
    }
    // Two sums, so that fewer additions wait for each other.
    var (even, odd) = (S.splat(least), S.splat(0))
    var i = 0
    while i < 14 {
      even.replace(with: even + S.splat(steps[i &+ 15]), where: v .> S.splat(steps[i]))
      odd.replace(with: odd + S.splat(steps[i &+ 16]), where: v .> S.splat(steps[i &+ 1]))
      i &+= 2
    }
    even.replace(with: even + S.splat(steps[29]), where: v .> S.splat(steps[14]))
    return even + odd
  }

  /// The code of the nearest level to each lane.
  @inlinable @inline(__always)
  func code<S: InstructionSet>(_ v: Floats, _: S.Type) -> Floats {
    guard let steps else { return level(v, S.self) - S.splat(origin) }
    var code = S.splat(0)
    var i = 0
    while i < 15 {
      code.replace(with: code + S.splat(1), where: v .> S.splat(steps[i]))
      i &+= 1
    }
    return code
  }
}
