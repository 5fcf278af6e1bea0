import Foundation
import GGUF
import Testing

@testable import Verification

@Suite("The doctor on weights")
struct DoctorWeightTests {
  @Test("A scale that is no number is named with its block, unless weights are not read")
  func findsBrokenScales() throws {
    for bits: [UInt8] in [[0x00, 0x7E], [0x00, 0x7C], [0x00, 0xFC]] {
      var file = try DoctorFile.pocket()
      let place = try file.place("blk.3.ffn_up.weight")
      file.tensors[place].bytes.replaceSubrange(18 * 21..<18 * 21 + 2, with: bits)
      let finding = try #require(
        try file.examine(readsWeights: true).finding("blk.3.ffn_up.weight"))
      #expect(finding.severity == .error)
      #expect(finding.found.contains("in block 21, row 2"), "\(finding.found)")
      #expect(finding.repairs.isEmpty)
      #expect(try file.examine().subjects.isEmpty)
    }
    var file = try DoctorFile.pocket()
    try file.setFloats("output_norm.weight", [.nan] + Array(repeating: 1, count: 255))
    #expect(
      try file.examine(readsWeights: true).finding("output_norm.weight")?.severity == .error)
  }

  @Test("Scales of absurd size, and rows and tensors far from their like, are named")
  func findsAbsurdScales() throws {
    func examine(_ change: (inout [UInt8]) -> Void) throws -> Finding? {
      var file = try DoctorFile.pocket()
      let place = try file.place("blk.3.ffn_up.weight")
      change(&file.tensors[place].bytes)
      let doctor = try file.examine(readsWeights: true)
      #expect(doctor.findings.count == 1, "\(doctor.subjects)")
      return doctor.finding("blk.3.ffn_up.weight")
    }
    // One block with the largest scale there is.
    #expect(
      try examine { $0.replaceSubrange(18 * 21..<18 * 21 + 2, with: [0xFF, 0x7B]) }?.severity
        == .error)
    // All scales times 8: three more in the exponent.
    #expect(
      try examine { bytes in
        for block in stride(from: 0, to: bytes.count, by: 18) { bytes[block + 1] += 3 << 2 }
      } != nil)
    // Zero throughout.
    #expect(try examine { $0 = [UInt8](repeating: 0, count: $0.count) }?.severity == .error)
    // One row of zeros.
    #expect(
      try examine { $0.replaceSubrange(144..<288, with: [UInt8](repeating: 0, count: 144)) }?
        .severity == .warning)
  }

  @Test("A block that was copied over another is named, whole or in part")
  func findsCopies() throws {
    var file = try DoctorFile.pocket()
    func copy(_ role: String) throws {
      let from = try file.place("blk.1.\(role).weight")
      file.tensors[try file.place("blk.3.\(role).weight")].bytes = file.tensors[from].bytes
    }
    try copy("ffn_down")
    #expect(
      try file.examine(readsWeights: true).finding("blk.3.ffn_down.weight")?.severity == .warning)
    for role in ["ffn_up", "attn_qkv", "attn_output"] { try copy(role) }
    let doctor = try file.examine(readsWeights: true)
    #expect(doctor.finding("blk.3")?.found == "has all matrices of blk.1", "\(doctor.subjects)")
  }

  @Test("Figures do not depend on the number of threads")
  func figuresAreDeterministic() throws {
    try DoctorFile("models/phi-pocket-f16.gguf").withPath { path in
      let file = try GGUFFile(path: path)
      let one = try WeightSurvey(file, threads: 1) { _, _ in }
      let two = try WeightSurvey(file, threads: 3) { _, _ in }
      for tensor in file.tensors {
        #expect(one.figures[tensor.name]?.hash == two.figures[tensor.name]?.hash)
        #expect(one.figures[tensor.name]?.rows == two.figures[tensor.name]?.rows)
        #expect(
          one.figures[tensor.name]?.largest?.index == two.figures[tensor.name]?.largest?.index)
      }
    }
  }

  @Test("Reading stops when progress throws")
  func canBeStopped() throws {
    try DoctorFile.pocket().withPath { path in
      #expect(throws: CancellationError.self) {
        try Doctor(GGUFFile(path: path)) { done, total in
          #expect(done <= total)
          throw CancellationError()
        }
      }
    }
  }

  @Test("A mended copy has the same tensor bytes, and the original is untouched")
  func keepsTensors() throws {
    var file = try DoctorFile.pocket()
    file["tokenizer.ggml.eos_token_id"] = .uint32(7)
    file["phi3.rope.scaling.attn_factor"] = .float32(3)
    try file.withPath { path in
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      let source = try GGUFFile(damaged: path)
      let repaired = try RepairedModel(source, mending: Doctor(source).findings)
      #expect(
        repaired.changes.map(\.subject).sorted() == [
          "phi3.rope.scaling.attn_factor", "tokenizer.ggml.eos_token_id",
        ])
      try repaired.write(to: path + ".fixed")
      let copy = try GGUFFile(path: path + ".fixed")
      #expect(copy.tensors.map(\.name) == source.tensors.map(\.name))
      for (a, b) in zip(copy.tensors, source.tensors) { #expect(a.bytes.elementsEqual(b.bytes)) }
      #expect(copy.metadata.entries.map(\.key) == source.metadata.entries.map(\.key))
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
  }

  @Test("Damaged bytes anywhere end in findings or one error, never in a trap")
  func survivesDamage() throws {
    var random = SplitMix(state: 7)
    let paths = ["Tests/InferenceTests/Fixtures/phimoe.gguf", "models/phi-pocket-q4_0.gguf"]
    for path in paths {
      let bytes = try Data(
        contentsOf: DoctorFile.repository.appendingPathComponent(path))
      for _ in 0..<60 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let place = Int.random(in: 0..<min(20000, damaged.count), using: &random)
          damaged[place] = UInt8.random(in: 0...255, using: &random)
        }
        let target = FileManager.default.temporaryDirectory
          .appendingPathComponent("doctor-\(UUID().uuidString).gguf")
        try damaged.write(to: target)
        defer { try? FileManager.default.removeItem(at: target) }
        do {
          let doctor = try Doctor(GGUFFile(damaged: target.path), threads: 2)
          _ = try RepairedModel(doctor.file, mending: doctor.findings)
        } catch {
          #expect(error is GGUFError, "\(error)")
        }
      }
    }
  }
}

/// A seeded generator (Steele and others, 2014).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
