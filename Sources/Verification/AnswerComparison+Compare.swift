import Foundation
import Inference
import Tokenization

extension AnswerComparison {
  /// Lets two models answer a prompt, each with its likeliest token.
  ///
  /// - Parameters:
  ///   - text: The prompt, as it was given.
  ///   - prompt: Its tokens.
  ///   - reference: A session of the reference; what it has read is forgotten.
  ///   - candidate: A session of the candidate.
  ///   - limit: Tokens of an answer at most.
  ///   - progress: Is told the tokens written; false ends the answers where they are.
  /// - Returns: The answers and where they part.
  /// - Throws: `ModelError` if the vocabularies differ; as `Session.append`.
  public static func compare(
    _ text: String, prompt: [Int32], reference: Session, candidate: Session, limit: Int,
    progress: (Int) -> Bool = { _ in true }
  ) throws -> AnswerComparison {
    try LockStep.check(reference.model, candidate.model)
    let tokenizer = reference.model.tokenizer
    var a = try GreedyWriter(reference, prompt, limit: limit)
    var b = try GreedyWriter(candidate, prompt, limit: limit)
    var isGoingOn = true
    while isGoingOn, a.canWrite, b.canWrite, a.choice == b.choice {
      try a.write()
      try b.write()
      isGoingOn = progress(a.tokens.count)
    }
    let common = a.tokens
    var parting: Parting?
    if a.canWrite, b.canWrite, a.choice != b.choice {
      parting = Parting(
        index: common.count, reference: UnsafeBufferPointer(a.logits),
        candidate: UnsafeBufferPointer(b.logits), tokenizer)
    }
    while isGoingOn, a.canWrite {
      try a.write()
      isGoingOn = progress(a.tokens.count)
    }
    while isGoingOn, b.canWrite {
      try b.write()
      isGoingOn = progress(b.tokens.count)
    }
    func decode(_ tokens: [Int32]) -> String {
      var decoder = StreamDecoder(tokenizer, after: prompt.last)
      return tokens.reduce(into: "") { $0 += decoder.append($1) } + decoder.finish()
    }
    return AnswerComparison(
      prompt: text, common: decode(common),
      reference: Answer(tokens: a.tokens, text: decode(a.tokens), isFinished: a.isFinished),
      candidate: Answer(tokens: b.tokens, text: decode(b.tokens), isFinished: b.isFinished),
      parting: parting)
  }
}

extension AnswerComparison.Parting {
  /// Likeliest tokens of each model that are listed.
  private static let listed = 3

  fileprivate init(
    index: Int, reference: UnsafeBufferPointer<Float>, candidate: UnsafeBufferPointer<Float>,
    _ tokenizer: Tokenizer
  ) {
    let (p, q) = (LogSoftmax(reference), LogSoftmax(candidate))
    func choice(_ token: Int) -> WorstToken.Choice {
      WorstToken.Choice(
        Int32(token), reference: exp(Double(reference[token]) - p.normalizer),
        candidate: exp(Double(candidate[token]) - q.normalizer), tokenizer)
    }
    var tokens: [Int] = []
    for token in TokenComparison.likeliest(reference).prefix(Self.listed)
      + TokenComparison.likeliest(candidate).prefix(Self.listed)
    where !tokens.contains(token) { tokens.append(token) }
    self.init(
      index: index, choices: tokens.map(choice), reference: choice(p.top),
      candidate: choice(q.top))
  }
}
