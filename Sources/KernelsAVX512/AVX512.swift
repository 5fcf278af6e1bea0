#if arch(x86_64)
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
    public static func floats(unsignedBytes low: UInt64, _ high: UInt64) -> Floats {
      let bytes = SIMD2(Int64(bitPattern: low), Int64(bitPattern: high))
      return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes))
    }

    @inline(__always)
    public static func floats(signedBytes low: UInt64, _ high: UInt64) -> Floats {
      let bytes = SIMD2(Int64(bitPattern: low), Int64(bitPattern: high))
      return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes))
    }

    @inline(__always)
    public static func spread8(_ v: Floats, _ step: Int) -> Floats {
      let index = _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)
      let first = _mm512_set1_epi32(Int32(truncatingIfNeeded: step &* 2))
      return _mm512_permutexvar_ps(_mm512_add_epi32(index, first), v)
    }

    @inline(__always)
    public static func spread4(_ v: Floats, _ step: Int) -> Floats {
      let index = _mm512_set_epi32(3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0)
      let first = _mm512_set1_epi32(Int32(truncatingIfNeeded: step &* 4))
      return _mm512_permutexvar_ps(_mm512_add_epi32(index, first), v)
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
      return Bits(lowHalf: v, highHalf: _mm256_srli_epi16(v, Int32(truncatingIfNeeded: shift)))
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
    public static func subtractBytes(_ a: Bits, _ b: Bits) -> Bits { _mm512_sub_epi8(a, b) }

    @inline(__always)
    public static func expandBits(_ bits: UInt64) -> Bits { _mm512_movm_epi8(bits) }

    @inline(__always)
    public static func lookUp(_ indices: Bits, in table: SIMD2<Int64>) -> Bits {
      _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table), indices)
    }

    @inline(__always)
    public static func dot(_ weights: Bits, high: Bits, low: Bits, bias: Bits) -> Bits {
      // The product is unsigned × signed: weights are offset by 128. After the shift by 7 bits the
      // bias, −Σ(128 high + low), has taken just that away.
      let offset = _mm512_xor_si512(weights, splatByte(128))
      let upper = _mm512_slli_epi32(_mm512_dpbusd_epi32(bias, offset, high), 7)
      return _mm512_dpbusd_epi32(upper, offset, low)
    }

    @inline(__always)
    public static func dotBias(high: Bits, low: Bits) -> Bits {
      let zero = _mm512_setzero_si512()
      let upper = _mm512_slli_epi32(_mm512_dpbusd_epi32(zero, splatByte(1), high), 7)
      return _mm512_sub_epi32(zero, _mm512_dpbusd_epi32(upper, splatByte(1), low))
    }

    @inline(__always)
    public static func storeBytes(_ v: Floats, _ p: UnsafeMutableRawPointer) {
      let bytes = _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(v))
      _mm_storeu_si128(p.assumingMemoryBound(to: __m128i.self), bytes)
    }

    @inline(__always)
    public static func prefetch(_ p: UnsafeRawPointer) {
      _m_prefetch(UnsafeMutableRawPointer(mutating: p))
    }

    @inline(__always)
    private static func half(_ p: UnsafeRawPointer) -> SIMD4<Int64> {
      _mm256_loadu_si256(p.assumingMemoryBound(to: __m256i.self))
    }
  }

  extension KernelSet {
    /// The kernels for AVX-512 with VNNI.
    public static func makeAVX512() -> KernelSet { KernelSet(AVX512.self) }
  }
#endif
