/// Sixteen float lanes: one AVX-512 register, or two of AVX2, or four of the baseline.
public typealias Floats = SIMD16<Float>

/// Sixty-four bytes of integers, read as the word that uses them says.
public typealias Bits = SIMD8<Int64>

/// Four vectors of integers.
public typealias FourBits = (Bits, Bits, Bits, Bits)

/// Sixteen bytes of integers.
public typealias SixteenBytes = SIMD2<Int64>

/// The vector vocabulary in which every kernel is written.
///
/// Each word is one or a few instructions. Every set works on the same sixteen lanes, so that a
/// kernel adds in the same order, and gives the same result to the last bits, on all of them.
/// Words are static functions over raw pointers and vectors, always inlined, so that code for a
/// wide set cannot leak into functions that other sets share.
public protocol InstructionSet: SendableMetatype {
  /// The name by which `PHI_KERNELS` asks for the set.
  static var name: String { get }

  // MARK: Floats

  /// Sixteen floats at any alignment.
  static func load(_ p: UnsafePointer<Float>) -> Floats
  /// Writes sixteen floats at any alignment.
  static func store(_ v: Floats, _ p: UnsafeMutablePointer<Float>)
  /// Sixteen half-precision values, widened.
  static func loadHalf(_ p: UnsafeRawPointer) -> Floats
  /// One half-precision value, widened.
  static func half(_ bits: UInt16) -> Float
  /// Sixteen bfloat16 values, widened.
  static func loadBFloat16(_ p: UnsafeRawPointer) -> Floats
  /// The same value in all lanes.
  static func splat(_ x: Float) -> Floats
  /// `x` in the low eight lanes and `y` in the high eight.
  static func pair(_ x: Float, _ y: Float) -> Floats
  /// `sum + a * b`, rounded once where the set can.
  static func multiplyAdd(_ sum: Floats, _ a: Floats, _ b: Floats) -> Floats
  /// `a * b` where some lanes of `b` are constants such as 1: the compiler takes the operator
  /// apart for them.
  static func product(_ a: Floats, _ b: Floats) -> Floats
  /// The sum of all lanes: of the halves, then of the sum's halves, and so on.
  static func sum(_ v: Floats) -> Float
  /// The larger of each pair of lanes.
  static func maximum(_ a: Floats, _ b: Floats) -> Floats
  /// The smaller of each pair of lanes.
  static func minimum(_ a: Floats, _ b: Floats) -> Floats
  /// Each lane without its sign.
  static func magnitude(_ a: Floats) -> Floats
  /// Each lane rounded to the nearest integer, ties to even.
  static func rounded(_ a: Floats) -> Floats
  /// Two to the power of each (integral, −126…127) lane.
  static func exp2Integral(_ a: Floats) -> Floats
  /// Sixteen 32-bit integers as floats.
  static func floats(_ integers: Bits) -> Floats
  /// Sixteen values of six bits in twelve bytes, as Q4_K has them, as integers: of the eight scales
  /// and of the eight minimums, the first four lie in the low six bits, and the last four have
  /// nibbles of their own and their high bits above the first four. Four more bytes can be read.
  static func sixBits(_ p: UnsafeRawPointer) -> Bits
  /// The word in all lanes of 32 bits, each shifted right by a count of its own.
  static func shiftedRight(_ word: UInt32, by counts: SIMD16<UInt32>) -> Bits
  /// Sixteen unsigned bytes as floats.
  static func floats(unsigned bytes: SixteenBytes) -> Floats
  /// Sixteen signed bytes as floats.
  static func floats(signed bytes: SixteenBytes) -> Floats
  /// The half-precision value at `p`, widened, in all lanes.
  static func splatHalf(_ p: UnsafeRawPointer) -> Floats
  /// Eight half-precision values, four in each word, widened into the low lanes.
  static func halves(_ low: UInt64, _ high: UInt64) -> Floats
  /// Eight half-precision values, `stride` bytes apart, widened into the low lanes; the high lanes
  /// are any of them, or zeros. The stride is 26 at most, and eight strides' bytes can be read.
  static func gatherHalves(_ p: UnsafeRawPointer, stride: Int) -> Floats
  /// Eight pairs of half-precision values, `stride` bytes apart, likewise: the firsts in the low lanes,
  /// the seconds in the high ones.
  static func gatherHalfPairs(_ p: UnsafeRawPointer, stride: Int) -> Floats
  /// The low half of a word as a half-precision value in the low eight lanes, and the high half
  /// in the high eight.
  static func halfPair(_ bits: UInt32) -> Floats
  /// The low eight lanes of `x`, then those of `y`.
  static func join(_ x: Floats, _ y: Floats) -> Floats
  /// Each of the low eight lanes twice.
  static func eachTwice(_ v: Floats) -> Floats
  /// Each of the low eight lanes twice, as `neighbourSums` and `distantSums` lie of the first four
  /// blocks' lanes and the last four's: 0 0 4 4, 1 1 5 5 and so on.
  static func eachForSums(_ v: Floats) -> Floats
  /// `eachForSums` of `gatherHalves`.
  static func gatherHalvesForSums(_ p: UnsafeRawPointer, stride: Int) -> Floats
  /// Four lanes, each repeated four times. The first two are lanes of the same half, and so are the
  /// last two.
  static func spread(_ v: Floats, _ lanes: (Int, Int, Int, Int)) -> Floats

  // MARK: Bytes

  /// Sixty-four bytes at any alignment.
  static func loadBits(_ p: UnsafeRawPointer) -> Bits
  /// Writes sixty-four bytes at any alignment.
  static func storeBits(_ v: Bits, _ p: UnsafeMutableRawPointer)
  /// Thirty-two bytes from each pointer.
  static func loadHalves(_ p: UnsafeRawPointer, _ q: UnsafeRawPointer) -> Bits
  /// The 32 bytes at `p`, then the same shifted right by `shift` in lanes of 16 bits.
  static func loadTwice(_ p: UnsafeRawPointer, thenShifted shift: Int) -> Bits
  /// Sixteen bytes at `p`, and at one, two and three strides after it: an even number, 24 at most. All
  /// of the 64 bytes at `p` can be read.
  static func loadQuarters(_ p: UnsafeRawPointer, stride: Int) -> Bits
  /// Sixteen bytes from each pointer.
  static func loadQuarters(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeRawPointer, _ d: UnsafeRawPointer
  ) -> Bits
  /// Of each quarter, four of its lanes of 32 bits.
  static func lanes(_ v: Bits, _ lanes: (Int, Int, Int, Int)) -> Bits
  /// Each quarter's four lanes of 32 bits shifted right, each by a count of its own, up to 32.
  static func shiftedRight(_ v: Bits, lanesBy counts: SIMD4<UInt32>) -> Bits
  /// Sixteen bytes at `p`, the same shifted right by 4, and likewise of `q`.
  static func loadNibbles(_ p: UnsafeRawPointer, _ q: UnsafeRawPointer) -> Bits
  /// The same bytes or others: the compiler cannot use again what it has computed with these.
  static func varied(_ v: Bits) -> Bits
  /// The same byte in all lanes.
  static func splatByte(_ x: UInt8) -> Bits
  /// Lanes of 16 bits shifted right; a byte's high bits receive its neighbour's and need a mask.
  static func shiftedRight(_ v: Bits, _ count: Int) -> Bits
  /// Lanes of 16 bits shifted left; a byte's low bits receive its neighbour's and need a mask.
  static func shiftedLeft(_ v: Bits, _ count: Int) -> Bits
  /// A byte of ones for every set bit, the lowest first.
  static func expandBits(_ bits: UInt64) -> Bits
  /// `v`, and in each quarter a number in every byte whose bit is set in the first two bytes of `bits`,
  /// or in the two after those, the lowest first: `v` has none of the number's bits.
  static func add(_ number: UInt8, to v: Bits, where bits: Bits, ofPair pair: Int) -> Bits
  /// The entry of a 16-byte table for each byte in 0…15, and zero for those from 128 on.
  static func lookUp(_ indices: Bits, in table: SIMD2<Int64>) -> Bits
  /// Writes sixteen lanes, rounded to nearest even, as signed bytes.
  static func storeBytes(_ v: Floats, _ p: UnsafeMutableRawPointer)
  /// Asks for the cache line at `p`, which need not exist.
  static func prefetch(_ p: UnsafeRawPointer)

  // MARK: Words of 16 bits

  /// The same word in all lanes.
  static func splatWord(_ x: Int16) -> Bits
  /// The two words at `p`, in all lanes of 32 bits.
  static func splatPair(_ p: UnsafeRawPointer) -> Bits
  /// The high byte of each word, its sign extended.
  static func signedOddBytes(_ v: Bits) -> Bits
  /// Sum of words, wrapping.
  static func addWords(_ a: Bits, _ b: Bits) -> Bits
  /// Difference of words, wrapping.
  static func subtractWords(_ a: Bits, _ b: Bits) -> Bits
  /// Sum of lanes of 32 bits, wrapping.
  static func addIntegers(_ a: Bits, _ b: Bits) -> Bits
  /// Difference of lanes of 32 bits, wrapping.
  static func subtractIntegers(_ a: Bits, _ b: Bits) -> Bits
  /// Sixteen sums of two products of signed words, in lanes of 32 bits.
  static func products(_ a: Bits, _ b: Bits) -> Bits
  /// `sum + products(a, b)`.
  static func addProducts(_ sum: Bits, _ a: Bits, _ b: Bits) -> Bits
  /// Lanes of 32 bits, of which two vectors' sixteen bits are enough, as words: where `a`'s and `b`'s
  /// lie in a quarter is the set's affair.
  static func packed(_ a: Bits, _ b: Bits) -> Bits
  /// For each quarter two of the sixteen bytes at `p`, each as four words, which lie like those of
  /// `packed`: by default one's beside each other and then the other's.
  static func lowWords(
    _ p: UnsafeRawPointer, _ a: (Int, Int, Int, Int), _ b: (Int, Int, Int, Int)
  ) -> Bits
  /// The same as the high bytes of words.
  static func highWords(
    _ p: UnsafeRawPointer, _ a: (Int, Int, Int, Int), _ b: (Int, Int, Int, Int)
  ) -> Bits
  /// Words of two products of unsigned bytes with signed ones, whose sum must have room.
  static func byteProducts(unsigned: Bits, signed: Bits) -> Bits
  /// In each quarter, sums of neighbouring lanes of 32 bits, `a`'s and then `b`'s. Lanes fit in 16
  /// bits.
  static func neighbourSums(_ a: Bits, _ b: Bits) -> Bits
  /// In each quarter, the first two lanes of 32 bits plus the last two, `a`'s and then `b`'s.
  static func distantSums(_ a: Bits, _ b: Bits) -> Bits
  /// `sum`, and to each lane of 32 bits four products of signed bytes, of which `b`'s are −127 or more.
  static func addSignedProducts(_ sum: Bits, _ a: Bits, _ b: Bits) -> Bits
  /// `sum`, and to each lane of 32 bits four products of unsigned bytes with signed ones, where one
  /// side's are of a magnitude up to `largestByte`.
  static func addByteProducts(_ sum: Bits, unsigned: Bits, signed: Bits) -> Bits
  /// `addByteProducts` of two operands on either side.
  static func addByteProducts(
    _ sum: Bits, unsigned: (Bits, Bits), signed: (Bits, Bits)
  ) -> Bits
  /// Difference of bytes, wrapping.
  static func subtractBytes(_ a: Bits, _ b: Bits) -> Bits
  /// In each lane of 32 bits two values as bfloat16, rounded to nearest even.
  ///
  /// This and `addPairProducts` are for kernels that round: a processor may have the set without
  /// them.
  static func pairs(_ low: Floats, _ high: Floats) -> Bits
  /// Thirty-two values as bfloat16, rounded to nearest even: in lanes of 32 bits, of each four values
  /// the first and the third, then the second and the fourth.
  static func pairsOfFours(_ low: Floats, _ high: Floats) -> Bits
  /// The same of words of 16 bits.
  static func pairsOfFours(_ words: Bits) -> Bits
  /// `sum`, and to each lane the two products of a lane's pairs of bfloat16.
  static func addPairProducts(_ sum: Floats, _ a: Bits, _ b: Bits) -> Floats
  /// Rounds sixteen lanes to nearest even and writes them as words: of each four, the first and
  /// the third side by side at `even`, the second and the fourth at `odd`.
  static func storeWords(_ v: Floats, even: UnsafeMutableRawPointer, odd: UnsafeMutableRawPointer)
  /// Four rows of lanes of 32 bits, transposed within each quarter of 128 bits.
  static func transposeLanes(_ a: Bits, _ b: Bits, _ c: Bits, _ d: Bits) -> FourBits
  /// Four rows of quarters of 128 bits, transposed.
  static func transposeQuarters(_ a: Bits, _ b: Bits, _ c: Bits, _ d: Bits) -> FourBits

  // MARK: Registers

  /// Whether tiles of two rows of lanes by six tokens fit in registers.
  static var hasWideTiles: Bool { get }
  /// Whether sums of several tokens beside each other's weights stay in registers.
  static var hasTokenTiles: Bool { get }
  /// Whether panels are made for `SharedProducts`.
  static var sharesProducts: Bool { get }
  /// The largest magnitude of one side's bytes in `addByteProducts`: some sets add up in 16 bits.
  static var largestByte: Int { get }
}

extension InstructionSet {
  /// One half-precision value, by the conversion that the set has.
  @inlinable @inline(__always)
  public static func half(_ bits: UInt16) -> Float { Float(Float16(bitPattern: bits)) }

  @inlinable @inline(__always)
  public static func join(_ x: Floats, _ y: Floats) -> Floats {
    Floats(lowHalf: x.lowHalf, highHalf: y.lowHalf)
  }

  @inlinable @inline(__always)
  public static func splatHalf(_ p: UnsafeRawPointer) -> Floats {
    splat(half(p.loadUnaligned(as: UInt16.self)))
  }

  @inlinable @inline(__always)
  public static func gatherHalves(_ p: UnsafeRawPointer, stride: Int) -> Floats {
    gatherHalvesByIntegers(p, stride: stride)
  }

  /// `gatherHalves` with units that most loops leave idle, at any stride.
  @inlinable @inline(__always)
  public static func gatherHalvesByIntegers(_ p: UnsafeRawPointer, stride: Int) -> Floats {
    halves(gatherWords(p, stride), gatherWords(p + 4 &* stride, stride))
  }

  @inlinable @inline(__always)
  public static func gatherHalfPairs(_ p: UnsafeRawPointer, stride: Int) -> Floats {
    join(gatherHalves(p, stride: stride), gatherHalves(p + 2, stride: stride))
  }

  /// Four words of 16 bits side by side.
  @inlinable @inline(__always)
  static func gatherWords(_ p: UnsafeRawPointer, _ stride: Int) -> UInt64 {
    let a = UInt64(truncatingIfNeeded: p.loadUnaligned(as: UInt16.self))
    let b = UInt64(truncatingIfNeeded: (p + stride).loadUnaligned(as: UInt16.self))
    let c = UInt64(truncatingIfNeeded: (p + 2 &* stride).loadUnaligned(as: UInt16.self))
    let d = UInt64(truncatingIfNeeded: (p + 3 &* stride).loadUnaligned(as: UInt16.self))
    return (a | b &<< 16) | (c | d &<< 16) &<< 32
  }

  @inlinable @inline(__always)
  public static func gatherHalvesForSums(_ p: UnsafeRawPointer, stride: Int) -> Floats {
    eachForSums(gatherHalves(p, stride: stride))
  }

  @inlinable @inline(__always)
  public static func product(_ a: Floats, _ b: Floats) -> Floats { a * b }

  @inlinable @inline(__always)
  public static func shiftedRight(_ word: UInt32, by counts: SIMD16<UInt32>) -> Bits {
    unsafeBitCast(SIMD16(repeating: word) &>> counts, to: Bits.self)
  }

  @inlinable @inline(__always)
  public static func sixBits(_ p: UnsafeRawPointer) -> Bits {
    let nibbles = p.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    let low = sixBits(p, nibbles, 0)
    let high = sixBits(p + 4, nibbles, 4)
    return unsafeBitCast(SIMD16(lowHalf: low, highHalf: high), to: Bits.self)
  }

  /// Eight of them, the last four's nibbles above `first` bits.
  @inlinable @inline(__always)
  static func sixBits(
    _ p: UnsafeRawPointer, _ nibbles: UInt32, _ first: UInt32
  ) -> SIMD8<UInt32> {
    let words = SIMD8<UInt32>(repeating: p.loadUnaligned(as: UInt32.self))
    let nibbles = SIMD8<UInt32>(repeating: nibbles)
    return words &>> SIMD8(0, 8, 16, 24, 2, 10, 18, 26)
      & SIMD8(0x3F, 0x3F, 0x3F, 0x3F, 0x30, 0x30, 0x30, 0x30)
      | nibbles &>> SIMD8(0, 0, 0, 0, first, 8 &+ first, 16 &+ first, 24 &+ first)
      & SIMD8(0, 0, 0, 0, 15, 15, 15, 15)
  }

  @inlinable @inline(__always)
  public static func loadQuarters(
    _ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ c: UnsafeRawPointer, _ d: UnsafeRawPointer
  ) -> Bits {
    Bits(
      lowHalf: SIMD4(
        lowHalf: a.loadUnaligned(as: SixteenBytes.self),
        highHalf: b.loadUnaligned(as: SixteenBytes.self)),
      highHalf: SIMD4(
        lowHalf: c.loadUnaligned(as: SixteenBytes.self),
        highHalf: d.loadUnaligned(as: SixteenBytes.self)))
  }

  @inlinable @inline(__always)
  public static func loadQuarters(_ p: UnsafeRawPointer, stride: Int) -> Bits {
    loadQuarters(p, p + stride, p + 2 &* stride, p + 3 &* stride)
  }

  @inlinable @inline(__always)
  public static func lanes(_ v: Bits, _ lanes: (Int, Int, Int, Int)) -> Bits {
    func picked(_ quarter: SixteenBytes) -> SixteenBytes {
      let v = unsafeBitCast(quarter, to: SIMD4<UInt32>.self)
      return unsafeBitCast(
        SIMD4(v[lanes.0], v[lanes.1], v[lanes.2], v[lanes.3]), to: SixteenBytes.self)
    }
    return Bits(
      lowHalf: SIMD4(lowHalf: picked(v.lowHalf.lowHalf), highHalf: picked(v.lowHalf.highHalf)),
      highHalf: SIMD4(lowHalf: picked(v.highHalf.lowHalf), highHalf: picked(v.highHalf.highHalf)))
  }

  @inlinable @inline(__always)
  public static func shiftedRight(_ v: Bits, lanesBy counts: SIMD4<UInt32>) -> Bits {
    let eight = SIMD8(lowHalf: counts, highHalf: counts)
    let all = SIMD16(lowHalf: eight, highHalf: eight)
    let shifted = unsafeBitCast(v, to: SIMD16<UInt32>.self) &>> all
    return unsafeBitCast(shifted.replacing(with: 0, where: all .> 31), to: Bits.self)
  }

  @inlinable @inline(__always)
  public static func lowWords(
    _ p: UnsafeRawPointer, _ a: (Int, Int, Int, Int), _ b: (Int, Int, Int, Int)
  ) -> Bits {
    spreadBytes(p, a, b, times: 0x0001_0001_0001_0001, else: ~0x7FFF_7FFF_7FFF_7FFF)
  }

  @inlinable @inline(__always)
  public static func highWords(
    _ p: UnsafeRawPointer, _ a: (Int, Int, Int, Int), _ b: (Int, Int, Int, Int)
  ) -> Bits {
    spreadBytes(p, a, b, times: 0x0100_0100_0100_0100, else: 0x0080_0080_0080_0080)
  }

  /// In each quarter, two of sixteen bytes, each four times: where `times` has ones, and zeros
  /// elsewhere.
  @inlinable @inline(__always)
  static func spreadBytes(
    _ p: UnsafeRawPointer, _ a: (Int, Int, Int, Int), _ b: (Int, Int, Int, Int), times: Int64,
    else zeros: Int64
  ) -> Bits {
    func quarter(_ a: Int, _ b: Int) -> SixteenBytes {
      SIMD2(Int64(a) &* times | zeros, Int64(b) &* times | zeros)
    }
    return lookUp(
      Bits(
        lowHalf: SIMD4(lowHalf: quarter(a.0, b.0), highHalf: quarter(a.1, b.1)),
        highHalf: SIMD4(lowHalf: quarter(a.2, b.2), highHalf: quarter(a.3, b.3))),
      in: p.loadUnaligned(as: SixteenBytes.self))
  }

  @inlinable @inline(__always)
  public static func byteProducts(unsigned: Bits, signed: Bits) -> Bits {
    typealias Words = SIMD32<Int16>
    func products(_ a: Bits, _ b: Bits) -> Words {
      unsafeBitCast(a, to: Words.self) &* unsafeBitCast(b, to: Words.self)
    }
    return unsafeBitCast(
      products(evenBytes(unsigned), signedEvenBytes(signed))
        &+ products(oddBytes(unsigned), signedOddBytes(signed)), to: Bits.self)
  }

  @inlinable @inline(__always)
  public static func neighbourSums(_ a: Bits, _ b: Bits) -> Bits {
    sums(a, b) { ($0.evenHalf, $0.oddHalf) }
  }

  @inlinable @inline(__always)
  public static func distantSums(_ a: Bits, _ b: Bits) -> Bits {
    sums(a, b) {
      let (a, b) = ($0.lowHalf, $0.highHalf)
      return (
        SIMD4(lowHalf: a.lowHalf, highHalf: b.lowHalf),
        SIMD4(lowHalf: a.highHalf, highHalf: b.highHalf)
      )
    }
  }

  /// Of each quarter of `a` and of `b`, the sums of four lanes and four others.
  @inlinable @inline(__always)
  static func sums(
    _ a: Bits, _ b: Bits, _ parts: (SIMD8<Int32>) -> (SIMD4<Int32>, SIMD4<Int32>)
  ) -> Bits {
    func quarter(_ a: SixteenBytes, _ b: SixteenBytes) -> SixteenBytes {
      let (one, other) = parts(
        unsafeBitCast(SIMD4(lowHalf: a, highHalf: b), to: SIMD8<Int32>.self))
      return unsafeBitCast(one &+ other, to: SixteenBytes.self)
    }
    return Bits(
      lowHalf: SIMD4(
        lowHalf: quarter(a.lowHalf.lowHalf, b.lowHalf.lowHalf),
        highHalf: quarter(a.lowHalf.highHalf, b.lowHalf.highHalf)),
      highHalf: SIMD4(
        lowHalf: quarter(a.highHalf.lowHalf, b.highHalf.lowHalf),
        highHalf: quarter(a.highHalf.highHalf, b.highHalf.highHalf)))
  }

  @inlinable @inline(__always)
  public static func addSignedProducts(_ sum: Bits, _ a: Bits, _ b: Bits) -> Bits {
    let even = addProducts(sum, signedEvenBytes(a), signedEvenBytes(b))
    return addProducts(even, signedOddBytes(a), signedOddBytes(b))
  }

  @inlinable @inline(__always)
  public static func varied(_ v: Bits) -> Bits { v }

  @inlinable @inline(__always)
  public static func addWords(_ a: Bits, _ b: Bits) -> Bits {
    unsafeBitCast(
      unsafeBitCast(a, to: SIMD32<Int16>.self) &+ unsafeBitCast(b, to: SIMD32<Int16>.self),
      to: Bits.self)
  }

  @inlinable @inline(__always)
  public static func addIntegers(_ a: Bits, _ b: Bits) -> Bits {
    unsafeBitCast(
      unsafeBitCast(a, to: SIMD16<Int32>.self) &+ unsafeBitCast(b, to: SIMD16<Int32>.self),
      to: Bits.self)
  }

  @inlinable @inline(__always)
  public static func subtractIntegers(_ a: Bits, _ b: Bits) -> Bits {
    unsafeBitCast(
      unsafeBitCast(a, to: SIMD16<Int32>.self) &- unsafeBitCast(b, to: SIMD16<Int32>.self),
      to: Bits.self)
  }

  @inlinable @inline(__always)
  public static func addByteProducts(_ sum: Bits, unsigned: Bits, signed: Bits) -> Bits {
    let even = addProducts(sum, evenBytes(unsigned), signedEvenBytes(signed))
    return addProducts(even, oddBytes(unsigned), signedOddBytes(signed))
  }

  @inlinable @inline(__always)
  public static func addByteProducts(
    _ sum: Bits, unsigned: (Bits, Bits), signed: (Bits, Bits)
  ) -> Bits {
    let first = addByteProducts(sum, unsigned: unsigned.0, signed: signed.0)
    return addByteProducts(first, unsigned: unsigned.1, signed: signed.1)
  }

  @inlinable @inline(__always)
  public static func subtractBytes(_ a: Bits, _ b: Bits) -> Bits {
    unsafeBitCast(
      unsafeBitCast(a, to: SIMD64<Int8>.self) &- unsafeBitCast(b, to: SIMD64<Int8>.self),
      to: Bits.self)
  }

  @inlinable @inline(__always)
  public static func pairs(_ low: Floats, _ high: Floats) -> Bits {
    BFloat16Rounding.pairs(low, high)
  }

  @inlinable @inline(__always)
  public static func pairsOfFours(_ low: Floats, _ high: Floats) -> Bits {
    BFloat16Rounding.pairsOfFours(low, high)
  }

  @inlinable @inline(__always)
  public static func pairsOfFours(_ words: Bits) -> Bits {
    let sixteen = Bits(repeating: 16)
    let outer = words & Bits(repeating: ~0x0000_FFFF_FFFF_0000)
    let third = words &>> sixteen & Bits(repeating: 0xFFFF_0000)
    return outer | third | words &<< sixteen & Bits(repeating: 0x0000_FFFF_0000_0000)
  }

  @inlinable @inline(__always)
  public static func addPairProducts(_ sum: Floats, _ a: Bits, _ b: Bits) -> Floats {
    let (a, b) = (BFloat16Rounding.floats(a), BFloat16Rounding.floats(b))
    return multiplyAdd(multiplyAdd(sum, a.low, b.low), a.high, b.high)
  }

  @inlinable public static var hasTokenTiles: Bool { @inline(__always) get { true } }

  @inlinable public static var sharesProducts: Bool { @inline(__always) get { false } }

  @inlinable public static var largestByte: Int { @inline(__always) get { 128 } }

  /// The low byte of each word.
  @inlinable @inline(__always)
  public static func evenBytes(_ v: Bits) -> Bits { v & splatWord(0xFF) }

  /// The high byte of each word.
  @inlinable @inline(__always)
  public static func oddBytes(_ v: Bits) -> Bits { shiftedRight(v, 8) }

  /// The low byte of each word, its sign extended.
  @inlinable @inline(__always)
  public static func signedEvenBytes(_ v: Bits) -> Bits { signedOddBytes(shiftedLeft(v, 8)) }

  /// Transposes sixteen rows of sixteen lanes of 32 bits.
  ///
  /// - `row`: Gives a row.
  /// - `store`: Takes a column, of each four the first, then of each four the second, and so on.
  @inlinable @inline(__always)
  public static func transpose(_ row: (Int) -> Bits, into store: (_ column: Int, Bits) -> Void) {
    let a = transposeLanes(row(0), row(1), row(2), row(3))
    let b = transposeLanes(row(4), row(5), row(6), row(7))
    let c = transposeLanes(row(8), row(9), row(10), row(11))
    let d = transposeLanes(row(12), row(13), row(14), row(15))
    give(0, transposeQuarters(a.0, b.0, c.0, d.0), to: store)
    give(1, transposeQuarters(a.1, b.1, c.1, d.1), to: store)
    give(2, transposeQuarters(a.2, b.2, c.2, d.2), to: store)
    give(3, transposeQuarters(a.3, b.3, c.3, d.3), to: store)
  }

  @inlinable @inline(__always)
  static func give(
    _ first: Int, _ columns: FourBits, to store: (_ column: Int, Bits) -> Void
  ) {
    store(first, columns.0)
    store(first &+ 4, columns.1)
    store(first &+ 8, columns.2)
    store(first &+ 12, columns.3)
  }

  @inlinable @inline(__always)
  public static func transposeLanes(_ a: Bits, _ b: Bits, _ c: Bits, _ d: Bits) -> FourBits {
    let low = transposeLanes(a.lowHalf, b.lowHalf, c.lowHalf, d.lowHalf)
    let high = transposeLanes(a.highHalf, b.highHalf, c.highHalf, d.highHalf)
    return (
      Bits(lowHalf: low.0, highHalf: high.0), Bits(lowHalf: low.1, highHalf: high.1),
      Bits(lowHalf: low.2, highHalf: high.2), Bits(lowHalf: low.3, highHalf: high.3)
    )
  }

  /// Half of `transposeLanes`.
  @inlinable @inline(__always)
  static func transposeLanes(
    _ a: SIMD4<Int64>, _ b: SIMD4<Int64>, _ c: SIMD4<Int64>, _ d: SIMD4<Int64>
  ) -> (SIMD4<Int64>, SIMD4<Int64>, SIMD4<Int64>, SIMD4<Int64>) {
    typealias Lanes = SIMD8<UInt32>
    let (a, b) = (unsafeBitCast(a, to: Lanes.self), unsafeBitCast(b, to: Lanes.self))
    let (c, d) = (unsafeBitCast(c, to: Lanes.self), unsafeBitCast(d, to: Lanes.self))
    func column(_ i: Int) -> SIMD4<Int64> {
      unsafeBitCast(
        Lanes(a[i], b[i], c[i], d[i], a[4 &+ i], b[4 &+ i], c[4 &+ i], d[4 &+ i]),
        to: SIMD4<Int64>.self)
    }
    return (column(0), column(1), column(2), column(3))
  }

  @inlinable @inline(__always)
  public static func transposeQuarters(_ a: Bits, _ b: Bits, _ c: Bits, _ d: Bits) -> FourBits {
    func join(_ a: SixteenBytes, _ b: SixteenBytes, _ c: SixteenBytes, _ d: SixteenBytes) -> Bits {
      Bits(lowHalf: SIMD4(lowHalf: a, highHalf: b), highHalf: SIMD4(lowHalf: c, highHalf: d))
    }
    return (
      join(a.lowHalf.lowHalf, b.lowHalf.lowHalf, c.lowHalf.lowHalf, d.lowHalf.lowHalf),
      join(a.lowHalf.highHalf, b.lowHalf.highHalf, c.lowHalf.highHalf, d.lowHalf.highHalf),
      join(a.highHalf.lowHalf, b.highHalf.lowHalf, c.highHalf.lowHalf, d.highHalf.lowHalf),
      join(a.highHalf.highHalf, b.highHalf.highHalf, c.highHalf.highHalf, d.highHalf.highHalf)
    )
  }

  @inlinable @inline(__always)
  public static func sum(_ v: Floats) -> Float {
    let eight = v.lowHalf + v.highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// The sums of four vectors' lanes.
  @inlinable @inline(__always)
  public static func sums(_ a: Floats, _ b: Floats, _ c: Floats, _ d: Floats) -> SIMD4<Float> {
    let ab = SIMD8(lowHalf: quarters(a), highHalf: quarters(b))
    let cd = SIMD8(lowHalf: quarters(c), highHalf: quarters(d))
    let pairs = SIMD8(lowHalf: ab.evenHalf + ab.oddHalf, highHalf: cd.evenHalf + cd.oddHalf)
    return pairs.evenHalf + pairs.oddHalf
  }

  /// Lanes with the same remainder by four, added.
  @inlinable @inline(__always)
  static func quarters(_ v: Floats) -> SIMD4<Float> {
    let eight = v.lowHalf + v.highHalf
    return eight.lowHalf + eight.highHalf
  }

  /// The largest lane.
  @inlinable @inline(__always)
  public static func largest(_ v: Floats) -> Float {
    let swapped8 = Floats(lowHalf: v.highHalf, highHalf: v.lowHalf)
    let eight = maximum(v, swapped8)
    let low = eight.lowHalf
    let four = maximum(
      eight, Floats(lowHalf: SIMD8(lowHalf: low.highHalf, highHalf: low.lowHalf), highHalf: low))
    let q = four.lowHalf.lowHalf
    let a = q.x > q.y ? q.x : q.y
    let b = q.z > q.w ? q.z : q.w
    return a > b ? a : b
  }

  /// Up to fifteen floats, the other lanes zero.
  @inlinable @inline(__always)
  public static func load(_ p: UnsafePointer<Float>, count: Int) -> Floats {
    var v = splat(0)
    var lane = 0
    while lane < count {
      v[lane] = p[lane]
      lane &+= 1
    }
    return v
  }

  /// e to the power of each lane: a polynomial of degree 6 over ±ln2/2, within 2 units in the
  /// last place; 0 below −87 and infinite nowhere (lanes are clamped to ±87).
  @inlinable @inline(__always)
  public static func exp(_ x: Floats) -> Floats {
    let clamped = minimum(maximum(x, splat(-87.3)), splat(87.3))
    let n = rounded(clamped * splat(1.442_695_04))
    // ln 2 in two parts, so that n * ln2 is exact to float precision.
    var r = multiplyAdd(clamped, n, splat(-0.693_145_751_953_125))
    r = multiplyAdd(r, n, splat(-1.428_606_765_330_187_0e-6))
    var y = splat(1.388_888_9e-3)
    y = multiplyAdd(splat(8.333_333_8e-3), y, r)
    y = multiplyAdd(splat(4.166_666_8e-2), y, r)
    y = multiplyAdd(splat(1.666_666_7e-1), y, r)
    y = multiplyAdd(splat(0.5), y, r)
    y = multiplyAdd(splat(1), y, r)
    y = multiplyAdd(splat(1), y, r)
    return y * exp2Integral(n)
  }
}
