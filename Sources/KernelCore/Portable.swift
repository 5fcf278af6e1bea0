/// Plain Swift vectors: every CPU that Swift runs on.
public enum Portable: InstructionSet {
  public static var name: String { "portable" }

  @inline(__always)
  public static func load(_ p: UnsafePointer<Float>) -> Floats {
    UnsafeRawPointer(p).loadUnaligned(as: Floats.self)
  }

  @inline(__always)
  public static func store(_ v: Floats, _ p: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(p).storeBytes(of: v, as: Floats.self)
  }

  @inline(__always)
  public static func loadHalf(_ p: UnsafeRawPointer) -> Floats {
    // Half precision by integer arithmetic: the baseline has no conversion, and a call for every
    // lane is slow. Exponent and mantissa move up; a multiplication sets the bias right and
    // makes subnormals normal; infinities and NaNs get their exponent back.
    let h = SIMD16<UInt32>(truncatingIfNeeded: p.loadUnaligned(as: SIMD16<UInt16>.self))
    let sign = (h & 0x8000) &<< 16
    let magnitude = (h & 0x7FFF) &<< 13
    let scaled = unsafeBitCast(magnitude, to: Floats.self) * Floats(repeating: 0x1p112)
    let isFinite = unsafeBitCast(magnitude &- 0x0F80_0000, to: SIMD16<Int32>.self) &>> 31
    let exponent = ~unsafeBitCast(isFinite, to: SIMD16<UInt32>.self) & 0x7F80_0000
    return unsafeBitCast(
      unsafeBitCast(scaled, to: SIMD16<UInt32>.self) | exponent | sign, to: Floats.self)
  }

  @inline(__always)
  public static func half(_ bits: UInt16) -> Float {
    // As `loadHalf`, for one.
    let magnitude = UInt32(bits & 0x7FFF) &<< 13
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let exponent: UInt32 = magnitude >= 0x0F80_0000 ? 0x7F80_0000 : 0
    return Float(bitPattern: scaled | exponent | UInt32(bits & 0x8000) &<< 16)
  }

  @inline(__always)
  public static func loadBFloat16(_ p: UnsafeRawPointer) -> Floats {
    let b = SIMD16<UInt32>(truncatingIfNeeded: p.loadUnaligned(as: SIMD16<UInt16>.self))
    return unsafeBitCast(b &<< 16, to: Floats.self)
  }

  @inline(__always)
  public static func splat(_ x: Float) -> Floats { Floats(repeating: x) }

  @inline(__always)
  public static func pair(_ x: Float, _ y: Float) -> Floats {
    Floats(lowHalf: SIMD8(repeating: x), highHalf: SIMD8(repeating: y))
  }

  @inline(__always)
  public static func multiplyAdd(_ sum: Floats, _ a: Floats, _ b: Floats) -> Floats {
    // A fused product would be a library call for every lane on the x86 baseline.
    #if arch(x86_64)
      sum + a * b
    #else
      sum.addingProduct(a, b)
    #endif
  }

  @inline(__always)
  public static func maximum(_ a: Floats, _ b: Floats) -> Floats {
    a.replacing(with: b, where: b .> a)
  }

  @inline(__always)
  public static func minimum(_ a: Floats, _ b: Floats) -> Floats {
    a.replacing(with: b, where: b .< a)
  }

  @inline(__always)
  public static func magnitude(_ a: Floats) -> Floats {
    unsafeBitCast(unsafeBitCast(a, to: SIMD16<UInt32>.self) & 0x7FFF_FFFF, to: Floats.self)
  }

  @inline(__always)
  public static func rounded(_ a: Floats) -> Floats {
    // Adding and taking away 1.5 · 2²³ leaves no fraction for magnitudes below 2²².
    let shift = Floats(repeating: 0x1.8p23)
    return (a + shift) - shift
  }

  @inline(__always)
  public static func exp2Integral(_ a: Floats) -> Floats {
    unsafeBitCast((integers(a) &+ 127) &<< 23, to: Floats.self)
  }

  @inline(__always)
  public static func floats(_ integers: Bits) -> Floats {
    floats(unsafeBitCast(integers, to: SIMD16<Int32>.self))
  }

  @inline(__always)
  public static func floats(unsigned bytes: SixteenBytes) -> Floats {
    let bytes = unsafeBitCast(bytes, to: SIMD16<UInt8>.self)
    return floats(SIMD16<Int32>(truncatingIfNeeded: bytes))
  }

  @inline(__always)
  public static func floats(signed bytes: SixteenBytes) -> Floats {
    let bytes = unsafeBitCast(bytes, to: SIMD16<Int8>.self)
    return floats(SIMD16<Int32>(truncatingIfNeeded: bytes))
  }

  @inline(__always)
  public static func eachTwice(_ v: Floats) -> Floats {
    Floats(
      v[0], v[0], v[1], v[1], v[2], v[2], v[3], v[3], v[4], v[4], v[5], v[5], v[6], v[6], v[7], v[7]
    )
  }

  @inline(__always)
  public static func eachForSums(_ v: Floats) -> Floats {
    Floats(
      v[0], v[0], v[4], v[4], v[1], v[1], v[5], v[5], v[2], v[2], v[6], v[6], v[3], v[3], v[7], v[7]
    )
  }

  @inline(__always)
  public static func spread(_ v: Floats, _ lanes: (Int, Int, Int, Int)) -> Floats {
    let low = SIMD8(
      lowHalf: SIMD4(repeating: v[lanes.0]), highHalf: SIMD4(repeating: v[lanes.1]))
    let high = SIMD8(
      lowHalf: SIMD4(repeating: v[lanes.2]), highHalf: SIMD4(repeating: v[lanes.3]))
    return Floats(lowHalf: low, highHalf: high)
  }

  @inline(__always)
  public static func loadBits(_ p: UnsafeRawPointer) -> Bits { p.loadUnaligned(as: Bits.self) }

  @inline(__always)
  public static func storeBits(_ v: Bits, _ p: UnsafeMutableRawPointer) {
    p.storeBytes(of: v, as: Bits.self)
  }

  @inline(__always)
  public static func loadHalves(_ p: UnsafeRawPointer, _ q: UnsafeRawPointer) -> Bits {
    Bits(
      lowHalf: p.loadUnaligned(as: SIMD4<Int64>.self),
      highHalf: q.loadUnaligned(as: SIMD4<Int64>.self))
  }

  @inline(__always)
  public static func loadTwice(_ p: UnsafeRawPointer, thenShifted shift: Int) -> Bits {
    let v = p.loadUnaligned(as: SIMD16<UInt16>.self)
    let shifted = v &>> SIMD16(repeating: UInt16(truncatingIfNeeded: shift))
    return Bits(
      lowHalf: unsafeBitCast(v, to: SIMD4<Int64>.self),
      highHalf: unsafeBitCast(shifted, to: SIMD4<Int64>.self))
  }

  @inline(__always)
  public static func loadNibbles(_ p: UnsafeRawPointer, _ q: UnsafeRawPointer) -> Bits {
    let a = p.loadUnaligned(as: SIMD8<UInt16>.self)
    let b = q.loadUnaligned(as: SIMD8<UInt16>.self)
    let low = SIMD16(lowHalf: a, highHalf: a &>> 4)
    let high = SIMD16(lowHalf: b, highHalf: b &>> 4)
    return Bits(
      lowHalf: unsafeBitCast(low, to: SIMD4<Int64>.self),
      highHalf: unsafeBitCast(high, to: SIMD4<Int64>.self))
  }

  @inline(__always)
  public static func splatByte(_ x: UInt8) -> Bits {
    Bits(repeating: Int64(bitPattern: UInt64(x) &* 0x0101_0101_0101_0101))
  }

  @inline(__always)
  public static func shiftedRight(_ v: Bits, _ count: Int) -> Bits {
    // By words of 64 bits, and what crosses into a lane of 16 is masked out.
    let count = Int64(truncatingIfNeeded: count)
    let mask = (0xFFFF &>> count) &* 0x0001_0001_0001_0001
    let words = unsafeBitCast(v, to: SIMD8<UInt64>.self)
    let shifted = words &>> SIMD8(repeating: UInt64(bitPattern: count))
    return unsafeBitCast(shifted, to: Bits.self) & Bits(repeating: mask)
  }

  @inline(__always)
  public static func shiftedLeft(_ v: Bits, _ count: Int) -> Bits {
    let count = Int64(truncatingIfNeeded: count)
    let mask = ((0xFFFF &<< count) & 0xFFFF) &* 0x0001_0001_0001_0001
    return (v &<< Bits(repeating: count)) & Bits(repeating: mask)
  }

  @inline(__always)
  public static func expandBits(_ bits: UInt64) -> Bits {
    var v = Bits(repeating: 0)
    for word in 0..<8 {
      // One bit in each byte, then the byte filled with it.
      let byte = bits &>> UInt64(8 &* word) & 0xFF
      let spread = (byte &* 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201
      let set = ((spread &+ 0x7F7F_7F7F_7F7F_7F7F) | spread) & 0x8080_8080_8080_8080
      v[word] = Int64(bitPattern: (set &>> 7) &* 0xFF)
    }
    return v
  }

  @inline(__always)
  public static func add(
    _ number: UInt8, to v: Bits, where bits: Bits, ofPair pair: Int
  ) -> Bits {
    let words = unsafeBitCast(bits, to: SIMD32<UInt16>.self)
    func sixteen(_ quarter: Int) -> UInt64 { UInt64(words[8 &* quarter &+ pair]) }
    let all = expandBits(
      sixteen(0) | sixteen(1) &<< 16 | sixteen(2) &<< 32 | sixteen(3) &<< 48)
    return v | all & splatByte(number)
  }

  @inline(__always)
  public static func lookUp(_ indices: Bits, in table: SIMD2<Int64>) -> Bits {
    let table = unsafeBitCast(table, to: SIMD16<UInt8>.self)
    var bytes = unsafeBitCast(indices, to: SIMD64<UInt8>.self)
    for lane in 0..<64 { bytes[lane] = bytes[lane] < 128 ? table[Int(bytes[lane] & 15)] : 0 }
    return unsafeBitCast(bytes, to: Bits.self)
  }

  @inline(__always)
  public static func storeBytes(_ v: Floats, _ p: UnsafeMutableRawPointer) {
    p.storeBytes(of: SIMD16<Int8>(truncatingIfNeeded: integers(v)), as: SIMD16<Int8>.self)
  }

  @inline(__always)
  public static func prefetch(_ p: UnsafeRawPointer) {}

  public static var hasWideTiles: Bool { @inline(__always) get { false } }

  public static var hasTokenTiles: Bool { @inline(__always) get { false } }

  @inline(__always)
  public static func halves(_ low: UInt64, _ high: UInt64) -> Floats {
    let halves = unsafeBitCast(SIMD4(low, high, 0, 0), to: SIMD16<UInt16>.self)
    return withUnsafeBytes(of: halves) { loadHalf($0.baseAddress.unsafelyUnwrapped) }
  }

  @inline(__always)
  public static func halfPair(_ bits: UInt32) -> Floats {
    pair(
      half(UInt16(truncatingIfNeeded: bits)), half(UInt16(truncatingIfNeeded: bits &>> 16)))
  }

  @inline(__always)
  public static func varied(_ v: Bits) -> Bits { v &+ Bits(repeating: 0x1_0000_0001) }

  @inline(__always)
  public static func splatWord(_ x: Int16) -> Bits {
    unsafeBitCast(SIMD32<Int16>(repeating: x), to: Bits.self)
  }

  @inline(__always)
  public static func splatPair(_ p: UnsafeRawPointer) -> Bits {
    unsafeBitCast(SIMD16<Int32>(repeating: p.loadUnaligned(as: Int32.self)), to: Bits.self)
  }

  @inline(__always)
  public static func signedOddBytes(_ v: Bits) -> Bits {
    let v = unsafeBitCast(v, to: SIMD32<Int16>.self)
    return unsafeBitCast(v &>> SIMD32(repeating: 8), to: Bits.self)
  }

  @inline(__always)
  public static func subtractWords(_ a: Bits, _ b: Bits) -> Bits {
    let a = unsafeBitCast(a, to: SIMD32<Int16>.self)
    return unsafeBitCast(a &- unsafeBitCast(b, to: SIMD32<Int16>.self), to: Bits.self)
  }

  @inline(__always)
  public static func products(_ a: Bits, _ b: Bits) -> Bits {
    // Words of even and odd place, their signs extended, multiplied in lanes of 32 bits.
    let a = unsafeBitCast(a, to: SIMD16<Int32>.self)
    let b = unsafeBitCast(b, to: SIMD16<Int32>.self)
    let sixteen = SIMD16<Int32>(repeating: 16)
    let even = ((a &<< sixteen) &>> sixteen) &* ((b &<< sixteen) &>> sixteen)
    return unsafeBitCast(even &+ (a &>> sixteen) &* (b &>> sixteen), to: Bits.self)
  }

  @inline(__always)
  public static func addProducts(_ sum: Bits, _ a: Bits, _ b: Bits) -> Bits {
    let products = unsafeBitCast(products(a, b), to: SIMD16<Int32>.self)
    return unsafeBitCast(unsafeBitCast(sum, to: SIMD16<Int32>.self) &+ products, to: Bits.self)
  }

  @inline(__always)
  public static func packed(_ a: Bits, _ b: Bits) -> Bits {
    let b = unsafeBitCast(b, to: SIMD16<Int32>.self) &<< SIMD16(repeating: 16)
    return a & Bits(repeating: 0xFFFF_0000_FFFF) | unsafeBitCast(b, to: Bits.self)
  }

  @inline(__always)
  public static func lowWords(
    _ p: UnsafeRawPointer, _ a: (Int, Int, Int, Int), _ b: (Int, Int, Int, Int)
  ) -> Bits {
    func words(_ a: Int, _ b: Int) -> SIMD4<UInt32> {
      let low = UInt32((p + a).load(as: UInt8.self))
      return SIMD4(repeating: low | UInt32((p + b).load(as: UInt8.self)) &<< 16)
    }
    return unsafeBitCast(
      SIMD16(
        lowHalf: SIMD8(lowHalf: words(a.0, b.0), highHalf: words(a.1, b.1)),
        highHalf: SIMD8(lowHalf: words(a.2, b.2), highHalf: words(a.3, b.3))), to: Bits.self)
  }

  @inline(__always)
  public static func highWords(
    _ p: UnsafeRawPointer, _ a: (Int, Int, Int, Int), _ b: (Int, Int, Int, Int)
  ) -> Bits {
    shiftedLeft(lowWords(p, a, b), 8)
  }

  @inline(__always)
  public static func addByteProducts(_ sum: Bits, unsigned: Bits, signed: Bits) -> Bits {
    // Each product fits in a word.
    let even = wordProducts(evenBytes(unsigned), signedEvenBytes(signed))
    let odd = wordProducts(oddBytes(unsigned), signedOddBytes(signed))
    return addIntegers(addIntegers(sum, pairSums(even)), pairSums(odd))
  }

  /// The low words of products of words.
  @inline(__always)
  private static func wordProducts(_ a: Bits, _ b: Bits) -> Bits {
    let a = unsafeBitCast(a, to: SIMD32<Int16>.self)
    return unsafeBitCast(a &* unsafeBitCast(b, to: SIMD32<Int16>.self), to: Bits.self)
  }

  /// Sums of two neighbouring signed words.
  @inline(__always)
  private static func pairSums(_ v: Bits) -> Bits {
    let v = unsafeBitCast(v, to: SIMD16<Int32>.self)
    let sixteen = SIMD16<Int32>(repeating: 16)
    return unsafeBitCast(((v &<< sixteen) &>> sixteen) &+ (v &>> sixteen), to: Bits.self)
  }

  @inline(__always)
  public static func storeWords(
    _ v: Floats, even: UnsafeMutableRawPointer, odd: UnsafeMutableRawPointer
  ) {
    let words = integers(v)
    for four in 0..<4 {
      let place = four &* 4
      let low = SIMD4(
        words[place], words[place &+ 2], words[place &+ 1], words[place &+ 3])
      let four = SIMD4<Int16>(truncatingIfNeeded: low)
      even.storeBytes(of: four.lowHalf, toByteOffset: place, as: SIMD2<Int16>.self)
      odd.storeBytes(of: four.highHalf, toByteOffset: place, as: SIMD2<Int16>.self)
    }
  }

  /// Integers of magnitude below 2³¹, in two halves: each sits in the low bits of a float.
  @inline(__always)
  private static func floats(_ v: SIMD16<Int32>) -> Floats {
    let sixteen = SIMD16<Int32>(repeating: 16)
    let magic = SIMD16<Int32>(repeating: 0x4B40_0000)
    let shift = Floats(repeating: 0x1.8p23)
    let upper = unsafeBitCast((v &>> sixteen) &+ magic, to: Floats.self) - shift
    let mask = SIMD16<Int32>(repeating: 0xFFFF)
    let lower = unsafeBitCast((v & mask) &+ magic, to: Floats.self) - shift
    return upper * Floats(repeating: 65536) + lower
  }

  /// Lanes of magnitude below 2²², rounded to integers without a trap: the integer lies in the
  /// low bits once 1.5 · 2²³ is added.
  @inline(__always)
  private static func integers(_ v: Floats) -> SIMD16<Int32> {
    let shifted = unsafeBitCast(v + Floats(repeating: 0x1.8p23), to: SIMD16<Int32>.self)
    return shifted &- 0x4B40_0000
  }
}

extension KernelSet {
  /// The kernels of plain Swift.
  public static func makePortable() -> KernelSet { KernelSet(Portable.self) }
}
