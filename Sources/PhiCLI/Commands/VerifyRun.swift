import Foundation
import Phidelity

/// One comparison: the texts and questions it reads.
struct VerifyRun {
  let reference: Model
  let candidate: Model
  let arguments: Arguments
  let options: SessionOptions
  let length: Int

  /// What the arguments ask of two models.
  init(reference: Model, candidate: Model, _ arguments: Arguments) throws {
    self.reference = reference
    self.candidate = candidate
    self.arguments = arguments
    length = try Self.length(
      arguments, reference.configuration.contextLength, candidate.configuration.contextLength)
    options = try Self.options(arguments)
  }

  /// Threads as the arguments say, and a cache in full precision beside the weights: what is compared
  /// is the models, not the cache.
  static func options(_ arguments: Arguments) throws -> SessionOptions {
    var options = try ModelOptions.measuring(arguments)
    options.cacheFormat = .f32
    return options
  }

  /// The same for the candidate, which may be asked to run as it does elsewhere.
  static func candidate(
    _ options: SessionOptions, _ arguments: Arguments
  ) throws -> SessionOptions {
    var options = options
    options.chunkLength = try arguments.int("chunk", in: 1...8192)
    options.roundsActivations = arguments.has("as-run")
    return options
  }

  /// Tokens that are read together, within the models' contexts.
  static func length(_ arguments: Arguments, _ contexts: Int...) throws -> Int {
    let wanted = try arguments.int("ctx", in: 8...1 << 20)
    let length = contexts.reduce(wanted ?? 512, min)
    if let wanted, length < wanted {
      Note.write(
        "-c \(wanted): the models have \(length) tokens of context, which are read together")
    }
    return length
  }

  /// Reads and asks, and gives what was found.
  func report(_ limits: Verdict.Limits) throws -> VerifyReport {
    try withProgress { try report(limits, $0) }
  }

  private func report(_ limits: Verdict.Limits, _ line: ProgressLine) throws -> VerifyReport {
    let explanation = try VerifyExplanation(arguments)
    let answers = try VerifyAnswers(arguments)
    let readsText =
      arguments.has("text") || arguments.has("self") || explanation.measures
      || !(arguments.has("tasks") || answers.isWanted) || limits != Verdict.Limits()
    var report = VerifyReport(
      reference: VerifyReport.Subject(reference.file),
      candidate: VerifyReport.Subject(candidate.file))
    report.candidate.roundsActivations = try Self.candidate(options, arguments)
      .selectsRounding(for: candidate)
    try explanation.check(reference, candidate)
    if readsText {
      let (stretches, first) = try stretches(line)
      let compared = try compare(stretches, from: first, limits, line)
      let comparison = VerifyReport.Comparison(
        compared, length: stretches.map(\.count).max() ?? length)
      report.comparison = comparison
      report.verdict = Verdict(comparison.summary, limits)
      report.worst = WorstToken.worst(
        explanation.worst, of: compared, in: stretches, from: first, reference.tokenizer)
      try explanation.explain(
        &report, reference: reference, candidate: candidate, stretches, options, line)
    }
    if answers.isWanted {
      report.answers = try answers.ask(
        reference: reference, candidate: candidate, options,
        candidateOptions: try Self.candidate(options, arguments), line)
    }
    report.score = try arguments.string("tasks").map { try ask($0, line) }
    report.memory = .now(mapping: reference.file.byteCount + candidate.file.byteCount)
    return report
  }

  /// Reads the text with both models; an interrupt ends it early.
  private func compare(
    _ stretches: [[Int32]], from first: Int, _ limits: Verdict.Limits, _ line: ProgressLine
  ) throws -> [[TokenComparison]] {
    var options = options
    options.contextLength = length
    let models = try LockStep(
      reference: reference, candidate: candidate, options: options,
      candidateOptions: try Self.candidate(options, arguments))
    return try ComparisonLoop(arguments, limits, line).run(stretches.count) {
      try models.compare(stretches[$0], from: first)
    }
  }

  /// The text, and the first position of a stretch that is compared: with a given text the second
  /// half, as llama.cpp's perplexity does it, else all.
  private func stretches(_ line: ProgressLine) throws -> (stretches: [[Int32]], first: Int) {
    let maximum = try arguments.int("chunks", in: 1...Int.max) ?? .max
    guard let path = arguments.string("text") else {
      let count = try arguments.int("self", in: 16...1 << 24) ?? 2048
      let stretches = try SelfText.stretches(
        of: reference, tokens: count, length: arguments.has("ctx") ? length : min(128, length),
        options: options
      ) { done, all in
        guard !Interrupt.shared.isRequested else { throw CancellationError() }
        line.update("the reference writes: \(done) of \(all) tokens")
      }
      return (Array(stretches.prefix(maximum)), 0)
    }
    let text = try StretchedText(path, reference, length: length, maximum: maximum)
    return (text.asRead, length / 2)
  }

  /// Asks both models every question.
  private func ask(_ path: String, _ line: ProgressLine) throws -> TaskScore {
    let questions = try TaskFile.read(path, for: reference)
    var options = options
    options.contextLength = min(
      reference.configuration.contextLength,
      questions.reduce(1) { max($0, $1.prompt.count + $1.answer.utf8.count + 16) })
    let sessions = (
      try Session(reference, options),
      try Session(candidate, try Self.candidate(options, arguments))
    )
    var score = TaskScore()
    for (index, question) in questions.enumerated() {
      guard !Interrupt.shared.isRequested else { break }
      score.add(
        question.task, reference: try TaskScore.answers(question, sessions.0),
        candidate: try TaskScore.answers(question, sessions.1))
      line.update("\(index + 1) of \(questions.count) questions")
    }
    return score
  }
}
