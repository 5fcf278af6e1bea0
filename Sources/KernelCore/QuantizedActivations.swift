/// How a row of activations lies in memory once quantized, ready for integer dot products.
///
/// Activations keep 16 bits: `x ≈ scale * code`, one scale for 256 values. Eight bits would lose
/// more than the weights' own formats do on models with outliers: the greedy answers of a 135 M
/// model change.
///
/// A row is cut in groups of 256 values, the last one filled with zeros; the first groups of all
/// tokens come first, then the second ones, and so on. Each group holds four
/// steps of 64 codes, then sums of codes, which offsets and minimums are multiplied with, the
/// scale, and what `SharedProducts` takes off. Of each four codes in a step, the first and the
/// third lie in its first half and the others in its second: so bytes of weights meet them after a
/// mask and a shift.
public enum QuantizedActivations {
  /// Values in a group.
  @inlinable public static var groupSize: Int {
    @inline(__always) get { 256 }
  }
  /// Bytes in a step of 64 codes.
  @inlinable public static var stepBytes: Int {
    @inline(__always) get { 128 }
  }
  /// Where a group's sixteen negated sums of 16 codes begin.
  @inlinable public static var sumsOffset: Int {
    @inline(__always) get { 512 }
  }
  /// Where the negated sums of each 32 codes begin.
  @inlinable public static var wideSumsOffset: Int {
    @inline(__always) get { 576 }
  }
  /// Where a group's scale is.
  @inlinable public static var scaleOffset: Int {
    @inline(__always) get { 608 }
  }
  /// Where the negated sums of products of neighbouring codes begin, integers modulo 2³², of each 32
  /// codes.
  @inlinable public static var pairSumsOffset: Int {
    @inline(__always) get { 640 }
  }
  /// Where the negated sums of products of neighbouring codes begin of each 16 codes.
  @inlinable public static var smallPairSumsOffset: Int {
    @inline(__always) get { 672 }
  }
  /// Bytes in a group.
  @inlinable public static var groupBytes: Int {
    @inline(__always) get { 768 }
  }
  /// Groups in a row of `count` values.
  @inlinable @inline(__always)
  public static func groups(_ count: Int) -> Int { (count &+ 255) &>> 8 }

  /// A group's scale.
  @inlinable @inline(__always)
  public static func scale(_ group: UnsafeRawPointer) -> Float {
    group.load(fromByteOffset: scaleOffset, as: Float.self)
  }

  /// The largest code: a weight's code added to it is still a word.
  @inlinable static var largestCode: Float {
    @inline(__always) get { 32767 - 128 }
  }

  /// Quantizes one row of `count` values, writing its groups `stride` bytes apart.
  @inlinable @inline(__always)
  public static func quantize<S: InstructionSet>(
    _ x: UnsafePointer<Float>, count: Int, into out: UnsafeMutableRawPointer, stride: Int,
    _: S.Type
  ) {
    var start = 0
    var group = out
    while start < count {
      quantizeGroup(x + start, count &- start, into: group, S.self)
      start &+= groupSize
      group += stride
    }
  }

  /// Quantizes up to 256 of the `remaining` values.
  @inlinable @inline(__always)
  static func quantizeGroup<S: InstructionSet>(
    _ x: UnsafePointer<Float>, _ remaining: Int, into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    let scale = largest(x, remaining, S.self) / largestCode
    // A group too small to scale is zero to the last bit that matters.
    let inverse = S.splat(scale > 0x1p-112 ? 1 / scale : 0)
    let sums = (out + sumsOffset).assumingMemoryBound(to: Float.self)
    let wideSums = (out + wideSumsOffset).assumingMemoryBound(to: Float.self)
    (out + scaleOffset).storeBytes(of: scale, as: Float.self)
    var part = 0
    while part < 16 {
      let codes = S.rounded(load(x, remaining, part, S.self) * inverse)
      let even = out + ((part &>> 2) &* stepBytes &+ (part & 3) &* 16)
      S.storeWords(codes, even: even, odd: even + stepBytes / 2)
      sums[part] = -S.sum(codes)
      part &+= 1
    }
    var block = 0
    while block < 8 {
      wideSums[block] = sums[2 &* block] + sums[2 &* block &+ 1]
      block &+= 1
    }
    if S.sharesProducts { sumPairs(out, S.self) }
  }

  /// Writes the sums of products of neighbouring codes.
  @inlinable @inline(__always)
  static func sumPairs<S: InstructionSet>(_ group: UnsafeMutableRawPointer, _: S.Type) {
    var step = 0
    while step < 4 {
      let codes = group + step &* stepBytes
      let products = S.products(S.loadBits(codes), S.loadBits(codes + stepBytes / 2))
      let negated = S.subtractIntegers(Bits(repeating: 0), products)
      let sixteen = unsafeBitCast(negated, to: SIMD16<Int32>.self)
      let eight = sixteen.evenHalf &+ sixteen.oddHalf
      let four = eight.evenHalf &+ eight.oddHalf
      (group + (smallPairSumsOffset &+ step &* 16)).storeBytes(of: four, as: SIMD4<Int32>.self)
      (group + (pairSumsOffset &+ step &* 8)).storeBytes(
        of: four.evenHalf &+ four.oddHalf, as: SIMD2<Int32>.self)
      step &+= 1
    }
  }

  /// The largest magnitude of a group.
  @inlinable @inline(__always)
  static func largest<S: InstructionSet>(
    _ x: UnsafePointer<Float>, _ remaining: Int, _: S.Type
  ) -> Float {
    var largest = S.splat(0)
    var part = 0
    while part < 16 {
      largest = S.maximum(largest, S.magnitude(load(x, remaining, part, S.self)))
      part &+= 1
    }
    return S.largest(largest)
  }

  /// Sixteen values of a group; zeros beyond the row.
  @inlinable @inline(__always)
  static func load<S: InstructionSet>(
    _ x: UnsafePointer<Float>, _ remaining: Int, _ part: Int, _: S.Type
  ) -> Floats {
    let first = part &* 16
    if remaining &- first >= 16 { return S.load(x + first) }
    return S.load(x + first, count: remaining > first ? remaining &- first : 0)
  }
}
