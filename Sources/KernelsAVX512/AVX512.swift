#if arch(x86_64)
  import CInstructions
  import KernelCore
  import _Builtin_intrinsics.intel

  /// AVX-512 (F, BW, VL, DQ) with VNNI: Ice Lake, Sapphire Rapids, Zen 4 and later.
  public enum AVX512: InstructionSet {
    public static var name: String { "avx512" }

    @inline(__always)
    public static func load(_ p: UnsafePointer<Float>) -> Floats { _mm512_loadu_ps(p) }

    @inline(__always)
    public static func store(_ v: Floats, _ p: UnsafeMutablePointer<Float>) {
      _mm512_storeu_ps(p, v)
    }

    @inline(__always)
    public static func loadHalf(_ p: UnsafeRawPointer) -> Floats {
      _mm512_cvtph_ps(_mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self)))
    }

    @inline(__always)
    public static func loadBFloat16(_ p: UnsafeRawPointer) -> Floats {
      let half = _mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self))
      return unsafeBitCast(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16), to: Floats.self)
    }

    @inline(__always)
    public static func splat(_ x: Float) -> Floats { _mm512_set1_ps(x) }

    @inline(__always)
    public static func pair(_ x: Float, _ y: Float) -> Floats {
      Floats(lowHalf: _mm256_set1_ps(x), highHalf: _mm256_set1_ps(y))
    }

    @inline(__always)
    public static func multiplyAdd(_ sum: Floats, _ a: Floats, _ b: Floats) -> Floats {
      _mm512_fmadd_ps(a, b, sum)
    }

    @inline(__always)
    public static func product(_ a: Floats, _ b: Floats) -> Floats { _mm512_mul_ps(a, b) }

    @inline(__always)
    public static func shiftedRight(_ word: UInt32, by counts: SIMD16<UInt32>) -> Bits {
      shiftLanes512(
        _mm512_set1_epi32(Int32(bitPattern: word)), unsafeBitCast(counts, to: Bits.self))
    }

    @inline(__always)
    public static func sum(_ v: Floats) -> Float {
      let eight = _mm256_add_ps(v.lowHalf, v.highHalf)
      let four = _mm_add_ps(eight.lowHalf, eight.highHalf)
      let two = _mm_add_ps(four, _mm_movehl_ps(four, four))
      return two.x + two.y
    }

    @inline(__always)
    public static func maximum(_ a: Floats, _ b: Floats) -> Floats { _mm512_max_ps(a, b) }

    @inline(__always)
    public static func minimum(_ a: Floats, _ b: Floats) -> Floats { _mm512_min_ps(a, b) }

    @inline(__always)
    public static func magnitude(_ a: Floats) -> Floats { _mm512_abs_ps(a) }

    @inline(__always)
    public static func rounded(_ a: Floats) -> Floats {
      _mm512_cvtepi32_ps(_mm512_cvtps_epi32(a))
    }

    @inline(__always)
    public static func exp2Integral(_ a: Floats) -> Floats {
      let exponent = _mm512_add_epi32(_mm512_cvtps_epi32(a), _mm512_set1_epi32(127))
      return unsafeBitCast(_mm512_slli_epi32(exponent, 23), to: Floats.self)
    }

    @inline(__always)
    public static func floats(_ integers: Bits) -> Floats { _mm512_cvtepi32_ps(integers) }

    @inline(__always)
    public static func floats(unsigned bytes: SixteenBytes) -> Floats {
      _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes))
    }

    @inline(__always)
    public static func floats(signed bytes: SixteenBytes) -> Floats {
      _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes))
    }

    @inline(__always)
    public static func loadQuarters(_ p: UnsafeRawPointer, stride: Int) -> Bits {
      // The first three lie within 64 bytes.
      let words = Int64(truncatingIfNeeded: stride / 2) &* 0x0001_0001_0001_0001
      let quarters = _mm512_set_epi64(
        0, 0, 2 &* words, 2 &* words, words, words, 0, 0)
      let three = pickWords512(p, _mm512_add_epi16(eightsOfWords, quarters))
      return withLastQuarter512(three, p + 3 &* stride)
    }

    @inline(__always)
    public static func lanes(_ v: Bits, _ lanes: (Int, Int, Int, Int)) -> Bits {
      func bytes(_ lane: Int) -> Int32 {
        Int32(truncatingIfNeeded: 0x0302_0100 &+ 0x0404_0404 &* lane)
      }
      return _mm512_shuffle_epi8(
        v, _mm512_set4_epi32(bytes(lanes.3), bytes(lanes.2), bytes(lanes.1), bytes(lanes.0)))
    }

    @inline(__always)
    public static func shiftedRight(_ v: Bits, lanesBy counts: SIMD4<UInt32>) -> Bits {
      shiftLanes512(v, _mm512_broadcast_i32x4(unsafeBitCast(counts, to: SixteenBytes.self)))
    }

    @inline(__always)
    public static func packed(_ a: Bits, _ b: Bits) -> Bits {
      _mm512_packs_epi32(a, b)
    }

    @inline(__always)
    public static func neighbourSums(_ a: Bits, _ b: Bits) -> Bits {
      products(packed(a, b), splatWord(1))
    }

    @inline(__always)
    public static func distantSums(_ a: Bits, _ b: Bits) -> Bits {
      _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b))
    }

    @inline(__always)
    public static func byteProducts(unsigned: Bits, signed: Bits) -> Bits {
      _mm512_maddubs_epi16(unsigned, signed)
    }

    /// Numbers from 0 to 7 as words, four times.
    private static var eightsOfWords: Bits {
      @inline(__always) get {
        _mm512_set4_epi64(
          0x0007_0006_0005_0004, 0x0003_0002_0001_0000, 0x0007_0006_0005_0004,
          0x0003_0002_0001_0000)
      }
    }

    @inline(__always)
    public static func eachTwice(_ v: Floats) -> Floats {
      permuteLanes512(v, _mm512_set_epi32(7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0))
    }

    @inline(__always)
    public static func eachForSums(_ v: Floats) -> Floats {
      permuteLanes512(v, _mm512_set_epi32(7, 7, 3, 3, 6, 6, 2, 2, 5, 5, 1, 1, 4, 4, 0, 0))
    }

    @inline(__always)
    public static func sixBits(_ p: UnsafeRawPointer) -> Bits {
      let words = unsafeBitCast(
        firstLane8AndSecond(p.loadUnaligned(as: SIMD4<Float>.self)), to: Bits.self)
      let nibbles = _mm512_set1_epi32(p.loadUnaligned(fromByteOffset: 8, as: Int32.self))
      let low = _mm512_srlv_epi32(
        words, _mm512_set_epi32(26, 18, 10, 2, 24, 16, 8, 0, 26, 18, 10, 2, 24, 16, 8, 0))
      let high = _mm512_srlv_epi32(
        nibbles, _mm512_set_epi32(28, 20, 12, 4, 32, 32, 32, 32, 24, 16, 8, 0, 32, 32, 32, 32))
      let six: Int64 = 0x3F_0000_003F
      let two: Int64 = 0x30_0000_0030
      return _mm512_or_si512(
        _mm512_and_si512(low, _mm512_set_epi64(two, two, six, six, two, two, six, six)),
        _mm512_and_si512(high, _mm512_set1_epi32(15)))
    }

    @inline(__always)
    public static func spread(_ v: Floats, _ lanes: (Int, Int, Int, Int)) -> Floats {
      let (a, b) = (Int32(truncatingIfNeeded: lanes.0), Int32(truncatingIfNeeded: lanes.1))
      let (c, d) = (Int32(truncatingIfNeeded: lanes.2), Int32(truncatingIfNeeded: lanes.3))
      return permuteLanes512(
        v, _mm512_set_epi32(d, d, d, d, c, c, c, c, b, b, b, b, a, a, a, a))
    }

    @inline(__always)
    public static func loadBits(_ p: UnsafeRawPointer) -> Bits { _mm512_loadu_si512(p) }

    @inline(__always)
    public static func storeBits(_ v: Bits, _ p: UnsafeMutableRawPointer) {
      _mm512_storeu_si512(p, v)
    }

    @inline(__always)
    public static func loadHalves(_ p: UnsafeRawPointer, _ q: UnsafeRawPointer) -> Bits {
      Bits(lowHalf: half(p), highHalf: half(q))
    }

    @inline(__always)
    public static func loadTwice(_ p: UnsafeRawPointer, thenShifted shift: Int) -> Bits {
      let v = half(p)
      let count = Int64(truncatingIfNeeded: shift) &* 0x0001_0001_0001_0001
      return _mm512_srlv_epi16(
        Bits(lowHalf: v, highHalf: v),
        _mm512_set_epi64(count, count, count, count, 0, 0, 0, 0))
    }

    @inline(__always)
    public static func loadNibbles(_ p: UnsafeRawPointer, _ q: UnsafeRawPointer) -> Bits {
      // Each 16 bytes twice, then the odd quarters shifted: lanes of 16 bits, counts 0 and 4.
      let (a, b) = (quarter(p), quarter(q))
      let twice = Bits(
        lowHalf: SIMD4(lowHalf: a, highHalf: a), highHalf: SIMD4(lowHalf: b, highHalf: b))
      let four: Int64 = 0x0004_0004_0004_0004
      return _mm512_srlv_epi16(twice, _mm512_set_epi64(four, four, 0, 0, four, four, 0, 0))
    }

    @inline(__always)
    public static func splatByte(_ x: UInt8) -> Bits { _mm512_set1_epi8(CChar(bitPattern: x)) }

    @inline(__always)
    public static func shiftedRight(_ v: Bits, _ count: Int) -> Bits {
      _mm512_srli_epi16(v, UInt32(truncatingIfNeeded: count))
    }

    @inline(__always)
    public static func shiftedLeft(_ v: Bits, _ count: Int) -> Bits {
      _mm512_slli_epi16(v, UInt32(truncatingIfNeeded: count))
    }

    @inline(__always)
    public static func expandBits(_ bits: UInt64) -> Bits { _mm512_movm_epi8(bits) }

    @inline(__always)
    public static func add(
      _ number: UInt8, to v: Bits, where bits: Bits, ofPair pair: Int
    ) -> Bits {
      let ones: Int64 = 0x0101_0101_0101_0101
      let first = Int64(truncatingIfNeeded: 2 &* pair) &* ones
      let second = first &+ ones
      let spread = _mm512_shuffle_epi8(
        bits, _mm512_set_epi64(second, first, second, first, second, first, second, first))
      let one = Int64(bitPattern: 0x8040_2010_0804_0201)
      return _mm512_mask_add_epi8(
        v, _mm512_test_epi8_mask(spread, _mm512_set1_epi64(one)), v, splatByte(number))
    }

    @inline(__always)
    public static func lookUp(_ indices: Bits, in table: SIMD2<Int64>) -> Bits {
      _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table), indices)
    }

    @inline(__always)
    public static func storeBytes(_ v: Floats, _ p: UnsafeMutableRawPointer) {
      let bytes = _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(v))
      _mm_storeu_si128(p.assumingMemoryBound(to: __m128i.self), bytes)
    }

    @inline(__always)
    public static func prefetch(_ p: UnsafeRawPointer) { prefetchLine(p) }

    public static var hasWideTiles: Bool { @inline(__always) get { true } }

    public static var sharesProducts: Bool { @inline(__always) get { true } }

    @inline(__always)
    public static func halves(_ low: UInt64, _ high: UInt64) -> Floats {
      let halves = SIMD2(Int64(bitPattern: low), Int64(bitPattern: high))
      return Floats(lowHalf: _mm256_cvtph_ps(halves), highHalf: _mm256_setzero_ps())
    }

    @inline(__always)
    public static func halfPair(_ bits: UInt32) -> Floats {
      firstLane8AndSecond(_mm_cvtph_ps(_mm_cvtsi32_si128(Int32(bitPattern: bits))))
    }

    /// The first lane eight times, then the second.
    @inline(__always)
    private static func firstLane8AndSecond(_ v: SIMD4<Float>) -> Floats {
      permuteFourLanes512(
        v, _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0))
    }

    @inline(__always)
    public static func splatHalf(_ p: UnsafeRawPointer) -> Floats {
      widenHalves512(_mm256_set1_epi16(p.loadUnaligned(as: Int16.self)))
    }

    @inline(__always)
    public static func gatherHalves(_ p: UnsafeRawPointer, stride: Int) -> Floats {
      gather(p, stride, eightsOfWords, then: 0)
    }

    @inline(__always)
    public static func gatherHalfPairs(_ p: UnsafeRawPointer, stride: Int) -> Floats {
      gather(p, stride, eightsOfWords, then: 1)
    }

    @inline(__always)
    public static func gatherHalvesForSums(_ p: UnsafeRawPointer, stride: Int) -> Floats {
      let blocks = _mm512_set_epi64(
        0, 0, 0, 0, 0x0007_0007_0003_0003, 0x0006_0006_0002_0002, 0x0005_0005_0001_0001,
        0x0004_0004_0000_0000)
      return gather(p, stride, blocks, then: 0)
    }

    /// Sixteen halves that eight blocks of `stride` bytes begin with, the last eight some words later.
    @inline(__always)
    private static func gather(
      _ p: UnsafeRawPointer, _ stride: Int, _ blocks: Bits, then words: Int
    ) -> Floats {
      let seconds = Int64(truncatingIfNeeded: words) &* 0x0001_0001_0001_0001
      let places = _mm512_add_epi16(
        _mm512_mullo_epi16(blocks, splatWord(Int16(truncatingIfNeeded: stride / 2))),
        _mm512_set_epi64(0, 0, 0, 0, seconds, seconds, 0, 0))
      // So many blocks' halves lie within 64 bytes.
      let most = (62 &- 2 &* words) / stride &+ 1
      var halves = pickWords512(p, places)
      var next = most
      while next < 8 {
        let start = min(next &* stride, 8 &* stride &- 64)
        let others = _mm512_movepi16_mask(
          _mm512_sub_epi16(splatWord(Int16(truncatingIfNeeded: next &- 1)), blocks))
        // Of places that it knows, the compiler would make a slower instruction.
        let inOthers = hidden512(
          _mm512_sub_epi16(places, splatWord(Int16(truncatingIfNeeded: start / 2))))
        halves = _mm512_mask_permutexvar_epi16(halves, others, inOthers, loadBits(p + start))
        next &+= most
      }
      return widenHalves512(halves.lowHalf)
    }

    @inline(__always)
    public static func splatWord(_ x: Int16) -> Bits { _mm512_set1_epi16(x) }

    @inline(__always)
    public static func splatPair(_ p: UnsafeRawPointer) -> Bits {
      _mm512_set1_epi32(p.loadUnaligned(as: Int32.self))
    }

    @inline(__always)
    public static func signedOddBytes(_ v: Bits) -> Bits { _mm512_srai_epi16(v, 8) }

    @inline(__always)
    public static func addWords(_ a: Bits, _ b: Bits) -> Bits { _mm512_add_epi16(a, b) }

    @inline(__always)
    public static func subtractWords(_ a: Bits, _ b: Bits) -> Bits { _mm512_sub_epi16(a, b) }

    @inline(__always)
    public static func subtractIntegers(_ a: Bits, _ b: Bits) -> Bits { _mm512_sub_epi32(a, b) }

    @inline(__always)
    public static func products(_ a: Bits, _ b: Bits) -> Bits { _mm512_madd_epi16(a, b) }

    @inline(__always)
    public static func addProducts(_ sum: Bits, _ a: Bits, _ b: Bits) -> Bits {
      addPairProducts512(sum, a, b)
    }

    @inline(__always)
    public static func addByteProducts(_ sum: Bits, unsigned: Bits, signed: Bits) -> Bits {
      _mm512_dpbusd_epi32(sum, unsigned, signed)
    }

    @inline(__always)
    public static func pairs(_ low: Floats, _ high: Floats) -> Bits {
      let interleaved = _mm512_set_epi16(
        31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8,
        23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0)
      return _mm512_permutexvar_epi16(interleaved, bfloat16Words512(low, high))
    }

    @inline(__always)
    public static func pairsOfFours(_ low: Floats, _ high: Floats) -> Bits {
      pairsOfFours(bfloat16Words512(low, high))
    }

    @inline(__always)
    public static func pairsOfFours(_ words: Bits) -> Bits {
      _mm512_shuffle_epi8(
        words, _mm512_set4_epi32(0x0F0E_0B0A, 0x0D0C_0908, 0x0706_0302, 0x0504_0100))
    }

    @inline(__always)
    public static func addPairProducts(_ sum: Floats, _ a: Bits, _ b: Bits) -> Floats {
      addBFloat16Products512(sum, a, b)
    }

    @inline(__always)
    public static func storeWords(
      _ v: Floats, even: UnsafeMutableRawPointer, odd: UnsafeMutableRawPointer
    ) {
      // Within four lanes: the low words of the first and the third, then of the others.
      let within = _mm512_set4_epi32(0, 0, 0x0D0C_0504, 0x0908_0100)
      let pairs = _mm512_shuffle_epi8(_mm512_cvtps_epi32(v), within)
      let order = _mm512_set_epi32(0, 0, 0, 0, 0, 0, 0, 0, 13, 9, 5, 1, 12, 8, 4, 0)
      let words = _mm512_permutexvar_epi32(order, pairs)
      _mm_storeu_si128(even.assumingMemoryBound(to: __m128i.self), words.lowHalf.lowHalf)
      _mm_storeu_si128(odd.assumingMemoryBound(to: __m128i.self), words.lowHalf.highHalf)
    }

    @inline(__always)
    public static func transposeLanes(_ a: Bits, _ b: Bits, _ c: Bits, _ d: Bits) -> FourBits {
      let ab0 = _mm512_unpacklo_epi32(a, b)
      let ab1 = _mm512_unpackhi_epi32(a, b)
      let cd0 = _mm512_unpacklo_epi32(c, d)
      let cd1 = _mm512_unpackhi_epi32(c, d)
      return (
        _mm512_unpacklo_epi64(ab0, cd0), _mm512_unpackhi_epi64(ab0, cd0),
        _mm512_unpacklo_epi64(ab1, cd1), _mm512_unpackhi_epi64(ab1, cd1)
      )
    }

    @inline(__always)
    public static func transposeQuarters(
      _ a: Bits, _ b: Bits, _ c: Bits, _ d: Bits
    ) -> FourBits {
      let evens = _mm512_set_epi64(13, 12, 9, 8, 5, 4, 1, 0)
      let odds = _mm512_set_epi64(15, 14, 11, 10, 7, 6, 3, 2)
      let ab0 = _mm512_permutex2var_epi64(a, evens, b)  // a0 a2 b0 b2
      let ab1 = _mm512_permutex2var_epi64(a, odds, b)  // a1 a3 b1 b3
      let cd0 = _mm512_permutex2var_epi64(c, evens, d)
      let cd1 = _mm512_permutex2var_epi64(c, odds, d)
      return (
        _mm512_permutex2var_epi64(ab0, evens, cd0), _mm512_permutex2var_epi64(ab1, evens, cd1),
        _mm512_permutex2var_epi64(ab0, odds, cd0), _mm512_permutex2var_epi64(ab1, odds, cd1)
      )
    }

    @inline(__always)
    private static func quarter(_ p: UnsafeRawPointer) -> SixteenBytes {
      _mm_loadu_si128(p.assumingMemoryBound(to: __m128i.self))
    }

    @inline(__always)
    private static func half(_ p: UnsafeRawPointer) -> SIMD4<Int64> {
      _mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self))
    }
  }

  /// AMX with bfloat16: Sapphire Rapids and later.
  ///
  /// It lies in the file of the words that it is used with: of functions that two files of a
  /// module share, the linker might keep the wide copy for all sets.
  public struct AMX: TileUnit {
    @inline(__always)
    public init() {}

    @inline(__always)
    public mutating func begin() { configureTiles() }

    @inline(__always)
    public mutating func end() { releaseTiles() }

    @inline(__always)
    public mutating func clearSums(_ index: Int) {
      switch index {
      case 0: clearTile0()
      case 1: clearTile1()
      case 2: clearTile2()
      default: clearTile3()
      }
    }

    @inline(__always)
    public mutating func loadSums(_ index: Int, _ p: UnsafeRawPointer, stride: Int) {
      switch index {
      case 0: loadTile0(p, stride)
      case 1: loadTile1(p, stride)
      case 2: loadTile2(p, stride)
      default: loadTile3(p, stride)
      }
    }

    @inline(__always)
    public mutating func storeSums(_ index: Int, _ p: UnsafeMutableRawPointer, stride: Int) {
      switch index {
      case 0: storeTile0(p, stride)
      case 1: storeTile1(p, stride)
      case 2: storeTile2(p, stride)
      default: storeTile3(p, stride)
      }
    }

    @inline(__always)
    public mutating func loadTokens(_ index: Int, _ p: UnsafeRawPointer) {
      if index == 0 { loadTile4(p, 64) } else { loadTile5(p, 64) }
    }

    @inline(__always)
    public mutating func loadWeights(_ index: Int, _ p: UnsafeRawPointer) {
      if index == 0 { loadTile6(p, 64) } else { loadTile7(p, 64) }
    }

    @inline(__always)
    public mutating func addProducts(tokens: Int, weights: Int) {
      switch 2 &* tokens &+ weights {
      case 0: addTileProducts0()
      case 1: addTileProducts1()
      case 2: addTileProducts2()
      default: addTileProducts3()
      }
    }
  }

  extension KernelSet {
    /// The kernels for AVX-512 with VNNI.
    ///
    /// - Parameter sharesProducts: Whether additions have units besides those that multiply.
    /// - Returns: The table.
    public static func makeAVX512(sharesProducts: Bool) -> KernelSet {
      var set = KernelSet(AVX512.self)
      // Zen 5, one quiet core: a panel of Q4_0 at 0.52 TFLOP/s against 0.45. Beside other work on
      // the same core it may lose a tenth: it has more instructions.
      if sharesProducts { set.packedMatrix = sharedPackedMatrix(AVX512.self) }
      return set
    }

    /// The kernels for AVX-512 with VNNI, and for many tokens those of AVX512_BF16.
    ///
    /// - Parameter sharesProducts: As of `makeAVX512`.
    /// - Returns: The table.
    public static func makeAVX512Pairs(sharesProducts: Bool) -> KernelSet {
      makeAVX512(sharesProducts: sharesProducts).withPairs(named: "avx512-bf16", AVX512.self)
    }

    /// The kernels for AVX-512 with VNNI, and for many tokens those of bytes.
    ///
    /// - Parameters:
    ///   - sharesProducts: As of `makeAVX512`.
    ///   - hasPairs: Whether there is AVX512_BF16, for attention.
    /// - Returns: The table.
    public static func makeAVX512Bytes(sharesProducts: Bool, hasPairs: Bool) -> KernelSet {
      let set =
        hasPairs
        ? makeAVX512Pairs(sharesProducts: sharesProducts)
        : makeAVX512(sharesProducts: sharesProducts)
      return set.withBytes(named: "avx512-int8", AVX512.self)
    }

    /// The kernels for AVX-512 with VNNI, and for many tokens those of AMX.
    public static func makeAMX() -> KernelSet {
      makeAVX512(sharesProducts: false).withTiles(named: "amx", AVX512.self, AMX.self)
    }
  }
#endif
