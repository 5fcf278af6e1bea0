import Foundation
import Phidelity
import Testing

@Suite("The mix of a file")
struct MixDetectionTests {
  /// The mix found in the embedded model, quantized as one mix and named as another.
  private func detected(_ mix: Mix, named name: Mix) throws -> Mix? {
    let reference = try EmbeddedModelTests.reference.get()
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID().uuidString).gguf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let plan = try QuantizationPlan(reference.file, .init(mix))
    let metadata = plan.metadata.map { key, value in
      (key, key == "general.file_type" ? .uint32(name.fileType) : value)
    }
    try ModelFileWriter(threads: 2).write(plan.items, metadata: metadata, to: path)
    return Mix(of: try GGUFFile(path: path))
  }

  @Test(
    "The named mix is found where the weights are of it",
    arguments: [Mix.q8_0, .q6_K, .q5_K_S, .q4_K_M, .q4_K_S, .q4_0, .iq4_XS, .q3_K_L, .q2_K, .f16])
  func named(mix: Mix) throws {
    #expect(try detected(mix, named: mix) == mix)
  }

  @Test("A name that the weights are not of is not believed")
  func misnamed() throws {
    #expect(try detected(.q4_0, named: .q8_0) == .q4_0)
    #expect(try detected(.q4_K_M, named: .q8_0) == .q4_K_M)
    #expect(try detected(.q2_K, named: .f16) == .q2_K)
  }
}
