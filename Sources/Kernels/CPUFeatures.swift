#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the processor and the system together offer.
///
/// `cpuid` alone does not say that the system saves the wide registers; the flags that Linux
/// prints do, because it hides those that it does not support.
struct CPUFeatures: Sendable {
  /// AVX2, FMA and F16C.
  let hasAVX2: Bool
  /// AVX-512 F, BW, DQ, VL and VNNI.
  let hasAVX512VNNI: Bool

  /// The features of the machine that runs the program.
  static let current = CPUFeatures(flags: systemFlags())

  init(flags: Set<Substring>) {
    hasAVX2 = flags.isSuperset(of: ["avx2", "fma", "f16c"])
    hasAVX512VNNI =
      hasAVX2
      && flags.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"])
  }

  #if os(Linux) && arch(x86_64)
    private static func systemFlags() -> Set<Substring> {
      guard let file = fopen("/proc/cpuinfo", "r") else { return [] }
      defer { fclose(file) }
      var line: UnsafeMutablePointer<CChar>?
      var capacity = 0
      defer { free(line) }
      while getline(&line, &capacity, file) > 0 {
        guard let line, strncmp(line, "flags", 5) == 0 else { continue }
        return Set(String(cString: line).split(whereSeparator: \.isWhitespace))
      }
      return []
    }
  #elseif os(macOS) && arch(x86_64)
    private static func systemFlags() -> Set<Substring> {
      var flags: Set<Substring> = []
      let names: [(String, Substring)] = [
        ("avx2_0", "avx2"), ("fma", "fma"), ("f16c", "f16c"), ("avx512f", "avx512f"),
        ("avx512bw", "avx512bw"), ("avx512dq", "avx512dq"), ("avx512vl", "avx512vl"),
        ("avx512vnni", "avx512_vnni"),
      ]
      for (key, flag) in names {
        var value: Int32 = 0
        var size = MemoryLayout<Int32>.size
        if sysctlbyname("hw.optional.\(key)", &value, &size, nil, 0) == 0, value != 0 {
          flags.insert(flag)
        }
      }
      return flags
    }
  #else
    private static func systemFlags() -> Set<Substring> { [] }
  #endif
}
