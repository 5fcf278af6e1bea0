import Foundation
import Kernels
import Phidelity
import Testing

@Suite struct SessionTests {
  /// One of each architecture, with LongRoPE and with a window.
  static let models = [
    "phi3-grouped", "phi3-longrope", "phi3-window", "phi2", "phimoe-mscales", "llama",
  ].map(ModelGolden.init(name:))

  static func tokens(_ model: Model, _ count: Int) -> [Int32] {
    (0..<count).map { Int32(($0 * 37 + 11) % (model.vocabularySize - 1) + 1) }
  }

  @Test(arguments: models)
  func threadsAndRunsGiveTheSameBits(_ golden: ModelGolden) throws {
    let model = try golden.model()
    let tokens = Self.tokens(model, 30)
    for chunk in [1, 3, 64] {
      let one = try Run.logits(model, tokens, chunk: chunk, threads: 1)
      for threads in 1...3 {
        #expect(try Run.logits(model, tokens, chunk: chunk, threads: threads) == one)
      }
    }
  }

  @Test(arguments: models)
  func chunksAndStepsAgree(_ golden: ModelGolden) throws {
    let model = try golden.model()
    let tokens = Self.tokens(model, 30)
    let whole = try Run.logits(model, tokens, chunk: 64)
    for chunk in [1, 2, 3, 8, 29] {
      let rows = try Run.logits(model, tokens, chunk: chunk)
      for (row, expected) in zip(rows, whole) { #expect(Run.error(row, expected[...]) < 1e-5) }
    }
    let session = try Session(model)
    for token in tokens { try session.append([token]) }
    session.rewind(to: 29)
    let last = Array(try session.append([tokens[29]]))
    #expect(Run.error(last, whole[29][...]) < 1e-5)
  }

  @Test(arguments: models)
  func kernelSetsAgree(_ golden: ModelGolden) throws {
    let model = try golden.model()
    let tokens = Self.tokens(model, 24)
    let reference = try Run.logits(model, tokens, chunk: 64, kernels: "portable")
    for set in KernelSet.supported {
      let rows = try Run.logits(model, tokens, chunk: 5, kernels: set.name)
      for (row, expected) in zip(rows, reference) { #expect(Run.error(row, expected[...]) < 1e-5) }
    }
  }

  @Test func crossingTheOriginalContextReadsAllAgain() throws {
    let model = try ModelGolden(name: "phi3-longrope").model()
    let original = model.configuration.rope.originalContextLength
    let tokens = Self.tokens(model, original + 3)
    let stepwise = try Session(model)
    for length in 1...tokens.count {
      let logits = Array(try stepwise.append([tokens[length - 1]]))
      let fresh = try Session(model)
      let expected = Array(try fresh.append(Array(tokens[..<length])))
      #expect(Run.error(logits, expected[...]) < 1e-5, "length \(length)")
    }
    // And back under it.
    stepwise.rewind(to: original - 1)
    let fresh = try Session(model)
    let expected = Array(try fresh.append(Array(tokens[..<original])))
    let logits = Array(try stepwise.append([tokens[original - 1]]))
    #expect(Run.error(logits, expected[...]) < 1e-5)
  }

  @Test(arguments: models)
  func forksAndSavesGoOnAlike(_ golden: ModelGolden) throws {
    let model = try golden.model()
    let tokens = Self.tokens(model, 20)
    let session = try Session(model)
    try session.append(Array(tokens[..<15]))
    let fork = try session.fork()
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("phidelity-\(UUID().uuidString).save").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try session.save(to: path, note: Data("note".utf8))
    let expected = Array(try session.append(Array(tokens[15...])))
    #expect(Array(try fork.append(Array(tokens[15...]))) == expected)
    let restored = try Session(model)
    let saved = try restored.restore(from: path)
    #expect(saved.note == Data("note".utf8))
    #expect(saved.tokenCount == 15)
    #expect(restored.tokens == Array(tokens[..<15]))
    #expect(Array(try restored.append(Array(tokens[15...]))) == expected)
  }

  @Test func damagedSavesAreRefused() throws {
    let model = try ModelGolden(name: "phi3").model()
    let session = try Session(model)
    try session.append(Self.tokens(model, 5))
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("phidelity-\(UUID().uuidString).save").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try session.save(to: path)
    let good = try Data(contentsOf: URL(fileURLWithPath: path))
    for count in stride(from: 0, to: good.count, by: 97) {
      try good.prefix(count).write(to: URL(fileURLWithPath: path))
      #expect(throws: SessionError.self) { try session.restore(from: path) }
    }
    for offset in 0..<min(good.count, 80) {
      var bad = good
      bad[offset] ^= 0x80
      try bad.write(to: URL(fileURLWithPath: path))
      _ = try? session.restore(from: path)
    }
    try good.write(to: URL(fileURLWithPath: path))
    let other = try Session(try ModelGolden(name: "llama").model())
    #expect(throws: SessionError.invalidSave("\(path): saved with another model")) {
      try other.restore(from: path)
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    let model = try ModelGolden(name: "phi3").model()
    var options = SessionOptions()
    options.contextLength = 8
    let session = try Session(model, options)
    #expect(throws: SessionError.contextFull(tokens: 9, capacity: 8)) {
      try session.append(Self.tokens(model, 9))
    }
    #expect(throws: SessionError.noTokens) { try session.append([]) }
    let size = model.vocabularySize
    for token in [-1, Int32(size), .max, .min] {
      #expect(throws: SessionError.unknownToken(token, vocabularySize: size)) {
        try session.append([1, token])
      }
    }
    #expect(session.tokens.isEmpty)
    options.kernels = "mmx"
    #expect(throws: KernelSelectionError.self) { try Session(model, options) }
  }

  @Test func cancellingKeepsWholeChunks() throws {
    let model = try ModelGolden(name: "phi3").model()
    var options = SessionOptions()
    options.chunkLength = 4
    let session = try Session(model, options)
    let tokens = Self.tokens(model, 20)
    var done = 0
    #expect(throws: CancellationError.self) {
      try session.append(tokens, progress: { count, _ in done = count }, isCancelled: { done >= 8 })
    }
    #expect(session.tokens == Array(tokens[..<8]))
    let fresh = try Session(model)
    let expected = Array(try fresh.append(tokens))
    let logits = Array(try session.append(Array(tokens[8...])))
    #expect(Run.error(logits, expected[...]) < 1e-5)
  }

  @Test func stopStringsEndTheTextBeforeThem() throws {
    let model = try ModelGolden(name: "llama").model()
    var sampling = SamplingOptions()
    sampling.temperature = 0
    var limits = GenerationLimits()
    limits.tokens = 40
    limits.ignoresEndOfGeneration = true
    func text(_ limits: GenerationLimits) throws -> (String, FinishReason?) {
      let session = try Session(model)
      let generation = Generation(
        session, logits: try session.append([1, 5, 9]),
        sampler: try Sampler(sampling, vocabularySize: model.vocabularySize), limits: limits)
      var text = ""
      var finish: FinishReason?
      while let piece = try generation.next() {
        text += piece.text
        finish = piece.finish ?? finish
      }
      return (text, finish)
    }
    let (whole, reason) = try text(limits)
    #expect(reason == .length)
    let scalars = Array(whole.unicodeScalars)
    let stop = String(String.UnicodeScalarView(scalars[10..<13]))
    limits.stopStrings = ["never there", stop]
    let (cut, why) = try text(limits)
    #expect(why == .stop)
    #expect(whole.hasPrefix(cut + stop))
    #expect(!cut.contains(stop))
  }
}
