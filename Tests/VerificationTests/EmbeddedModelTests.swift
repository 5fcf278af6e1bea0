import Foundation
import Phidelity
import Testing

/// What `transformers` says of the embedded model's weights in every format, in 32-bit floats.
struct EmbeddedGolden: Decodable, Sendable {
  struct Format: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let answers: [String]
    let perplexity: Double
    var testDescription: String { name }
  }

  let stretch: Int
  let stretches: Int
  let questions: [String]
  let formats: [Format]

  static let shared: EmbeddedGolden = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/embedded.json")
    do {
      return try JSONDecoder().decode(EmbeddedGolden.self, from: Data(contentsOf: path))
    } catch {
      preconditionFailure("\(path.path): \(error)")
    }
  }()
}

@Suite("The embedded model")
struct EmbeddedModelTests {
  static let models = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
    url.deletingLastPathComponent()
  }.appendingPathComponent("models")

  static let reference = Result {
    try Model(path: models.appendingPathComponent("phi-pocket-f16.gguf").path)
  }

  /// The model in a format, written by the quantizer.
  func model(_ name: String) throws -> Model {
    let reference = try Self.reference.get()
    guard name != "F16" else { return reference }
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID().uuidString).gguf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let plan = try QuantizationPlan(reference.file, .init(#require(Mix(named: name))))
    try ModelFileWriter(threads: 2).write(plan.items, metadata: plan.metadata, to: path)
    return try Model(path: path)
  }

  /// The held-out text's tokens.
  func heldOut(_ model: Model) throws -> [Int32] {
    model.tokenizer.encode(
      try String(
        contentsOf: Self.models.appendingPathComponent("heldout-text.txt"), encoding: .utf8))
  }

  func session(_ model: Model, context: Int = 512) throws -> Session {
    var options = SessionOptions()
    options.contextLength = context
    options.threads = 2
    options.cacheFormat = .f32
    return try Session(model, options)
  }

  func answer(_ question: String, _ model: Model) async throws -> String {
    let prompt = try ChatFormat(model.file.metadata, model.tokenizer).tokens([
      ChatMessage(role: "user", content: question)
    ])
    let session = try session(model)
    var options = SamplingOptions()
    options.temperature = 0
    let logits = try session.append(prompt)
    let sampler = try Sampler(options, vocabularySize: model.vocabularySize)
    var text = ""
    for try await piece in Generation(session, logits: logits, sampler: sampler) {
      text += piece.text
    }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test(
    "Answers at temperature 0 are those of transformers on the dequantized weights",
    arguments: EmbeddedGolden.shared.formats)
  func answers(format: EmbeddedGolden.Format) async throws {
    let model = try model(format.name)
    for (question, expected) in zip(EmbeddedGolden.shared.questions, format.answers) {
      #expect(try await answer(question, model) == expected)
    }
  }

  @Test("Perplexity is that of 32-bit floats", arguments: EmbeddedGolden.shared.formats)
  func perplexity(format: EmbeddedGolden.Format) throws {
    let golden = EmbeddedGolden.shared
    let model = try model(format.name)
    let tokens = try heldOut(model)
    let probe = try DivergenceProbe(
      model,
      over: (0..<golden.stretches).map {
        Array(tokens[$0 * golden.stretch..<($0 + 1) * golden.stretch])
      })
    let comparisons = try probe.compare(model)
    let loss = comparisons.reduce(0) { $0 + $1.referenceLoss } / Double(comparisons.count)
    #expect(abs(exp(loss) / format.perplexity - 1) < 1e-4)
    #expect(comparisons.allSatisfy { $0.divergence == 0 })
  }

  @Test("Fewer bits cost more: divergence rises from format to format, and verify measures it")
  func story() throws {
    let reference = try Self.reference.get()
    let tokens = try heldOut(reference)
    var options = SessionOptions()
    options.contextLength = 128
    var divergences: [Double] = []
    for name in ["F16", "Q8_0", "Q5_K_M", "Q4_0", "Q2_K"] {
      let models = try LockStep(reference: reference, candidate: model(name), options: options)
      let summary = DivergenceSummary(
        try (0..<12).map { try models.compare(Array(tokens[$0 * 128..<($0 + 1) * 128])) })
      #expect(summary.positions == 12 * 127)
      divergences.append(summary.divergence.mean)
    }
    #expect(divergences[0] == 0)
    #expect(divergences == divergences.sorted())
    #expect(divergences[1] < 1e-3)
    #expect(divergences[3] > 10 * divergences[1])
  }

  @Test(
    "Rounding prompts costs little beside fewer bits, about as much as Q8_0, or nothing",
    arguments: [("Q4_0", 0.05), ("Q8_0", 4)])
  func roundedPrompts(_ format: String, _ limit: Double) throws {
    let reference = try Self.reference.get()
    let tokens = try heldOut(reference)
    var exact = SessionOptions()
    exact.contextLength = 128
    var rounding = exact
    rounding.roundsActivations = true
    func divergence(_ reference: Model, _ candidate: Model, _ options: SessionOptions) throws
      -> Double
    {
      let models = try LockStep(
        reference: reference, candidate: candidate, options: exact, candidateOptions: options)
      return DivergenceSummary(
        try (0..<12).map { try models.compare(Array(tokens[$0 * 128..<($0 + 1) * 128])) }
      ).divergence.mean
    }
    let candidate = try model(format)
    let cost = try divergence(candidate, candidate, rounding)
    #expect(cost < limit * (try divergence(reference, candidate, exact)))
    #expect(try divergence(candidate, candidate, exact) == 0)
    let sets = try [exact, rounding].map { try Session(candidate, $0).kernelsName }
    #expect((cost > 0) == (sets[0] != sets[1]))
    #expect(try rounding.selectsRounding(for: candidate) == (cost > 0))
  }

  @Test("A file of logits says what the models in lock step say, within its 16 bits")
  func logitsFile() throws {
    let reference = try Self.reference.get()
    let candidate = try model("Q4_0")
    let tokens = try heldOut(reference)
    let length = 131  // Rows begin at an odd place and end within a group.
    let stretches = (0..<2).map { Array(tokens[$0 * length..<($0 + 1) * length]) }
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID().uuidString).kld").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var options = SessionOptions()
    options.contextLength = length
    options.cacheFormat = .f32
    let writer = try LogitsFileWriter(path, reference, tokens: stretches, options: options)
    for stretch in stretches { try writer.append(stretch) }
    #expect(!FileManager.default.fileExists(atPath: path))
    try writer.finish()
    let file = try LogitsFile(path: path)
    #expect(try (0..<2).map { try file.tokens($0) } == stretches)
    let stored = try LogitsFileComparison(file, candidate: candidate, options: options)
    let models = try LockStep(reference: reference, candidate: candidate, options: options)
    for index in 0..<2 {
      let found = try stored.compare(index)
      let expected = try models.compare(stretches[index], from: length / 2)
      #expect(found.count == length - 1 - length / 2)
      #expect(found.map(\.next) == expected.map(\.next))
      // The text is cut differently, which may move the last bits.
      for (a, b) in zip(found, expected) {
        #expect(abs(a.candidateLoss - b.candidateLoss) < 1e-4 * (1 + b.candidateLoss))
      }
      // A code is off by half a step of 16 / 65535 at most, and so is the mean of all of them.
      for (a, b) in zip(found, expected) where b.referenceLoss < 10 {
        #expect(abs(a.divergence - b.divergence) < 2 * 16 / 65535 + 1e-4)
        #expect(abs(a.referenceLoss - b.referenceLoss) < 16 / 65535 + 1e-4)
      }
    }
  }

  @Test("A stretch beyond the original context is read under LongRoPE's long factors throughout")
  func longStretch() throws {
    let reference = try Self.reference.get()
    let tokens = Array(try heldOut(reference).prefix(1100))
    var options = SessionOptions()
    options.contextLength = tokens.count
    options.cacheFormat = .f32
    let models = try LockStep(reference: reference, candidate: reference, options: options)
    let parts = try models.compare(tokens)
    let whole = try DivergenceProbe(reference, over: [tokens], options: options).compare(reference)
    #expect(parts.count == 1099)
    #expect(parts.map(\.referenceLoss) == whole.map(\.referenceLoss))
  }

  @Test("At least 95 % of held-out questions are answered rightly at full precision")
  func accuracy() throws {
    struct Line: Decodable {
      struct Message: Decodable {
        let role: String
        let content: String
      }
      let messages: [Message]
      let answer: String
    }
    let model = try Self.reference.get()
    let format = try ChatFormat(model.file.metadata, model.tokenizer)
    let session = try session(model)
    let lines = try String(
      contentsOf: Self.models.appendingPathComponent("heldout-tasks.jsonl"), encoding: .utf8
    ).split(separator: "\n")
    #expect(lines.count == 1000)
    var right = 0
    for text in lines.prefix(300) {
      let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
      let prompt = try format.tokens(
        line.messages.map { ChatMessage(role: $0.role, content: $0.content) })
      let question = TaskScore.Question(task: "", prompt: prompt, answer: line.answer)
      if try TaskScore.answers(question, session) { right += 1 }
    }
    #expect(right >= 285)
  }
}
