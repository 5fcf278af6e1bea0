#if arch(x86_64)
  import CInstructions
  import KernelCore
  import _Builtin_intrinsics.intel

  /// The words of AVX2 with FMA and F16C: each vector is two registers.
  public protocol AVX2Words: InstructionSet {}

  extension AVX2Words {
    @inline(__always)
    public static func load(_ p: UnsafePointer<Float>) -> Floats {
      Floats(lowHalf: _mm256_loadu_ps(p), highHalf: _mm256_loadu_ps(p + 8))
    }

    @inline(__always)
    public static func store(_ v: Floats, _ p: UnsafeMutablePointer<Float>) {
      _mm256_storeu_ps(p, v.lowHalf)
      _mm256_storeu_ps(p + 8, v.highHalf)
    }

    @inline(__always)
    public static func loadHalf(_ p: UnsafeRawPointer) -> Floats {
      Floats(lowHalf: _mm256_cvtph_ps(quarter(p)), highHalf: _mm256_cvtph_ps(quarter(p + 16)))
    }

    @inline(__always)
    public static func loadBFloat16(_ p: UnsafeRawPointer) -> Floats {
      floats32(
        _mm256_slli_epi32(_mm256_cvtepu16_epi32(quarter(p)), 16),
        _mm256_slli_epi32(_mm256_cvtepu16_epi32(quarter(p + 16)), 16))
    }

    @inline(__always)
    public static func splat(_ x: Float) -> Floats {
      Floats(lowHalf: _mm256_set1_ps(x), highHalf: _mm256_set1_ps(x))
    }

    @inline(__always)
    public static func pair(_ x: Float, _ y: Float) -> Floats {
      Floats(lowHalf: _mm256_set1_ps(x), highHalf: _mm256_set1_ps(y))
    }

    @inline(__always)
    public static func multiplyAdd(_ sum: Floats, _ a: Floats, _ b: Floats) -> Floats {
      Floats(
        lowHalf: _mm256_fmadd_ps(a.lowHalf, b.lowHalf, sum.lowHalf),
        highHalf: _mm256_fmadd_ps(a.highHalf, b.highHalf, sum.highHalf))
    }

    @inline(__always)
    public static func product(_ a: Floats, _ b: Floats) -> Floats {
      Floats(
        lowHalf: _mm256_mul_ps(a.lowHalf, b.lowHalf),
        highHalf: _mm256_mul_ps(a.highHalf, b.highHalf))
    }

    @inline(__always)
    public static func shiftedRight(_ word: UInt32, by counts: SIMD16<UInt32>) -> Bits {
      let words = _mm256_set1_epi32(Int32(bitPattern: word))
      let counts = unsafeBitCast(counts, to: Bits.self)
      return Bits(
        lowHalf: _mm256_srlv_epi32(words, counts.lowHalf),
        highHalf: _mm256_srlv_epi32(words, counts.highHalf))
    }

    /// Eight of the values of six bits, the last four's nibbles above `first` bits.
    @inline(__always)
    private static func sixBits(_ p: UnsafeRawPointer, _ nibbles: Int32, _ first: Int32) -> SIMD4<
      Int64
    > {
      let words = _mm256_set1_epi32(p.loadUnaligned(as: Int32.self))
      let low = _mm256_srlv_epi32(words, _mm256_set_epi32(26, 18, 10, 2, 24, 16, 8, 0))
      let high = _mm256_srlv_epi32(
        _mm256_set1_epi32(nibbles),
        _mm256_set_epi32(24 &+ first, 16 &+ first, 8 &+ first, first, 32, 32, 32, 32))
      return _mm256_or_si256(
        _mm256_and_si256(
          low, _mm256_set_epi32(0x30, 0x30, 0x30, 0x30, 0x3F, 0x3F, 0x3F, 0x3F)),
        _mm256_and_si256(high, _mm256_set1_epi32(15)))
    }

    @inline(__always)
    public static func sixBits(_ p: UnsafeRawPointer) -> Bits {
      let nibbles = p.loadUnaligned(fromByteOffset: 8, as: Int32.self)
      return Bits(lowHalf: sixBits(p, nibbles, 0), highHalf: sixBits(p + 4, nibbles, 4))
    }

    @inline(__always)
    public static func sum(_ v: Floats) -> Float {
      let eight = _mm256_add_ps(v.lowHalf, v.highHalf)
      let four = _mm_add_ps(eight.lowHalf, eight.highHalf)
      let two = _mm_add_ps(four, _mm_movehl_ps(four, four))
      return two.x + two.y
    }

    @inline(__always)
    public static func maximum(_ a: Floats, _ b: Floats) -> Floats {
      Floats(
        lowHalf: _mm256_max_ps(a.lowHalf, b.lowHalf),
        highHalf: _mm256_max_ps(a.highHalf, b.highHalf))
    }

    @inline(__always)
    public static func minimum(_ a: Floats, _ b: Floats) -> Floats {
      Floats(
        lowHalf: _mm256_min_ps(a.lowHalf, b.lowHalf),
        highHalf: _mm256_min_ps(a.highHalf, b.highHalf))
    }

    @inline(__always)
    public static func magnitude(_ a: Floats) -> Floats {
      let sign = _mm256_set1_ps(-0.0)
      return Floats(
        lowHalf: _mm256_andnot_ps(sign, a.lowHalf), highHalf: _mm256_andnot_ps(sign, a.highHalf))
    }

    @inline(__always)
    public static func rounded(_ a: Floats) -> Floats {
      Floats(
        lowHalf: _mm256_cvtepi32_ps(_mm256_cvtps_epi32(a.lowHalf)),
        highHalf: _mm256_cvtepi32_ps(_mm256_cvtps_epi32(a.highHalf)))
    }

    @inline(__always)
    public static func exp2Integral(_ a: Floats) -> Floats {
      floats32(exponent(a.lowHalf), exponent(a.highHalf))
    }

    @inline(__always)
    public static func floats(_ integers: Bits) -> Floats {
      Floats(
        lowHalf: _mm256_cvtepi32_ps(integers.lowHalf),
        highHalf: _mm256_cvtepi32_ps(integers.highHalf))
    }

    @inline(__always)
    public static func floats(unsigned bytes: SixteenBytes) -> Floats {
      Floats(
        lowHalf: _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)),
        highHalf: _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(SIMD2(bytes.y, 0))))
    }

    @inline(__always)
    public static func floats(signed bytes: SixteenBytes) -> Floats {
      Floats(
        lowHalf: _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)),
        highHalf: _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(SIMD2(bytes.y, 0))))
    }

    @inline(__always)
    public static func lanes(_ v: Bits, _ lanes: (Int, Int, Int, Int)) -> Bits {
      func bytes(_ lane: Int) -> Int32 {
        Int32(truncatingIfNeeded: 0x0302_0100 &+ 0x0404_0404 &* lane)
      }
      let (a, b, c, d) = (bytes(lanes.0), bytes(lanes.1), bytes(lanes.2), bytes(lanes.3))
      let places = _mm256_set_epi32(d, c, b, a, d, c, b, a)
      return Bits(
        lowHalf: _mm256_shuffle_epi8(v.lowHalf, places),
        highHalf: _mm256_shuffle_epi8(v.highHalf, places))
    }

    @inline(__always)
    public static func shiftedRight(_ v: Bits, lanesBy counts: SIMD4<UInt32>) -> Bits {
      let counts = unsafeBitCast(SIMD8(lowHalf: counts, highHalf: counts), to: SIMD4<Int64>.self)
      return Bits(
        lowHalf: shiftLanes256(v.lowHalf, counts), highHalf: shiftLanes256(v.highHalf, counts))
    }

    @inline(__always)
    public static func packed(_ a: Bits, _ b: Bits) -> Bits {
      Bits(
        lowHalf: _mm256_packs_epi32(a.lowHalf, b.lowHalf),
        highHalf: _mm256_packs_epi32(a.highHalf, b.highHalf))
    }

    @inline(__always)
    public static func neighbourSums(_ a: Bits, _ b: Bits) -> Bits {
      products(packed(a, b), splatWord(1))
    }

    @inline(__always)
    public static func distantSums(_ a: Bits, _ b: Bits) -> Bits {
      addIntegers(
        Bits(
          lowHalf: _mm256_unpacklo_epi64(a.lowHalf, b.lowHalf),
          highHalf: _mm256_unpacklo_epi64(a.highHalf, b.highHalf)),
        Bits(
          lowHalf: _mm256_unpackhi_epi64(a.lowHalf, b.lowHalf),
          highHalf: _mm256_unpackhi_epi64(a.highHalf, b.highHalf)))
    }

    @inline(__always)
    public static func byteProducts(unsigned: Bits, signed: Bits) -> Bits {
      Bits(
        lowHalf: _mm256_maddubs_epi16(unsigned.lowHalf, signed.lowHalf),
        highHalf: _mm256_maddubs_epi16(unsigned.highHalf, signed.highHalf))
    }

    @inline(__always)
    public static func addSignedProducts(_ sum: Bits, _ a: Bits, _ b: Bits) -> Bits {
      // Magnitudes of one side, up to 128, times the other with its signs: two fit in a word.
      let magnitudes = Bits(
        lowHalf: _mm256_abs_epi8(a.lowHalf), highHalf: _mm256_abs_epi8(a.highHalf))
      let signed = Bits(
        lowHalf: _mm256_sign_epi8(b.lowHalf, a.lowHalf),
        highHalf: _mm256_sign_epi8(b.highHalf, a.highHalf))
      return addProducts(sum, byteProducts(unsigned: magnitudes, signed: signed), splatWord(1))
    }

    @inline(__always)
    public static func eachTwice(_ v: Floats) -> Floats {
      Floats(
        lowHalf: permuteLanes256(v.lowHalf, _mm256_set_epi32(3, 3, 2, 2, 1, 1, 0, 0)),
        highHalf: permuteLanes256(v.lowHalf, _mm256_set_epi32(7, 7, 6, 6, 5, 5, 4, 4)))
    }

    @inline(__always)
    public static func eachForSums(_ v: Floats) -> Floats {
      Floats(
        lowHalf: permuteLanes256(v.lowHalf, _mm256_set_epi32(5, 5, 1, 1, 4, 4, 0, 0)),
        highHalf: permuteLanes256(v.lowHalf, _mm256_set_epi32(7, 7, 3, 3, 6, 6, 2, 2)))
    }

    @inline(__always)
    public static func spread(_ v: Floats, _ lanes: (Int, Int, Int, Int)) -> Floats {
      Floats(
        lowHalf: spread(v, lanes.0, lanes.1), highHalf: spread(v, lanes.2, lanes.3))
    }

    /// Two lanes of the same half, each repeated four times: of their numbers, three bits count.
    @inline(__always)
    private static func spread(_ v: Floats, _ first: Int, _ second: Int) -> SIMD8<Float> {
      let (a, b) = (Int32(truncatingIfNeeded: first), Int32(truncatingIfNeeded: second))
      return permuteLanes256(
        first < 8 ? v.lowHalf : v.highHalf, _mm256_set_epi32(b, b, b, b, a, a, a, a))
    }

    @inline(__always)
    public static func loadBits(_ p: UnsafeRawPointer) -> Bits {
      Bits(lowHalf: half(p), highHalf: half(p + 32))
    }

    @inline(__always)
    public static func storeBits(_ v: Bits, _ p: UnsafeMutableRawPointer) {
      _mm256_storeu_si256(p.assumingMemoryBound(to: __m256i.self), v.lowHalf)
      _mm256_storeu_si256((p + 32).assumingMemoryBound(to: __m256i.self), v.highHalf)
    }

    @inline(__always)
    public static func loadHalves(_ p: UnsafeRawPointer, _ q: UnsafeRawPointer) -> Bits {
      Bits(lowHalf: half(p), highHalf: half(q))
    }

    @inline(__always)
    public static func loadTwice(_ p: UnsafeRawPointer, thenShifted shift: Int) -> Bits {
      let v = half(p)
      return Bits(lowHalf: v, highHalf: _mm256_srli_epi16(v, Int32(truncatingIfNeeded: shift)))
    }

    @inline(__always)
    public static func loadNibbles(_ p: UnsafeRawPointer, _ q: UnsafeRawPointer) -> Bits {
      let a = quarter(p)
      let b = quarter(q)
      return Bits(
        lowHalf: SIMD4(lowHalf: a, highHalf: _mm_srli_epi16(a, 4)),
        highHalf: SIMD4(lowHalf: b, highHalf: _mm_srli_epi16(b, 4)))
    }

    @inline(__always)
    public static func varied(_ v: Bits) -> Bits {
      Bits(lowHalf: hidden256(v.lowHalf), highHalf: hidden256(v.highHalf))
    }

    @inline(__always)
    public static func splatByte(_ x: UInt8) -> Bits {
      let v = _mm256_set1_epi8(CChar(bitPattern: x))
      return Bits(lowHalf: v, highHalf: v)
    }

    @inline(__always)
    public static func shiftedRight(_ v: Bits, _ count: Int) -> Bits {
      let count = Int32(truncatingIfNeeded: count)
      return Bits(
        lowHalf: _mm256_srli_epi16(v.lowHalf, count), highHalf: _mm256_srli_epi16(v.highHalf, count)
      )
    }

    @inline(__always)
    public static func shiftedLeft(_ v: Bits, _ count: Int) -> Bits {
      let count = Int32(truncatingIfNeeded: count)
      return Bits(
        lowHalf: _mm256_slli_epi16(v.lowHalf, count), highHalf: _mm256_slli_epi16(v.highHalf, count)
      )
    }

    @inline(__always)
    public static func expandBits(_ bits: UInt64) -> Bits {
      Bits(
        lowHalf: expand(Int32(truncatingIfNeeded: bits)),
        highHalf: expand(Int32(truncatingIfNeeded: bits &>> 32)))
    }

    @inline(__always)
    public static func add(
      _ number: UInt8, to v: Bits, where bits: Bits, ofPair pair: Int
    ) -> Bits {
      let ones: Int64 = 0x0101_0101_0101_0101
      let first = Int64(truncatingIfNeeded: 2 &* pair) &* ones
      let places = SIMD4(first, first &+ ones, first, first &+ ones)
      let all = Bits(
        lowHalf: expand(bits.lowHalf, places), highHalf: expand(bits.highHalf, places))
      return v | all & splatByte(number)
    }

    @inline(__always)
    public static func lookUp(_ indices: Bits, in table: SIMD2<Int64>) -> Bits {
      let twice = SIMD4(lowHalf: table, highHalf: table)
      return Bits(
        lowHalf: _mm256_shuffle_epi8(twice, indices.lowHalf),
        highHalf: _mm256_shuffle_epi8(twice, indices.highHalf))
    }

    @inline(__always)
    public static func storeBytes(_ v: Floats, _ p: UnsafeMutableRawPointer) {
      let low = _mm256_cvtps_epi32(v.lowHalf)
      let high = _mm256_cvtps_epi32(v.highHalf)
      let a = _mm_packs_epi32(low.lowHalf, low.highHalf)
      let b = _mm_packs_epi32(high.lowHalf, high.highHalf)
      _mm_storeu_si128(p.assumingMemoryBound(to: __m128i.self), _mm_packs_epi16(a, b))
    }

    @inline(__always)
    public static func prefetch(_ p: UnsafeRawPointer) { prefetchLine(p) }

    public static var hasWideTiles: Bool { @inline(__always) get { false } }

    @inline(__always)
    public static func halves(_ low: UInt64, _ high: UInt64) -> Floats {
      let halves = SIMD2(Int64(bitPattern: low), Int64(bitPattern: high))
      return Floats(lowHalf: _mm256_cvtph_ps(halves), highHalf: _mm256_setzero_ps())
    }

    @inline(__always)
    public static func halfPair(_ bits: UInt32) -> Floats {
      let pair = _mm_cvtph_ps(_mm_cvtsi32_si128(Int32(bitPattern: bits)))
      return Self.pair(pair.x, pair.y)
    }

    @inline(__always)
    public static func splatHalf(_ p: UnsafeRawPointer) -> Floats {
      let eight = _mm256_cvtph_ps(_mm_set1_epi16(p.loadUnaligned(as: Int16.self)))
      return Floats(lowHalf: eight, highHalf: eight)
    }

    @inline(__always)
    public static func splatWord(_ x: Int16) -> Bits {
      let v = _mm256_set1_epi16(x)
      return Bits(lowHalf: v, highHalf: v)
    }

    @inline(__always)
    public static func splatPair(_ p: UnsafeRawPointer) -> Bits {
      let v = _mm256_set1_epi32(p.loadUnaligned(as: Int32.self))
      return Bits(lowHalf: v, highHalf: v)
    }

    @inline(__always)
    public static func signedOddBytes(_ v: Bits) -> Bits {
      Bits(lowHalf: _mm256_srai_epi16(v.lowHalf, 8), highHalf: _mm256_srai_epi16(v.highHalf, 8))
    }

    @inline(__always)
    public static func subtractWords(_ a: Bits, _ b: Bits) -> Bits {
      Bits(
        lowHalf: _mm256_sub_epi16(a.lowHalf, b.lowHalf),
        highHalf: _mm256_sub_epi16(a.highHalf, b.highHalf))
    }

    @inline(__always)
    public static func products(_ a: Bits, _ b: Bits) -> Bits {
      Bits(
        lowHalf: _mm256_madd_epi16(a.lowHalf, b.lowHalf),
        highHalf: _mm256_madd_epi16(a.highHalf, b.highHalf))
    }

    @inline(__always)
    public static func addProducts(_ sum: Bits, _ a: Bits, _ b: Bits) -> Bits {
      let products = products(a, b)
      return Bits(
        lowHalf: _mm256_add_epi32(sum.lowHalf, products.lowHalf),
        highHalf: _mm256_add_epi32(sum.highHalf, products.highHalf))
    }

    @inline(__always)
    public static func storeWords(
      _ v: Floats, even: UnsafeMutableRawPointer, odd: UnsafeMutableRawPointer
    ) {
      // Within four lanes: the low words of the first and the third, then of the others.
      let within = _mm256_set_epi32(0, 0, 0x0D0C_0504, 0x0908_0100, 0, 0, 0x0D0C_0504, 0x0908_0100)
      let low = _mm256_shuffle_epi8(_mm256_cvtps_epi32(v.lowHalf), within)
      let high = _mm256_shuffle_epi8(_mm256_cvtps_epi32(v.highHalf), within)
      let words = _mm256_permutevar8x32_epi32(
        _mm256_unpacklo_epi64(low, high), _mm256_set_epi32(7, 3, 5, 1, 6, 2, 4, 0))
      _mm_storeu_si128(even.assumingMemoryBound(to: __m128i.self), words.lowHalf)
      _mm_storeu_si128(odd.assumingMemoryBound(to: __m128i.self), words.highHalf)
    }

    // MARK: Halves

    @inline(__always)
    private static func half(_ p: UnsafeRawPointer) -> SIMD4<Int64> {
      _mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self))
    }

    @inline(__always)
    private static func quarter(_ p: UnsafeRawPointer) -> SIMD2<Int64> {
      _mm_loadu_si128(p.assumingMemoryBound(to: __m128i.self))
    }

    @inline(__always)
    private static func floats32(_ low: SIMD4<Int64>, _ high: SIMD4<Int64>) -> Floats {
      Floats(
        lowHalf: unsafeBitCast(low, to: SIMD8<Float>.self),
        highHalf: unsafeBitCast(high, to: SIMD8<Float>.self))
    }

    @inline(__always)
    private static func exponent(_ v: SIMD8<Float>) -> SIMD4<Int64> {
      _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(v), _mm256_set1_epi32(127)), 23)
    }

    /// A byte of ones for each of 32 bits.
    @inline(__always)
    private static func expand(_ bits: Int32) -> SIMD4<Int64> {
      expand(
        _mm256_set1_epi32(bits),
        _mm256_set_epi64x(
          0x0303_0303_0303_0303, 0x0202_0202_0202_0202, 0x0101_0101_0101_0101, 0))
    }

    /// A byte of ones for each bit set: every byte picks the one that holds its bit, and tests it.
    @inline(__always)
    private static func expand(_ v: SIMD4<Int64>, _ places: SIMD4<Int64>) -> SIMD4<Int64> {
      let mask = _mm256_set1_epi64x(Int64(bitPattern: 0x8040_2010_0804_0201))
      return _mm256_cmpeq_epi8(_mm256_and_si256(_mm256_shuffle_epi8(v, places), mask), mask)
    }
  }

  /// AVX2 with FMA and F16C: Haswell, Zen and later.
  public enum AVX2: AVX2Words {
    public static var name: String { "avx2" }

    /// Two products saturate at 16 bits; four of these fit.
    public static var largestByte: Int { @inline(__always) get { 32 } }

    @inline(__always)
    public static func addByteProducts(_ sum: Bits, unsigned: Bits, signed: Bits) -> Bits {
      addProducts(sum, byteProducts(unsigned: unsigned, signed: signed), splatWord(1))
    }

    @inline(__always)
    public static func addByteProducts(
      _ sum: Bits, unsigned: (Bits, Bits), signed: (Bits, Bits)
    ) -> Bits {
      let products = addWords(
        byteProducts(unsigned: unsigned.0, signed: signed.0),
        byteProducts(unsigned: unsigned.1, signed: signed.1))
      return addProducts(sum, products, splatWord(1))
    }
  }

  /// AVX2 with AVX-VNNI: Alder Lake, Zen 5 and later.
  public enum AVXVNNI: AVX2Words {
    public static var name: String { "avx-vnni" }

    @inline(__always)
    public static func addByteProducts(_ sum: Bits, unsigned: Bits, signed: Bits) -> Bits {
      Bits(
        lowHalf: addByteProducts256(sum.lowHalf, unsigned.lowHalf, signed.lowHalf),
        highHalf: addByteProducts256(sum.highHalf, unsigned.highHalf, signed.highHalf))
    }
  }

  extension KernelSet {
    /// The kernels for AVX2.
    public static func makeAVX2() -> KernelSet { KernelSet(AVX2.self) }

    /// The kernels for AVX2, and for many tokens products of bytes.
    ///
    /// - Parameter hasVNNI: Whether there is AVX-VNNI.
    /// - Returns: The table.
    public static func makeAVX2Bytes(hasVNNI: Bool) -> KernelSet {
      hasVNNI
        ? makeAVX2().withBytes(named: "avx-vnni-int8", AVXVNNI.self)
        : makeAVX2().withBytes(named: "avx2-int8", AVX2.self)
    }
  }
#endif
