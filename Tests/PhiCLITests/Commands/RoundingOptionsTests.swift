import Foundation
import Phidelity
import Testing

@testable import PhiCLI

/// Which commands round activations, and what asks them not to.
struct RoundingOptionsTests {
  private func arguments(_ command: Command, _ words: String...) throws -> Arguments {
    try CommandLineParser.parse(words, for: command)
  }

  private func embeddedModel() throws -> Model {
    let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
    return try Model(path: root + "/models/phi-pocket-q4_0.gguf")
  }

  @Test func comparesExactActivationsUnlessToldOtherwise() throws {
    let plain = try arguments(verifyCommand, "a.gguf", "-r", "b.gguf")
    let options = try VerifyRun.candidate(try VerifyRun.options(plain), plain)
    #expect(!options.roundsActivations && options.chunkLength == nil)

    let asRun = try arguments(verifyCommand, "a.gguf", "-r", "b.gguf", "--as-run", "--chunk", "6")
    let reference = try VerifyRun.options(asRun)
    #expect(!reference.roundsActivations && reference.chunkLength == nil)
    let candidate = try VerifyRun.candidate(reference, asRun)
    #expect(candidate.roundsActivations && candidate.chunkLength == 6)
  }

  @Test func refusesChunksOfNothing() throws {
    let arguments = try arguments(verifyCommand, "a.gguf", "-r", "b.gguf", "--chunk", "0")
    #expect(throws: UsageError.self) {
      try VerifyRun.candidate(try VerifyRun.options(arguments), arguments)
    }
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["PHI_KERNELS"] == nil,
      "a set that is asked for by name may round"))
  func keepsAllBitsWhenAsked() throws {
    let model = try embeddedModel()
    let exact = try ModelOptions.session(model, try arguments(runCommand, "--exact"))
    #expect(!exact.roundsActivations)
    let measuring = try ModelOptions.session(model, try arguments(runCommand), full: true)
    #expect(!measuring.roundsActivations)

    var rounding = SessionOptions()
    rounding.roundsActivations = true
    let plain = try ModelOptions.session(model, try arguments(runCommand))
    #expect(try plain.roundsActivations == rounding.selectsRounding(for: model))
  }
}
