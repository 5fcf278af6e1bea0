import Testing

@testable import Kernels

struct CPUFeaturesTests {
  /// FMA, OSXSAVE, AVX, F16C.
  private let ecx1: UInt32 = 1 << 12 | 1 << 27 | 1 << 28 | 1 << 29
  /// AVX2; AVX-512 F, DQ, BW, VL.
  private let ebx7: UInt32 = 1 << 5 | 1 << 16 | 1 << 17 | 1 << 30 | 1 << 31
  /// AVX-512 VNNI.
  private let ecx7: UInt32 = 1 << 11

  private func features(
    ecx1 hiding1: UInt32 = 0, ebx7 hidingB: UInt32 = 0, ecx7 hidingC: UInt32 = 0,
    saving states: UInt64 = 0xe7
  ) -> CPUFeatures {
    CPUFeatures(
      ecx1: ecx1 & ~hiding1, ebx7: ebx7 & ~hidingB, ecx7: ecx7 & ~hidingC, savedStates: states)
  }

  @Test func takesWhatTheProcessorHasAndTheSystemSaves() {
    #expect(features().hasAVX2)
    #expect(features().hasAVX512VNNI)
  }

  @Test func knowsWhoseUnitsAdd() {
    #expect(CPUFeatures(features(), vendor: "AuthenticAMD").hasUnitsForAdditions)
    #expect(!CPUFeatures(features(), vendor: "GenuineIntel").hasUnitsForAdditions)
    #expect(CPUFeatures(features(), vendor: "AuthenticAMD").hasAVX512VNNI)
  }

  @Test func takesNoRegistersThatTheSystemDoesNotSave() {
    #expect(!features(saving: 0x3).hasAVX2)
    #expect(!features(saving: 0x3).hasAVX512VNNI)
    #expect(features(saving: 0x7).hasAVX2)
    for states: UInt64 in [0x7, 0x27, 0x67, 0xc7, 0xe3] {
      #expect(!features(saving: states).hasAVX512VNNI)
    }
  }

  @Test func needsEveryPartOfASet() {
    for bit in [12, 27, 28, 29] { #expect(!features(ecx1: 1 << bit).hasAVX2) }
    #expect(!features(ebx7: 1 << 5).hasAVX2)
    #expect(!features(ebx7: 1 << 5).hasAVX512VNNI)
    for bit in [16, 17, 30, 31] {
      #expect(features(ebx7: 1 << bit).hasAVX2)
      #expect(!features(ebx7: 1 << bit).hasAVX512VNNI)
    }
    #expect(!features(ecx7: 1 << 11).hasAVX512VNNI)
  }
}
