import Testing

@testable import Kernels

struct CPUFeaturesTests {
  /// FMA, OSXSAVE, AVX, F16C.
  private let ecx1: UInt32 = 1 << 12 | 1 << 27 | 1 << 28 | 1 << 29
  /// AVX2; AVX-512 F, DQ, BW, VL.
  private let ebx7: UInt32 = 1 << 5 | 1 << 16 | 1 << 17 | 1 << 30 | 1 << 31
  /// AVX-512 VNNI.
  private let ecx7: UInt32 = 1 << 11
  /// AMX-BF16, AMX-TILE.
  private let edx7: UInt32 = 1 << 22 | 1 << 24
  /// AVX-VNNI, AVX512_BF16.
  private let eax71: UInt32 = 1 << 4 | 1 << 5

  private func features(
    ecx1 hiding1: UInt32 = 0, ebx7 hidingB: UInt32 = 0, ecx7 hidingC: UInt32 = 0,
    edx7 hidingD: UInt32 = 0, eax71 hidingA: UInt32 = 0, vendor: String = "",
    saving states: UInt64 = 0xe7
  ) -> CPUFeatures {
    CPUFeatures(
      ecx1: ecx1 & ~hiding1, ebx7: ebx7 & ~hidingB, ecx7: ecx7 & ~hidingC,
      edx7: edx7 & ~hidingD, eax71: eax71 & ~hidingA, vendor: vendor,
      savedStates: states)
  }

  @Test func takesWhatTheProcessorHasAndTheSystemSaves() {
    #expect(features().hasAVX2)
    #expect(features().hasAVXVNNI)
    #expect(features().hasAVX512VNNI)
  }

  @Test func knowsWhoseUnitsAdd() {
    #expect(features(vendor: "AuthenticAMD").hasUnitsForAdditions)
    #expect(!features(vendor: "GenuineIntel").hasUnitsForAdditions)
  }

  @Test func takesNoRegistersThatTheSystemDoesNotSave() {
    #expect(!features(saving: 0x3).hasAVX2)
    #expect(!features(saving: 0x3).hasAVXVNNI)
    #expect(!features(saving: 0x3).hasAVX512VNNI)
    #expect(features(saving: 0x7).hasAVX2)
    for states: UInt64 in [0x7, 0x27, 0x67, 0xc7, 0xe3] {
      #expect(!features(saving: states).hasAVX512VNNI)
    }
  }

  @Test func needsEveryPartOfASet() {
    for bit in [12, 27, 28, 29] { #expect(!features(ecx1: 1 << bit).hasAVX2) }
    #expect(!features(ebx7: 1 << 5).hasAVX2)
    #expect(!features(eax71: 1 << 4).hasAVXVNNI)
    #expect(!features(ebx7: 1 << 5).hasAVX512VNNI)
    for bit in [16, 17, 30, 31] {
      #expect(features(ebx7: 1 << bit).hasAVX2)
      #expect(!features(ebx7: 1 << bit).hasAVX512VNNI)
    }
    #expect(!features(ecx7: 1 << 11).hasAVX512VNNI)
  }

  @Test func takesTilesThatTheSystemSaves() {
    #expect(features(saving: 0x600e7).hasAMX)
    for states: UInt64 in [0xe7, 0x200e7, 0x400e7, 0x60007] {
      #expect(!features(saving: states).hasAMX)
    }
    for bit in [22, 24] { #expect(!features(edx7: 1 << bit, saving: 0x600e7).hasAMX) }
    #expect(!features(eax71: 1 << 5, saving: 0x600e7).hasAMX)
    #expect(features(edx7: 1 << 24, saving: 0x600e7).hasAVX512VNNI)
  }
}
