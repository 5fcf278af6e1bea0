import Foundation
import Inference
import Phidelity
import Testing

@testable import Verification

@Suite("Where the loss shows")
struct AnswerComparisonTests {
  static let question = "What is 17 plus 25?"

  func compare(
    _ reference: Model, _ candidate: Model, limit: Int = 40,
    progress: (Int) -> Bool = { _ in true }
  ) throws -> AnswerComparison {
    let prompt = try ChatFormat(reference.file.metadata, reference.tokenizer).tokens([
      ChatMessage(role: "user", content: Self.question)
    ])
    let options = PocketModel.options(prompt.count + limit)
    return try AnswerComparison.compare(
      Self.question, prompt: prompt, reference: Session(reference, options),
      candidate: Session(candidate, options), limit: limit, progress: progress)
  }

  /// The quantized model, spoiled so far that it answers otherwise.
  func spoiled() throws -> Model {
    try PocketModel.damaged(PocketModel.quantized.get(), "blk.2.ffn_down.weight", by: 3)
  }

  @Test("A model's answer is its own")
  func itself() throws {
    let model = try PocketModel.reference.get()
    let answer = try compare(model, model)
    #expect(answer.parting == nil && answer.reference == answer.candidate)
    #expect(answer.reference.isFinished && answer.reference.text.contains("42"))
    #expect(answer.common == answer.reference.text)
  }

  @Test("Answers part where each model prefers its own token")
  func parts() throws {
    let answer = try compare(PocketModel.reference.get(), spoiled())
    let parting = try #require(answer.parting)
    #expect(Array(answer.reference.tokens.prefix(parting.index)).count == parting.index)
    #expect(
      answer.reference.tokens.prefix(parting.index) == answer.candidate.tokens.prefix(parting.index)
    )
    #expect(parting.referenceMargin > 0 && parting.candidateMargin > 0)
    #expect(parting.choices.contains(parting.reference))
    #expect(parting.choices.contains(parting.candidate))
    #expect(parting.choices.allSatisfy { $0.reference <= parting.reference.reference })
    #expect(parting.choices.allSatisfy { $0.candidate <= parting.candidate.candidate })
  }

  @Test("An answer ends at its limit, and when it is told to")
  func ends() throws {
    let model = try PocketModel.reference.get()
    let short = try compare(model, model, limit: 2)
    #expect(short.reference.tokens.count == 2 && !short.reference.isFinished)
    let stopped = try compare(model, model) { $0 < 3 }
    #expect(stopped.reference.tokens.count == 3 && stopped.candidate.tokens.count == 3)
  }

  @Test("The worst tokens are those of largest divergence, in their context")
  func worst() throws {
    let (reference, candidate) = (try PocketModel.reference.get(), try spoiled())
    let stretches = try PocketModel.text(stretches: 3, of: 32)
    let models = try LockStep(
      reference: reference, candidate: candidate, options: PocketModel.options(32))
    let first = 4
    let compared = try stretches.map { try models.compare($0, from: first) }
    let worst = WorstToken.worst(
      5, of: compared, in: stretches, from: first, reference.tokenizer)
    let largest = compared.joined().map(\.divergence).sorted(by: >).prefix(5)
    #expect(worst.map(\.divergence) == Array(largest))
    for token in worst {
      let comparison = compared[token.stretch][token.position - first - 1]
      #expect(token.next.token == stretches[token.stretch][token.position])
      #expect(comparison.next == token.next.token)
      #expect(token.referenceTop.reference >= token.next.reference)
      #expect(token.candidateTop.candidate >= token.next.candidate)
      #expect(
        token.before.hasSuffix(
          reference.tokenizer.decode([stretches[token.stretch][token.position - 1]])
            .trimmingCharacters(in: .whitespaces)))
    }
    #expect(
      WorstToken.worst(0, of: compared, in: stretches, from: first, reference.tokenizer).isEmpty)
  }

  @Test("A model against itself has no worst token, and what is no number is the worst")
  func noNumber() throws {
    let model = try PocketModel.reference.get()
    func compare(_ candidate: [Float]) -> TokenComparison {
      [Float](repeating: 0, count: candidate.count).withUnsafeBufferPointer { p in
        candidate.withUnsafeBufferPointer { TokenComparison(reference: p, candidate: $0, next: 1) }
      }
    }
    let broken = compare([.nan, 0, 0, 0, 0, 0])
    #expect(broken.divergence.isNaN && broken.jensenShannon.isNaN)
    let compared = [[compare([0, 0, 0, 0, 0, 0]), compare([9, 0, 0, 0, 0, 0]), broken]]
    let worst = WorstToken.worst(3, of: compared, in: [[1, 2, 3, 4]], from: 0, model.tokenizer)
    #expect(worst.map(\.position) == [3, 2])
  }

  @Test("Every part of a report can be written, numbers or none")
  func report() throws {
    let (reference, candidate) = (try PocketModel.reference.get(), try spoiled())
    let text = try PocketModel.text(stretches: 2, of: 32)
    let options = PocketModel.options(32)
    var report = VerifyReport(
      reference: .init(reference.file), candidate: .init(candidate.file))
    report.tensors = try TensorErrors(
      reference: reference.file, candidate: candidate.file, threads: 1)
    report.drift = [LayerDrift(block: nil, relativeError: .nan, cosine: .nan, added: .infinity)]
    report.swaps = try SwapMeter(
      DivergenceProbe(reference, over: text, options: options), candidate: candidate
    ).measure(byLayer: true)
    report.answers = [try compare(reference, candidate)]
    report.memory = .now(mapping: 1 << 20)
    let object =
      try JSONSerialization.jsonObject(with: Data(JSONReport.text(report).utf8)) as? [String: Any]
    let keys = try #require(object).keys
    for key in ["tensors", "drift", "swaps", "answers", "memory"] { #expect(keys.contains(key)) }
    let lines = TextReport.text(report).split(separator: "\n")
    #expect(lines.filter { $0.count > 80 } == [])
    #expect(try #require(report.memory).peakResidentBytes > 1 << 20)
  }
}
