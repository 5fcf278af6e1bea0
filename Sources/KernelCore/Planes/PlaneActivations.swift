/// How a row of activations lies in memory as one byte for each value or two, for products with one
/// vector or a few.
///
/// `x ≈ scale * (255 * high + low)`, both codes from −127 to 127, one scale for a group of 256 values.
/// All first codes of a group lie together, and all second ones: each plane is multiplied like
/// the other, by instructions for bytes. The two together are sixteen bits, as in
/// `QuantizedActivations`. Where a caller lets values be rounded, a group has second codes only if it
/// is heavy: if its largest value is more than `heaviest` times the row's root mean square (see
/// `ByteActivations`).
///
/// Four groups make a quad, the last one filled with zeros; the first quads of all tokens come first,
/// then the second ones, and so on. A quad holds the groups' codes, and then what offsets and
/// minimums are multiplied with.
public enum PlaneActivations {
  /// How many times the row's root mean square the largest value of a group may be before the group
  /// keeps second codes.
  ///
  /// On a model of 135 M weights and heavy outliers, rounding so brings a divergence of 0.0003 nats;
  /// with 3 it is 0.00015, with 6 it is 0.001, and without second codes 0.02.
  @inlinable public static var heaviest: Float {
    @inline(__always) get { 4 }
  }
  /// Groups in a quad.
  @inlinable static var groups: Int {
    @inline(__always) get { 4 }
  }
  /// Bytes of a group's codes: the first ones, then the second ones.
  @inlinable static var codesBytes: Int {
    @inline(__always) get { 512 }
  }
  /// Where a group's second codes begin, from its first ones.
  @inlinable static var lowOffset: Int {
    @inline(__always) get { 256 }
  }
  /// Where the groups' sums of each 32 values begin, eight floats, and after them eight zeros.
  @inlinable static var sumsOffset: Int {
    @inline(__always) get { 2048 }
  }
  /// Where the eight zeros begin, and after them the negated sums: what eight scales and eight
  /// minimums are multiplied with for the minimums' share.
  @inlinable static var minimumSumsOffset: Int {
    @inline(__always) get { sumsOffset + 32 }
  }
  /// Bytes of a group's sums.
  @inlinable static var sumsBytes: Int {
    @inline(__always) get { 128 }
  }
  /// Where the groups' sums of 16 first codes begin, 64 bytes for each: of the first block two words
  /// and two zeros, then likewise of the fifth, the second, the sixth and so on, as
  /// `InstructionSet.neighbourSums` lie.
  @inlinable static var pairSumsOffset: Int {
    @inline(__always) get { 2560 }
  }
  /// Bytes of a group's pairs of sums.
  @inlinable static var pairSumsBytes: Int {
    @inline(__always) get { 64 }
  }
  /// Where the same sums of second codes begin, from those of the first.
  @inlinable static var lowPairSumsOffset: Int {
    @inline(__always) get { 256 }
  }
  /// Where the four groups' sums of 16 first codes begin, as words: of the parts at even places eight
  /// for each group, then of those at odd places.
  @inlinable static var smallSumsOffset: Int {
    @inline(__always) get { 3072 }
  }
  /// Where the sums of 32 first codes begin: for each group two zeros, the sums of blocks 0 and 2, two
  /// zeros, and those of 4 and 6; then likewise of the blocks after them.
  @inlinable static var wideSumsOffset: Int {
    @inline(__always) get { 3200 }
  }
  /// Where the same sums of second codes begin, from those of the first.
  @inlinable static var lowSumsOffset: Int {
    @inline(__always) get { 256 }
  }
  /// Where the first codes' scales begin, four times each.
  @inlinable static var scalesOffset: Int {
    @inline(__always) get { 3584 }
  }
  /// Where the second codes' scales begin, from those of the first.
  @inlinable static var lowScalesOffset: Int {
    @inline(__always) get { 64 }
  }
  /// Where a word is that has a bit for each group with second codes.
  @inlinable static var heavyOffset: Int {
    @inline(__always) get { 3712 }
  }
  /// Bytes in a quad.
  @inlinable public static var quadBytes: Int {
    @inline(__always) get { 3776 }
  }

  /// Quads in a row of `count` values.
  @inlinable @inline(__always)
  public static func quads(_ count: Int) -> Int { (count &+ 1023) &>> 10 }

  /// A bit for each group of a quad that has second codes.
  @inlinable @inline(__always)
  static func heavyGroups(_ quad: UnsafeRawPointer) -> UInt32 {
    (quad + heavyOffset).load(as: UInt32.self)
  }

  /// Whether a group has second codes.
  @inlinable @inline(__always)
  static func hasSecondCodes(_ group: Int, of quad: UnsafeRawPointer) -> Bool {
    heavyGroups(quad) & (1 &<< UInt32(truncatingIfNeeded: group)) != 0
  }

  /// The scale of a group's first codes.
  @inlinable @inline(__always)
  static func scale(_ group: Int, of quad: UnsafeRawPointer) -> Float {
    (quad + (scalesOffset &+ 16 &* group)).load(as: Float.self)
  }

  /// The scale of a group's second codes.
  @inlinable @inline(__always)
  static func lowScale(_ group: Int, of quad: UnsafeRawPointer) -> Float {
    scale(group, of: quad + lowScalesOffset)
  }

  /// Quantizes one row.
  ///
  /// - `x`: The values.
  /// - `count`: How many there are.
  /// - `order`: The order of a group's parts.
  /// - `heaviest`: How many times the root mean square the largest value of a group without second
  ///   codes may be; zero if all groups are to have them.
  /// - `out`: Its first quad, at a multiple of 64.
  /// - `stride`: The bytes from one quad to the next.
  @inlinable @inline(never)
  public static func quantize<S: InstructionSet>(
    _ x: UnsafePointer<Float>, count: Int, order: GroupOrder, heaviest: Float,
    into out: UnsafeMutableRawPointer, stride: Int, _: S.Type
  ) {
    let limit = heaviest > 0 ? ByteActivations.limit(x, count, heaviest, S.self) : 0
    let places = order.inverse
    var start = 0
    var quad = out
    while start < count {
      var heavy: UInt32 = 0
      var group = 0
      while group < groups {
        let first = start &+ group &* QuantizedActivations.groupSize
        if quantizeGroup(
          x + min(first, count), max(count &- first, 0), places, limit, group, of: quad, S.self)
        {
          heavy |= 1 &<< UInt32(truncatingIfNeeded: group)
        }
        group &+= 1
      }
      (quad + heavyOffset).storeBytes(of: heavy, as: UInt32.self)
      start &+= groups &* QuantizedActivations.groupSize
      quad += stride
    }
  }

  /// Quantizes up to 256 of the `remaining` values; returns whether they have second codes.
  @inlinable @inline(__always)
  static func quantizeGroup<S: InstructionSet>(
    _ x: UnsafePointer<Float>, _ remaining: Int, _ places: GroupOrder, _ limit: Float,
    _ group: Int, of quad: UnsafeMutableRawPointer, _: S.Type
  ) -> Bool {
    let largest = QuantizedActivations.largest(x, remaining, S.self)
    let isHeavy = largest > limit
    let highScale = largest / 127
    let lowScale = isHeavy ? highScale / 255 : 0
    // A group too small to scale is zero to the last bit that matters.
    let inverse = S.splat(highScale > 0x1p-112 ? (isHeavy ? 255 : 1) / highScale : 0)
    let codes = quad + group &* codesBytes
    var high = S.splat(0)
    var low = S.splat(0)
    if isHeavy {
      let (one, many) = (S.splat(1 / 255), S.splat(255))
      S.transpose { part in
        let all = S.rounded(QuantizedActivations.load(x, remaining, part, S.self) * inverse)
        let first = S.rounded(all * one)
        let second = all - first * many
        let out = codes + places.part(at: part) &* 16
        S.storeBytes(first, out)
        S.storeBytes(second, out + lowOffset)
        // Both in one lane.
        return unsafeBitCast(first * S.splat(4096) + second, to: Bits.self)
      } into: { _, both in
        let both = unsafeBitCast(both, to: Floats.self)
        let first = S.rounded(both * S.splat(0x1p-12))
        high += first
        low += both - first * S.splat(4096)
      }
    } else {
      S.transpose { part in
        let all = S.rounded(QuantizedActivations.load(x, remaining, part, S.self) * inverse)
        S.storeBytes(all, codes + places.part(at: part) &* 16)
        return unsafeBitCast(all, to: Bits.self)
      } into: { _, all in
        high += unsafeBitCast(all, to: Floats.self)
      }
    }
    storeSums(high, group, of: quad, S.self)
    storeSums(low, group, of: quad + lowSumsOffset, S.self)
    storePairs(group, quad + smallSumsOffset, to: quad + pairSumsOffset)
    storePairs(
      group, quad + (smallSumsOffset &+ lowSumsOffset),
      to: quad + (pairSumsOffset &+ lowPairSumsOffset))
    let sums = high * S.splat(highScale) + low * S.splat(lowScale)
    let wide = sums.evenHalf + sums.oddHalf
    let out = quad + (sumsOffset &+ group &* sumsBytes)
    out.storeBytes(of: Floats(lowHalf: wide, highHalf: SIMD8(repeating: 0)), as: Floats.self)
    (out + 64).storeBytes(of: -wide, as: SIMD8<Float>.self)
    let scales = quad + (scalesOffset &+ group &* 16)
    scales.storeBytes(of: SIMD4(repeating: highScale), as: SIMD4<Float>.self)
    (scales + lowScalesOffset).storeBytes(of: SIMD4(repeating: lowScale), as: SIMD4<Float>.self)
    return isHeavy
  }

  /// Writes the sums of a group's parts, and of each two, as words.
  @inlinable @inline(__always)
  static func storeSums<S: InstructionSet>(
    _ sums: Floats, _ group: Int, of quad: UnsafeMutableRawPointer, _: S.Type
  ) {
    let small = quad + (smallSumsOffset &+ group &* 16)
    S.storeWords(sums, even: small, odd: small + 64)
    let words = small.load(as: SIMD8<Int16>.self) &+ (small + 64).load(as: SIMD8<Int16>.self)
    let wide = quad + (wideSumsOffset &+ group &* 16)
    wide.storeBytes(
      of: SIMD8(0, 0, words[0], words[2], 0, 0, words[4], words[6]), as: SIMD8<Int16>.self)
    (wide + 64).storeBytes(
      of: SIMD8(0, 0, words[1], words[3], 0, 0, words[5], words[7]), as: SIMD8<Int16>.self)
  }

  /// Writes the sums of a group's parts, two for each block.
  @inlinable @inline(__always)
  static func storePairs(
    _ group: Int, _ sums: UnsafeRawPointer, to pairs: UnsafeMutableRawPointer
  ) {
    let sums = sums + group &* 16
    let pairs = pairs + group &* pairSumsBytes
    var block = 0
    while block < 8 {
      let even = (sums + 2 &* block).load(as: UInt16.self)
      let odd = (sums + (64 &+ 2 &* block)).load(as: UInt16.self)
      let place = block < 4 ? 2 &* block : 2 &* (block &- 4) &+ 1
      (pairs + place &* 8).storeBytes(
        of: UInt64(truncatingIfNeeded: even) | UInt64(truncatingIfNeeded: odd) &<< 16,
        as: UInt64.self)
      block &+= 1
    }
  }
}
