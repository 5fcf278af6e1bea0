import BlockFormats
import Testing

@testable import Kernels

@Suite struct KernelSelectionTests {
  #if arch(x86_64)
    /// Tables are made by code that is compiled for their set.
    @Test(.enabled(if: CPUFeatures.current.hasAVX512VNNI))
    func takesASetThatRoundsOnlyForWeightsThatHaveLostMore() {
      func sets(_ eax71: UInt32) -> [KernelSet] {
        KernelSet.sets(
          for: CPUFeatures(
            ecx1: .max, ebx7: .max, ecx7: .max, eax71: eax71, savedStates: 0xE7))
      }
      func best(_ sets: [KernelSet], _ bits: Double?) -> String {
        KernelSet.best(of: sets, roundingFor: bits).name
      }
      let pairs = sets(1 << 5)
      #expect(
        pairs.map(\.name) == ["portable", "avx2", "avx512", "avx512-bf16", "avx512-int8"])
      #expect(pairs.map(\.roundsAttention) == [false, false, false, true, true])
      for format in WeightFormat.allCases {
        let expected =
          format.bits <= 6 ? "avx512-int8" : format == .f32 ? "avx512" : "avx512-bf16"
        #expect(best(pairs, format.bits) == expected)
      }
      #expect(best(pairs, nil) == "avx512")
      let others = sets(0)
      #expect(others.map(\.name) == ["portable", "avx2", "avx512", "avx512-int8"])
      #expect(others.allSatisfy { !$0.roundsAttention })
      #expect(best(others, 4.5) == "avx512-int8")
      #expect(best(others, 16) == "avx512")
    }
  #endif

  @Test func whoNamesASetGetsIt() throws {
    #expect(try KernelSet.select(nil).rounded == nil)
    for set in KernelSet.supported { #expect(try KernelSet.select(set.name).name == set.name) }
  }

  @Test func bytesAreForFormatsOfUpToSixBits() {
    let coarse = WeightFormat.allCases.filter {
      $0.bits <= RoundedKernels(bytes: Portable.self).weightBits
    }
    #expect(
      coarse == [.q4_0, .q4_1, .q5_0, .q5_1, .q2_K, .q3_K, .q4_K, .q5_K, .iq4_NL, .iq4_XS])
  }

  @Test func anUnknownSetIsAnErrorThatNamesThoseThereAre() {
    let error = #expect(throws: KernelSelectionError.self) { try KernelSet.select("mmx") }
    #expect(error?.description.contains("portable") == true)
  }
}
