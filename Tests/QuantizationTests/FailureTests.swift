import Foundation
import GGUF
import Inference
import Testing

@testable import Quantization

/// What is written when calls fail one after the other.
@Suite struct FailureTests {
  private static let model =
    (0..<3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }.path + "/Tests/InferenceTests/Fixtures/phi3.gguf"

  /// Does some work that writes `out` in a folder, each of whose calls fails in turn.
  private func failEach(_ work: (String) throws -> Void) throws -> Set<String> {
    let folder = FileManager.default.temporaryDirectory.path + "/failures-\(UUID().uuidString)"
    try SystemCall.makeFolder(folder, mode: 0o700)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var seen: Set<String> = []
    for call in 0..<2000 {
      let injection = FailureInjection(failing: call)
      var failed = false
      do {
        try injection.run { try work(Path.join(folder, "out")) }
      } catch {
        failed = true
        #expect(
          error is GGUFError || error is QuantizationError || error is ModelError
            || error is MemoryError, "\(error)")
      }
      let names = try SystemCall.names(in: folder)
      #expect(
        names.isEmpty || (names == ["out"] && !failed), "\(injection.failedCall ?? ""): \(names)")
      #expect(injection.openDescriptors == 0, "\(injection.failedCall ?? "")")
      guard let call = injection.failedCall else { break }
      seen.insert(call)
      for name in names { try SystemCall.remove(Path.join(folder, name)) }
    }
    return seen
  }

  @Test func quantizing() throws {
    let seen = try failEach { path in
      let file = try GGUFFile(path: Self.model)
      let plan = try QuantizationPlan(file, QuantizationPlan.Options(.q8_0))
      try ModelFileWriter(threads: 1).write(plan.items, metadata: plan.metadata, to: path)
    }
    #expect(
      seen.isSuperset(of: ["open", "mmap", "allocate", "pwrite", "ftruncate", "linkat"]), "\(seen)")
  }

  @Test func measuringImportance() throws {
    let seen = try failEach { path in
      let model = try Model(path: Self.model)
      var options = SessionOptions()
      options.threads = 1
      let collector = try ImportanceCollector(model, chunkLength: 8, options: options)
      let matrix = try collector.collect((0..<16).map { Int32($0 + 1) }, dataset: "text")
      try matrix.write(to: path)
    }
    #expect(seen.contains("allocate"), "\(seen)")
  }
}
