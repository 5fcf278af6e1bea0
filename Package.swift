// swift-tools-version: 6.2
import PackageDescription

// Kernels stay optimized in debug builds, so that the tests are quick. Each set's target is
// compiled for that set, and only code that was chosen at run time calls into it.
let optimized: [String] = ["-Ounchecked"]

func instructionSet(_ flags: String...) -> [SwiftSetting] {
  [.unsafeFlags(optimized + flags.flatMap { ["-Xcc", $0] })]
}

#if arch(x86_64)
  let wideKernels: [Target] = [
    .target(
      name: "KernelsAVX2", dependencies: ["CInstructions", "KernelCore", "BlockFormats"],
      swiftSettings: instructionSet("-mavx2", "-mfma", "-mf16c")),
    .target(
      name: "KernelsAVX512", dependencies: ["CInstructions", "KernelCore", "BlockFormats"],
      swiftSettings: instructionSet(
        "-mavx2", "-mfma", "-mf16c", "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl",
        "-mavx512vnni")),
  ]
#else
  let wideKernels: [Target] = []
#endif

let package = Package(
  name: "Phidelity",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Phidelity", targets: ["Phidelity"]),
    .executable(name: "phi", targets: ["PhiCLI"]),
  ],
  targets: [
    .target(name: "Platform"),
    .target(name: "GGUF", dependencies: ["Platform"]),
    .target(name: "BlockFormats", swiftSettings: [.unsafeFlags(optimized)]),
    .target(
      name: "KernelCore", dependencies: ["BlockFormats"],
      swiftSettings: [.unsafeFlags(optimized)]),
    .target(name: "CInstructions"),
    .target(
      name: "Kernels",
      dependencies: ["Platform", "CInstructions", "KernelCore", "BlockFormats"]
        + wideKernels.map { .byName(name: $0.name) },
      swiftSettings: [.unsafeFlags(["-O"])]),
    .target(name: "Tokenization", dependencies: ["GGUF"]),
    .target(name: "ChatTemplates"),
    .target(
      name: "Inference",
      dependencies: ["Platform", "GGUF", "BlockFormats", "Kernels", "Tokenization"]),
    .target(
      name: "Quantization",
      dependencies: ["GGUF", "BlockFormats", "Kernels", "Tokenization", "Inference"],
      swiftSettings: [.unsafeFlags(["-O"])]),
    .target(
      name: "Verification",
      dependencies: [
        "Platform", "GGUF", "Kernels", "Tokenization", "ChatTemplates", "Inference",
        "Quantization",
      ],
      swiftSettings: [.unsafeFlags(["-O"])]),
    .target(
      name: "Phidelity",
      dependencies: [
        "GGUF", "Tokenization", "ChatTemplates", "Inference", "Quantization", "Verification",
      ]),
    .executableTarget(name: "PhiCLI", dependencies: ["Phidelity", "Kernels"]),
    .testTarget(name: "PlatformTests", dependencies: ["Platform"]),
    .testTarget(name: "GGUFTests", dependencies: ["GGUF"]),
    .testTarget(name: "BlockFormatsTests", dependencies: ["BlockFormats"], exclude: ["Fixtures"]),
    .testTarget(
      name: "KernelsTests",
      dependencies: ["Kernels", "BlockFormats"] + wideKernels.map { .byName(name: $0.name) },
      swiftSettings: [.unsafeFlags(["-O"])]),
    .testTarget(
      name: "TokenizationTests", dependencies: ["Tokenization", "GGUF"], exclude: ["Fixtures"]),
    .testTarget(
      name: "ChatTemplatesTests", dependencies: ["ChatTemplates"], exclude: ["Fixtures"]),
    .testTarget(
      name: "QuantizationTests", dependencies: ["Quantization"], exclude: ["Fixtures"]),
    .testTarget(
      name: "VerificationTests", dependencies: ["Verification", "Phidelity"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "InferenceTests", dependencies: ["Phidelity", "Kernels"], exclude: ["Fixtures"]),
    .testTarget(name: "PhiCLITests", dependencies: ["PhiCLI"]),
    .testTarget(
      name: "FuzzTests", dependencies: ["Phidelity", "PhiCLI"], exclude: ["Corpus"]),
  ] + wideKernels,
  swiftLanguageModes: [.v6]
)
