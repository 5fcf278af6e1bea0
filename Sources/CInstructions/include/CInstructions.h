#ifndef C_INSTRUCTIONS_H
#define C_INSTRUCTIONS_H

/// Tells the processor that the thread is waiting in a loop, so that its sibling may go ahead.
static inline void waitHint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#if defined(__x86_64__)
/// `prefetcht0`: importing its intrinsic, Swift drops the call.
static inline void prefetchLine(const void *p) {
  __asm__ volatile("prefetcht0 %0" : : "m"(*(const char *)p));
}

/// `xgetbv` of XCR0, the register states that the system saves: its intrinsic is a macro. Only
/// where `cpuid` has OSXSAVE.
static inline unsigned long long savedRegisterStates(void) {
  unsigned int low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (unsigned long long)high << 32 | low;
}
#endif

#if defined(__x86_64__) && defined(__linux__)
/// `syscall`: asks for the tile registers, which Linux keeps from a process until it does. Zero if
/// it may use them.
static inline long requestTiles(void) {
  long result;
  __asm__ volatile("syscall" : "=a"(result)
                   : "a"(158L /* arch_prctl */), "D"(0x1023L /* ARCH_REQ_XCOMP_PERM */),
                     "S"(18L /* XFEATURE_XTILEDATA */)
                   : "rcx", "r11", "memory");
  return result;
}
#endif

#if defined(__AVX512F__) && defined(__AVX512VNNI__)
#include <immintrin.h>

/// `vpdpwssd`: the compiler takes its intrinsic for a multiplication and an addition, two
/// instructions where one does.
static inline __m512i addPairProducts512(__m512i sum, __m512i a, __m512i b) {
  __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
}

/// `vpermps`: knowing the lanes, the compiler moves arithmetic across its intrinsic and does it
/// lane by lane.
static inline __m512 permuteLanes512(__m512 v, __m512i lanes) {
  __m512 result;
  __asm__("vpermps %1, %2, %0" : "=v"(result) : "v"(v), "v"(lanes));
  return result;
}

/// `vpermps` of lanes 0 to 3: widening the vector first would take instructions.
static inline __m512 permuteFourLanes512(__m128 v, __m512i lanes) {
  __m512 result;
  // Of the registers from 16 on, the compiler has no wide name.
  __asm__("vpermps %g1, %2, %0" : "=v"(result) : "x"(v), "v"(lanes));
  return result;
}

/// `vpermw` of 64 bytes in memory: knowing the places, the compiler makes several shuffles.
static inline __m512i pickWords512(const void *p, __m512i places) {
  __m512i result;
  __asm__("vpermw %2, %1, %0" : "=v"(result) : "v"(places), "m"(*(const char (*)[64])p));
  return result;
}

/// `vinserti32x4` of 16 bytes in memory as the last ones: the compiler makes several insertions.
static inline __m512i withLastQuarter512(__m512i v, const void *p) {
  __m512i result;
  __asm__("vinserti32x4 $3, %2, %1, %0" : "=v"(result) : "v"(v), "m"(*(const char (*)[16])p));
  return result;
}

/// No instruction: the compiler forgets what it knows of a vector.
static inline __m512i hidden512(__m512i v) {
  __asm__("" : "+v"(v));
  return v;
}

/// `vpsrlvd`: knowing the counts, the compiler shifts some lanes apart from the others.
static inline __m512i shiftLanes512(__m512i v, __m512i counts) {
  __m512i result;
  __asm__("vpsrlvd %2, %1, %0" : "=v"(result) : "v"(v), "v"(counts));
  return result;
}

/// `vcvtph2ps` of sixteen values: knowing some to be equal, the compiler converts fewer of them
/// and adds shuffles.
static inline __m512 widenHalves512(__m256i halves) {
  __m512 result;
  __asm__("vcvtph2ps %1, %0" : "=v"(result) : "v"(halves));
  return result;
}
#endif

#if defined(__AVX2__)
#include <immintrin.h>

/// `vpermps` of eight lanes; see `permuteLanes512`.
static inline __m256 permuteLanes256(__m256 v, __m256i lanes) {
  __m256 result;
  __asm__("vpermps %1, %2, %0" : "=x"(result) : "x"(v), "x"(lanes));
  return result;
}

/// `vpsrlvd` of eight lanes; see `shiftLanes512`.
static inline __m256i shiftLanes256(__m256i v, __m256i counts) {
  __m256i result;
  __asm__("vpsrlvd %2, %1, %0" : "=x"(result) : "x"(v), "x"(counts));
  return result;
}

/// No instruction: the compiler forgets what it knows of a vector.
static inline __m256i hidden256(__m256i v) {
  __asm__("" : "+x"(v));
  return v;
}

/// `vpdpbusd` of AVX-VNNI: only where the processor has it.
static inline __m256i addByteProducts256(__m256i sum, __m256i bytes, __m256i signedBytes) {
  __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(bytes), "x"(signedBytes));
  return sum;
}
#endif

#if defined(__AVX512F__) && defined(__AVX512BW__)
// AVX512_BF16: only where the processor has it.

/// `vcvtne2ps2bf16`: words of `low` in the low half.
static inline __m512i bfloat16Words512(__m512 low, __m512 high) {
  __m512i result;
  __asm__("vcvtne2ps2bf16 %1, %2, %0" : "=v"(result) : "v"(low), "v"(high));
  return result;
}

/// `vdpbf16ps`.
static inline __m512 addBFloat16Products512(__m512 sum, __m512i a, __m512i b) {
  __asm__("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
  return sum;
}

// AMX. Tiles 0 to 3 hold sums, 4 and 5 tokens, 6 and 7 weights; the compiler knows none of them.

/// `ldtilecfg` of palette 1: eight tiles of 16 rows of 64 bytes.
static inline void configureTiles(void) {
  static const struct {
    unsigned char palette, firstRow, zeros[14];
    unsigned short rowBytes[16];
    unsigned char rows[16];
  } configuration = {1, 0, {0}, {64, 64, 64, 64, 64, 64, 64, 64}, {16, 16, 16, 16, 16, 16, 16, 16}};
  __asm__ volatile("ldtilecfg %0" : : "m"(configuration));
}

/// `tilerelease`.
static inline void releaseTiles(void) { __asm__ volatile("tilerelease"); }

#define TILE(N)                                                                                  \
  /** `tilezero`. */                                                                             \
  static inline void clearTile##N(void) { __asm__ volatile("tilezero %tmm" #N); }                \
  /** `tileloadd`. */                                                                            \
  static inline void loadTile##N(const void *p, long stride) {                                   \
    __asm__ volatile("tileloadd (%0,%1,1), %%tmm" #N : : "r"(p), "r"(stride) : "memory");        \
  }                                                                                              \
  /** `tilestored`. */                                                                           \
  static inline void storeTile##N(void *p, long stride) {                                        \
    __asm__ volatile("tilestored %%tmm" #N ", (%0,%1,1)" : : "r"(p), "r"(stride) : "memory");    \
  }
TILE(0) TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7)
#undef TILE

#define TILE_PRODUCT(SUMS, TOKENS, WEIGHTS)                                                      \
  /** `tdpbf16ps`. */                                                                            \
  static inline void addTileProducts##SUMS(void) {                                               \
    __asm__ volatile("tdpbf16ps %tmm" #WEIGHTS ", %tmm" #TOKENS ", %tmm" #SUMS);                 \
  }
TILE_PRODUCT(0, 4, 6) TILE_PRODUCT(1, 4, 7) TILE_PRODUCT(2, 5, 6) TILE_PRODUCT(3, 5, 7)
#undef TILE_PRODUCT
#endif

#endif
