import BlockFormats
import Testing

@testable import Kernels

@Suite struct KernelSelectionTests {
  private func best(_ sets: [KernelSet], _ format: WeightFormat?) -> String {
    KernelSet.best(of: sets, roundingFor: format).name
  }

  #if arch(x86_64)
    /// Tables are made by code that is compiled for their set.
    @Test(.enabled(if: CPUFeatures.current.hasAVX512VNNI))
    func takesASetThatRoundsOnlyForFormatsInItsTable() {
      func sets(_ eax71: UInt32) -> [KernelSet] {
        KernelSet.sets(
          for: CPUFeatures(
            ecx1: .max, ebx7: .max, ecx7: .max, eax71: eax71, savedStates: 0xE7))
      }
      let pairs = sets(1 << 5)
      #expect(
        pairs.map(\.name) == [
          "portable", "avx2", "avx2-int8", "avx512", "avx512-bf16", "avx512-int8",
        ])
      #expect(pairs.map(\.roundsAttention) == [false, false, false, false, true, true])
      for format in WeightFormat.allCases {
        let expected =
          !format.isFloat ? "avx512-int8" : format == .f32 ? "avx512" : "avx512-bf16"
        #expect(best(pairs, format) == expected)
      }
      #expect(best(pairs, nil) == "avx512")
      let others = sets(0)
      #expect(
        others.map(\.name) == ["portable", "avx2", "avx2-int8", "avx512", "avx512-int8"])
      #expect(others.allSatisfy { !$0.roundsAttention })
      #expect(best(others, .q4_0) == "avx512-int8")
      #expect(best(others, .f16) == "avx512")
    }

    @Test(.enabled(if: CPUFeatures.current.hasAVX2))
    func takesVNNIForFormatsThatAVX2HasNoRoomFor() {
      func sets(_ eax71: UInt32) -> [KernelSet] {
        KernelSet.sets(
          for: CPUFeatures(ecx1: .max, ebx7: 1 << 5, ecx7: 0, eax71: eax71, savedStates: 7))
      }
      let plain = sets(0)
      #expect(plain.map(\.name) == ["portable", "avx2", "avx2-int8"])
      #expect(best(plain, .q6_K) == "avx2-int8")
      #expect(best(plain, .q8_0) == "avx2")
      #expect(best(plain, .iq4_XS) == "avx2")
      let vnni = sets(1 << 4)
      #expect(vnni.map(\.name) == ["portable", "avx2", "avx2-int8", "avx-vnni-int8"])
      #expect(best(vnni, .q8_0) == "avx-vnni-int8")
      #expect(best(vnni, .f16) == "avx2")
      #expect(best(vnni, nil) == "avx2")
    }
  #endif

  @Test func whoNamesASetGetsIt() throws {
    #expect(try KernelSet.select(nil).rounded == nil)
    for set in KernelSet.supported { #expect(try KernelSet.select(set.name).name == set.name) }
  }

  @Test func bytesAreForPackedFormats() {
    let bytes = RoundedKernels(bytes: Portable.self)
    for format in WeightFormat.allCases {
      #expect((bytes.products[format.rawValue] != nil) == !format.isFloat)
    }
  }

  #if arch(x86_64)
    /// Sums of four products with them saturate at 16 bits.
    @Test(.enabled(if: CPUFeatures.current.hasAVX2)) func avx2LeavesLargeCodesAlone() throws {
      let products = try #require(KernelSet.tested("avx2-int8").rounded?.products)
      let left = WeightFormat.allCases.filter { products[$0.rawValue] == nil }
      #expect(left == [.f32, .f16, .bf16, .q8_0, .iq4_NL, .iq4_XS])
    }
  #endif

  @Test func anUnknownSetIsAnErrorThatNamesThoseThereAre() {
    let error = #expect(throws: KernelSelectionError.self) { try KernelSet.select("mmx") }
    #expect(error?.description.contains("portable") == true)
  }
}
