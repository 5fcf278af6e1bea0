/// How a row of activations lies in memory as bytes, for products of many tokens.
///
/// `x ≈ scale * code`, codes from −127 to 127, one scale for 32 values. What that rounds away of an
/// ordinary block is about what Q8_0 has rounded away of the weights, and small beside what formats
/// of fewer bits have. But the error of a block grows with its largest value, and models have some
/// that are a hundred times the others: where that value is more than `heaviest` times the row's
/// root mean square, the block is heavy, and what the codes leave over is kept as a second code for
/// each value, in 256ths of the scale. (That a few columns need more bits than all others is from
/// LLM.int8(), Dettmers and others 2022.)
///
/// A row is cut in groups of 256 values, the last one filled with zeros; the first groups of all
/// tokens come first, then the second ones, and so on. Bytes are codes plus 128: the unsigned side
/// of a product. A token's values do not depend on the tokens beside it.
public enum ByteActivations {
  /// How many times the row's root mean square the largest value of a block may be, before the
  /// block keeps second codes.
  ///
  /// On a model of 135 M weights and heavy outliers, second codes lower the divergence that rounding
  /// brings to a quarter.
  @inlinable static var heaviest: Float {
    @inline(__always) get { 6 }
  }
  /// What is added to a code.
  @inlinable static var offset: UInt8 {
    @inline(__always) get { 128 }
  }
  /// Where the eight scales begin.
  @inlinable static var scalesOffset: Int {
    @inline(__always) get { 256 }
  }
  /// Where the negated sums of each 32 values begin.
  @inlinable static var sumsOffset: Int {
    @inline(__always) get { 288 }
  }
  /// Where the negated sums of each 16 values begin.
  @inlinable static var smallSumsOffset: Int {
    @inline(__always) get { 320 }
  }
  /// Where a word is that has a bit for each heavy block.
  @inlinable static var heavyOffset: Int {
    @inline(__always) get { 384 }
  }
  /// A bit for each heavy block of a group.
  @inlinable @inline(__always)
  static func heavyBlocks(_ group: UnsafeRawPointer) -> UInt32 {
    (group + heavyOffset).load(as: UInt32.self)
  }
  /// Where the second codes begin; only those of heavy blocks mean anything.
  @inlinable static var secondOffset: Int {
    @inline(__always) get { 448 }
  }
  /// Bytes in a group.
  @inlinable public static var groupBytes: Int {
    @inline(__always) get { 704 }
  }

  /// Quantizes one row.
  ///
  /// - `x`: The values.
  /// - `count`: How many there are.
  /// - `out`: Its first group.
  /// - `stride`: The bytes from one group to the next.
  @inlinable @inline(never)
  public static func quantize<S: InstructionSet>(
    _ x: UnsafePointer<Float>, count: Int, into out: UnsafeMutableRawPointer, stride: Int, _: S.Type
  ) {
    let limit = limit(x, count, heaviest, S.self)
    var start = 0
    var group = out
    while start < count {
      quantizeGroup(x + start, count &- start, limit, into: group, S.self)
      start &+= QuantizedActivations.groupSize
      group += stride
    }
  }

  /// Quantizes up to 256 of the `remaining` values.
  @inlinable @inline(__always)
  static func quantizeGroup<S: InstructionSet>(
    _ x: UnsafePointer<Float>, _ remaining: Int, _ limit: Float,
    into group: UnsafeMutableRawPointer, _: S.Type
  ) {
    var sixteens = S.splat(0)
    S.transpose { part in
      unsafeBitCast(
        S.magnitude(QuantizedActivations.load(x, remaining, part, S.self)), to: Bits.self)
    } into: { _, magnitudes in
      sixteens = S.maximum(sixteens, unsafeBitCast(magnitudes, to: Floats.self))
    }
    let (even, odd) = (sixteens.evenHalf, sixteens.oddHalf)
    let largest = even.replacing(with: odd, where: odd .> even)
    let scales = largest / 127
    // A block too small to scale is zero to the last bit that matters.
    let inverses = (1 / scales).replacing(with: 0, where: scales .<= 0x1p-112)
    var sums = S.splat(0)
    S.transpose { part in
      let inverse = S.splat(inverses[part &>> 1])
      let codes = S.rounded(QuantizedActivations.load(x, remaining, part, S.self) * inverse)
      S.storeBytes(codes, group + part &* 16)
      return unsafeBitCast(codes, to: Bits.self)
    } into: { _, codes in
      sums += unsafeBitCast(codes, to: Floats.self)
    }
    let flip = S.splatByte(offset)
    var step = 0
    while step < 4 {
      let codes = group + step &* 64
      S.storeBits(S.loadBits(codes) ^ flip, codes)
      step &+= 1
    }
    sums *= S.eachTwice(Floats(lowHalf: -scales, highHalf: -scales))
    (group + scalesOffset).storeBytes(of: scales, as: SIMD8<Float>.self)
    (group + smallSumsOffset).storeBytes(of: sums, as: Floats.self)
    (group + sumsOffset).storeBytes(of: sums.evenHalf + sums.oddHalf, as: SIMD8<Float>.self)
    let heavy = keepSecondCodes(x, remaining, limit, largest, of: group, S.self)
    (group + heavyOffset).storeBytes(of: heavy, as: UInt32.self)
  }

  /// Quantizes the heavy blocks of a group anew; returns a bit for each.
  @inlinable @inline(__always)
  static func keepSecondCodes<S: InstructionSet>(
    _ x: UnsafePointer<Float>, _ remaining: Int, _ limit: Float, _ largest: SIMD8<Float>,
    of group: UnsafeMutableRawPointer, _: S.Type
  ) -> UInt32 {
    guard any(largest .> limit) else { return 0 }
    var heavy: UInt32 = 0
    var block = 0
    while block < 8 {
      if largest[block] > limit {
        heavy |= 1 &<< UInt32(truncatingIfNeeded: block)
        let scale = (group + (scalesOffset &+ block &* 4)).load(as: Float.self)
        let low = keepSecondCodes(x, remaining, 2 &* block, scale, of: group, S.self)
        let high = keepSecondCodes(x, remaining, 2 &* block &+ 1, scale, of: group, S.self)
        (group + (sumsOffset &+ block &* 4)).storeBytes(of: low + high, as: Float.self)
      }
      block &+= 1
    }
    return heavy
  }

  /// Quantizes sixteen values with second codes, and returns their negated sum.
  @inlinable @inline(__always)
  static func keepSecondCodes<S: InstructionSet>(
    _ x: UnsafePointer<Float>, _ remaining: Int, _ part: Int, _ scale: Float,
    of group: UnsafeMutableRawPointer, _: S.Type
  ) -> Float {
    let inverse = S.splat(scale > 0x1p-112 ? 256 / scale : 0)
    let whole = S.rounded(QuantizedActivations.load(x, remaining, part, S.self) * inverse)
    // A bit more than a half goes up: what is left over is then at most 127.
    let codes = S.rounded(S.multiplyAdd(S.splat(0x1p-10), whole, S.splat(0x1p-8)))
    let codesOut = group + part &* 16
    store(codes, codesOut, S.self)
    store(whole - codes * S.splat(256), codesOut + secondOffset, S.self)
    let sum = -scale * 0x1p-8 * S.sum(whole)
    (group + (smallSumsOffset &+ part &* 4)).storeBytes(of: sum, as: Float.self)
    return sum
  }

  /// Writes sixteen codes.
  @inlinable @inline(__always)
  static func store<S: InstructionSet>(
    _ codes: Floats, _ out: UnsafeMutableRawPointer, _: S.Type
  ) {
    S.storeBytes(codes, out)
    let bytes = out.loadUnaligned(as: SIMD16<UInt8>.self) ^ SIMD16(repeating: offset)
    out.storeBytes(of: bytes, as: SIMD16<UInt8>.self)
  }

  /// The largest value of what is not heavy: so many times the root mean square.
  ///
  /// Where squares are infinite, all is heavy.
  @inlinable @inline(__always)
  static func limit<S: InstructionSet>(
    _ x: UnsafePointer<Float>, _ count: Int, _ heaviest: Float, _: S.Type
  ) -> Float {
    var squares = S.splat(0)
    var part = 0
    while part &* 16 < count {
      let values = QuantizedActivations.load(x, count, part, S.self)
      squares = S.multiplyAdd(squares, values, values)
      part &+= 1
    }
    let limit = heaviest * (S.sum(squares) / Float(count)).squareRoot()
    return limit.isFinite ? limit : 0
  }
}
