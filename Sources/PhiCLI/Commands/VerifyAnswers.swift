import Foundation
import Phidelity

/// The prompts of `phi verify`, which both models answer greedily.
struct VerifyAnswers {
  /// The options.
  static let options = [
    Option(
      name: "prompt", short: "p", value: "TEXT",
      help: "let both models answer, and show where they part", repeats: true,
      needs: ["reference"]),
    Option(
      name: "raw", short: nil, value: nil,
      help: "prompts are texts to go on with, not messages: no chat template",
      needs: ["prompt"]),
    Option(
      name: "predict", short: "n", value: "N", help: "tokens of an answer at most (default: 128)",
      needs: ["prompt"]),
  ]

  private let prompts: [String]
  private let isRaw: Bool
  private let limit: Int

  /// What the arguments ask for.
  init(_ arguments: Arguments) throws {
    prompts = try arguments.strings("prompt").map(InputText.argument)
    isRaw = arguments.has("raw")
    limit = try arguments.int("predict", in: 1...1 << 20) ?? 128
  }

  /// Whether there is a prompt.
  var isWanted: Bool { !prompts.isEmpty }

  /// Lets both models answer every prompt; an interrupt ends it with what is written.
  func ask(
    reference: Model, candidate: Model, _ options: SessionOptions,
    candidateOptions: SessionOptions, _ line: ProgressLine
  ) throws -> [AnswerComparison] {
    let questions = try prompts.map { (text: $0, tokens: try tokens(of: $0, reference)) }
    let context = min(
      reference.configuration.contextLength, candidate.configuration.contextLength)
    var (options, candidateOptions) = (options, candidateOptions)
    options.contextLength = min(
      context, limit + (questions.map(\.tokens.count).max() ?? 0))
    candidateOptions.contextLength = options.contextLength
    let sessions = (try Session(reference, options), try Session(candidate, candidateOptions))
    var answers: [AnswerComparison] = []
    for question in questions where !Interrupt.shared.isRequested {
      answers.append(
        try AnswerComparison.compare(
          question.text, prompt: question.tokens, reference: sessions.0, candidate: sessions.1,
          limit: limit
        ) { written in
          line.update("prompt \(answers.count + 1) of \(questions.count): \(written) tokens")
          return !Interrupt.shared.isRequested
        })
    }
    return answers
  }

  private func tokens(of text: String, _ model: Model) throws -> [Int32] {
    isRaw
      ? model.tokenizer.encodePrompt(text)
      : try ChatFormat(model.file.metadata, model.tokenizer).tokens([
        ChatMessage(role: "user", content: text)
      ])
  }
}
