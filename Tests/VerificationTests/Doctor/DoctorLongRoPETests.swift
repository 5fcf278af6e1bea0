import Foundation
import GGUF
import Testing

@testable import Verification

@Suite("The doctor on LongRoPE")
struct DoctorLongRoPETests {
  static let short = "rope_factors_short.weight"
  static let long = "rope_factors_long.weight"
  static let factors = (0..<16).map { pow(4, Float($0) / 15) }

  @Test("A damaged factor is named with its place")
  func findsDamagedFactors() throws {
    for (place, value, severity) in [
      (3, 0, Finding.Severity.error), (3, -1, .error), (3, .nan, .error), (3, 1e4, .error),
      (3, 1.1, .warning), (9, 2.2, .warning), (7, 50, .error),
    ] as [(Int, Float, Finding.Severity)] {
      var file = try DoctorFile.pocket()
      var factors = Self.factors
      factors[place] = value
      try file.setFloats(Self.long, factors)
      let found = file.tensors.map(\.name).contains(Self.long)
      #expect(found)
      let finding = try #require(try file.examine().finding(Self.long), "\(value)")
      #expect(finding.severity <= severity, "\(value): \(finding.found)")
    }
  }

  @Test("Sets in each other's place are an error, and mended")
  func findsExchangedSets() throws {
    var file = try DoctorFile.pocket()
    let (a, b) = (try file.place(Self.short), try file.place(Self.long))
    (file.tensors[a].bytes, file.tensors[b].bytes) = (file.tensors[b].bytes, file.tensors[a].bytes)
    let finding = try #require(try file.examine().finding("\(Self.short), \(Self.long)"))
    #expect(finding.severity == .error)
    #expect(try file.mend().subjects.isEmpty)
  }

  @Test("Factors are missing where the context was extended, and one set alone is none")
  func findsMissingSets() throws {
    var file = try DoctorFile.pocket()
    file.tensors.removeAll { $0.name == Self.short }
    #expect(try file.examine().finding(Self.short)?.severity == .error)
    file.tensors.removeAll { $0.name == Self.long }
    #expect(try file.examine().finding("\(Self.short), \(Self.long)")?.severity == .error)
    file["phi3.rope.scaling.original_context_length"] = .uint32(4096)
    #expect(try file.examine().isHealthy)
  }

  @Test("Factors without an extended context, and of the wrong length, are errors")
  func findsMisfits() throws {
    let key = "phi3.rope.scaling.original_context_length"
    var file = try DoctorFile.pocket()
    file[key] = nil
    #expect(try file.examine().finding(key)?.severity == .error)
    file = try .pocket()
    file.tensors[try file.place(Self.long)] = .floats(Self.long, Array(Self.factors.dropLast()))
    #expect(try file.examine().finding(Self.long)?.severity == .error)
  }

  @Test("The attention factor follows the formula")
  func findsWrongAttentionFactor() throws {
    let key = "phi3.rope.scaling.attn_factor"
    let right = Repair.set(key: key, value: .float32(Float(1.2).squareRoot()))
    var file = try DoctorFile.pocket()
    file[key] = .float32(1.19)
    var finding = try #require(try file.examine().finding(key))
    #expect(finding.severity == .error)
    #expect(finding.repairs == [right])
    #expect(try file.mend().subjects.isEmpty)
    file[key] = nil
    finding = try #require(try file.examine().finding(key))
    #expect(finding.severity == .warning)
    #expect(try file.mend().subjects.isEmpty)
  }

  @Test("A factor that differs from the published set is named with what belongs there")
  func knowsPublishedSets() {
    var factors: [Float] = (0..<48).map { $0 < 31 ? pow(1.118320672, Float($0)) : 0 }
    factors.replaceSubrange(
      31...,
      with: [
        32.03, 32.1, 32.13, 32.23, 32.6, 32.61, 32.64, 32.66, 32.7, 32.71, 32.93, 32.97, 33.28,
        33.49, 33.5, 44.16, 47.77,
      ])
    #expect(PublishedFactors.difference(of: factors, isLong: true) == nil)
    factors[40] = 32.715
    #expect(PublishedFactors.difference(of: factors, isLong: true) == nil)
    factors[40] = 32.8
    let difference = PublishedFactors.difference(of: factors, isLong: true)
    #expect(difference?.name == "Phi-4-mini")
    #expect(difference?.place == 40)
    let ones = [Float](repeating: 1, count: 48)
    #expect(PublishedFactors.difference(of: ones, isLong: false) == nil)
    #expect(PublishedFactors.difference(of: ones.map { $0 * 2 }, isLong: false) == nil)
  }
}
