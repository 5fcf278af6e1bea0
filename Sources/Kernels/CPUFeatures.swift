#if arch(x86_64)
  #if canImport(Darwin)
    import Darwin
  #else
    import CInstructions
    import _Builtin_intrinsics.intel.cpuid
  #endif
#endif

/// What the processor and the system together offer.
///
/// `cpuid` alone does not say that the system saves the wide registers: `xgetbv` does. Both are
/// answered by an emulator too, which `/proc/cpuinfo` is not.
struct CPUFeatures: Equatable, Sendable {
  /// AVX2, FMA and F16C.
  let hasAVX2: Bool
  /// AVX-VNNI, on top of AVX2.
  let hasAVXVNNI: Bool
  /// AVX-512 F, BW, DQ, VL and VNNI.
  let hasAVX512VNNI: Bool
  /// AVX-512's conversion to bfloat16.
  let hasAVX512BF16: Bool
  /// AMX with bfloat16, and the conversion to it.
  let hasAMX: Bool
  /// Whether wide registers are added by more units than multiply: AMD's are, since Zen 4, while
  /// Intel has two for both.
  var hasUnitsForAdditions: Bool

  /// The features of the machine that runs the program.
  static let current = CPUFeatures()

  /// Reads the registers that `cpuid` and `xgetbv` answer with.
  ///
  /// - Parameters:
  ///   - ecx1: ECX of leaf 1.
  ///   - ebx7: EBX of leaf 7.
  ///   - ecx7: ECX of leaf 7.
  ///   - edx7: EDX of leaf 7.
  ///   - eax71: EAX of subleaf 1 of leaf 7.
  ///   - vendor: The maker's name in leaf 0.
  ///   - savedStates: XCR0, the register states that the system saves; 0 without OSXSAVE.
  init(
    ecx1: UInt32, ebx7: UInt32, ecx7: UInt32, edx7: UInt32 = 0, eax71: UInt32 = 0,
    vendor: String = "", savedStates: UInt64
  ) {
    func all(_ bits: [UInt32], of register: UInt32) -> Bool {
      bits.allSatisfy { register >> $0 & 1 == 1 }
    }
    let sse: UInt64 = 1 << 1
    let ymm: UInt64 = 1 << 2
    let masksAndZMM: UInt64 = 0b111 << 5
    let tiles: UInt64 = 0b11 << 17
    // FMA, OSXSAVE, AVX and F16C; AVX2.
    hasAVX2 =
      savedStates & (sse | ymm) == sse | ymm && all([12, 27, 28, 29], of: ecx1)
      && all([5], of: ebx7)
    hasAVXVNNI = hasAVX2 && all([4], of: eax71)
    // F, DQ, BW and VL; VNNI.
    hasAVX512VNNI =
      hasAVX2 && savedStates & masksAndZMM == masksAndZMM && all([16, 17, 30, 31], of: ebx7)
      && all([11], of: ecx7)
    hasAVX512BF16 = hasAVX512VNNI && all([5], of: eax71)
    // AMX-BF16 and AMX-TILE.
    hasAMX = hasAVX512BF16 && savedStates & tiles == tiles && all([22, 24], of: edx7)
    hasUnitsForAdditions = vendor == "AuthenticAMD"
  }

  #if !arch(x86_64)
    private init() { self.init(ecx1: 0, ebx7: 0, ecx7: 0, savedStates: 0) }
  #elseif canImport(Darwin)
    /// Asks the system, which enables the AVX-512 states of XCR0 only when they are first used.
    private init() {
      func has(_ features: [String]) -> Bool {
        features.allSatisfy {
          var value: Int32 = 0
          var size = MemoryLayout<Int32>.size
          return sysctlbyname("hw.optional.\($0)", &value, &size, nil, 0) == 0 && value != 0
        }
      }
      hasAVX2 = has(["avx2_0", "fma", "f16c"])
      hasAVXVNNI = false
      hasAVX512VNNI =
        hasAVX2 && has(["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512vnni"])
      hasAVX512BF16 = false
      hasAMX = false
      hasUnitsForAdditions = false
    }
  #else
    private init() {
      typealias Registers = (eax: UInt32, ebx: UInt32, ecx: UInt32, edx: UInt32)
      func registers(_ leaf: UInt32, _ subleaf: UInt32 = 0) -> Registers {
        var r: Registers = (0, 0, 0, 0)
        guard __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx) != 0 else {
          return (0, 0, 0, 0)
        }
        return r
      }
      let (leaf0, ecx1, leaf7) = (registers(0), registers(1).ecx, registers(7))
      let name = [leaf0.ebx, leaf0.edx, leaf0.ecx].flatMap { word in
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
      }
      let isSavingKnown = ecx1 >> 27 & 1 == 1
      self.init(
        ecx1: ecx1, ebx7: leaf7.ebx, ecx7: leaf7.ecx, edx7: leaf7.edx,
        eax71: leaf7.eax > 0 ? registers(7, 1).eax : 0,
        vendor: String(decoding: name, as: UTF8.self),
        savedStates: isSavingKnown ? savedRegisterStates() : 0)
    }
  #endif
}
