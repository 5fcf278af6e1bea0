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
    public static func spread8(_ v: Floats, _ step: Int) -> Floats {
      let index = _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)
      let first = _mm512_set1_epi32(Int32(truncatingIfNeeded: step &* 2))
      return permuteLanes512(v, _mm512_add_epi32(index, first))
    }

    @inline(__always)
    public static func loadTwice(_ p: UnsafeRawPointer) -> Bits {
      let v = half(p)
      return Bits(lowHalf: v, highHalf: v)
    }

    @inline(__always)
    public static func wordPair(_ x: UInt16, _ y: UInt16) -> Bits {
      Bits(
        lowHalf: _mm256_set1_epi16(Int16(bitPattern: x)),
        highHalf: _mm256_set1_epi16(Int16(bitPattern: y)))
    }

    @inline(__always)
    public static func sixBits(_ words: SixteenBytes) -> SixteenBytes {
      let low = _mm_srlv_epi32(
        _mm_shuffle_epi8(words, _mm_set_epi32(0x0B0A_0908, 0x0B0A_0908, 0x0706_0504, 0x0706_0504)),
        _mm_set_epi32(2, 0, 2, 0))
      let high = _mm_srlv_epi32(
        _mm_shuffle_epi8(words, _mm_set_epi32(0x0F0E_0D0C, -1, 0x0F0E_0D0C, -1)),
        _mm_set_epi32(4, 0, 0, 0))
      return low & _mm_set_epi32(0x3030_3030, 0x3F3F_3F3F, 0x3030_3030, 0x3F3F_3F3F)
        | high & _mm_set1_epi32(0x0F0F_0F0F)
    }

    @inline(__always)
    public static func spread4(_ v: Floats, _ step: Int) -> Floats {
      let index = _mm512_set_epi32(3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0)
      let first = _mm512_set1_epi32(Int32(truncatingIfNeeded: step &* 4))
      return permuteLanes512(v, _mm512_add_epi32(index, first))
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
      let a = _mm_loadu_si128(p.assumingMemoryBound(to: __m128i.self))
      let b = _mm_loadu_si128(q.assumingMemoryBound(to: __m128i.self))
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
      let pair = _mm_cvtph_ps(_mm_cvtsi32_si128(Int32(bitPattern: bits)))
      let lanes = _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)
      return permuteLanes512(_mm512_zextps128_ps512(pair), lanes)
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
    public static func transpose(_ rows: UnsafeMutableRawPointer) {
      // Within lanes of 128 bits first, four rows at a time; then the lanes themselves.
      var row = 0
      while row < 16 {
        let p = rows + row &* 64
        let (a, b, c, d) = (
          loadBits(p), loadBits(p + 64), loadBits(p + 128), loadBits(p + 192)
        )
        let ab0 = _mm512_unpacklo_epi32(a, b)
        let ab1 = _mm512_unpackhi_epi32(a, b)
        let cd0 = _mm512_unpacklo_epi32(c, d)
        let cd1 = _mm512_unpackhi_epi32(c, d)
        storeBits(_mm512_unpacklo_epi64(ab0, cd0), p)
        storeBits(_mm512_unpackhi_epi64(ab0, cd0), p + 64)
        storeBits(_mm512_unpacklo_epi64(ab1, cd1), p + 128)
        storeBits(_mm512_unpackhi_epi64(ab1, cd1), p + 192)
        row &+= 4
      }
      var column = 0
      var results = (splatByte(0), splatByte(0), splatByte(0), splatByte(0))
      while column < 4 {
        let p = rows + column &* 64
        results = transposeLanes(
          loadBits(p), loadBits(p + 256), loadBits(p + 512), loadBits(p + 768))
        storeBits(results.0, p)
        storeBits(results.1, p + 256)
        storeBits(results.2, p + 512)
        storeBits(results.3, p + 768)
        column &+= 1
      }
    }

    /// Four rows of four lanes of 128 bits, transposed.
    @inline(__always)
    private static func transposeLanes(
      _ a: Bits, _ b: Bits, _ c: Bits, _ d: Bits
    ) -> (Bits, Bits, Bits, Bits) {
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
    private static func half(_ p: UnsafeRawPointer) -> SIMD4<Int64> {
      _mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self))
    }
  }

  extension KernelSet {
    /// The kernels for AVX-512 with VNNI.
    ///
    /// - Parameter sharesProducts: Whether additions have units besides those that multiply.
    /// - Returns: The table.
    public static func makeAVX512(sharesProducts: Bool) -> KernelSet {
      var set = KernelSet(AVX512.self)
      // Zen 5, one core: a panel of Q4_0 at 0.53 TFLOP/s against 0.45.
      if sharesProducts { set.packedMatrix = sharedPackedMatrix(AVX512.self) }
      return set
    }
  }
#endif
