import Foundation
import GGUF
import Inference
import Testing

@testable import Verification

/// Comparisons each of whose allocations and system calls fails in turn.
@Suite struct AllocationFailureTests {
  private func failEach(_ work: () throws -> Void) -> Int {
    for call in 0..<2000 {
      let injection = FailureInjection(failing: call)
      do {
        try injection.run(work)
      } catch {
        #expect(
          error is MemoryError || error is ModelError || error is GGUFError,
          "\(injection.failedCall ?? ""): \(error)")
      }
      #expect(injection.openDescriptors == 0)
      guard injection.failedCall != nil else { return call }
    }
    return 2000
  }

  @Test func comparingModels() throws {
    let model = try PocketModel.fixture("phi3")
    var options = PocketModel.options(16)
    options.threads = 1
    let tokens = (0..<16).map { Int32($0 + 1) }
    let calls = failEach {
      let models = try LockStep(reference: model, candidate: model, options: options)
      _ = try models.compare(tokens)
      let probe = try DivergenceProbe(model, over: [tokens], options: options)
      _ = try probe.compare(model)
      try DriftMeter(reference: model, candidate: model, options: options).read(tokens)
    }
    #expect(calls > 50)
  }

  @Test func savingLogits() throws {
    let model = try PocketModel.fixture("phi3")
    var options = PocketModel.options(16)
    options.threads = 1
    let folder = FileManager.default.temporaryDirectory.path + "/logits-\(UUID().uuidString)"
    try SystemCall.makeFolder(folder, mode: 0o700)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let tokens = (0..<16).map { Int32($0 + 1) }
    let calls = failEach {
      defer {
        let names = (try? SystemCall.names(in: folder)) ?? []
        #expect(names.isEmpty || names == ["a"])
        for name in names { unlink("\(folder)/\(name)") }
      }
      let writer = try LogitsFileWriter("\(folder)/a", model, tokens: [tokens], options: options)
      try writer.append(tokens)
      try writer.finish()
    }
    #expect(calls > 30)
  }
}
