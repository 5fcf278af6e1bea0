import Foundation
import Phidelity

/// The half of `phi verify` that deals in llama.cpp's files of logits.
enum VerifyLogits {
  /// Holds a candidate against a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - candidate: The model that is judged.
  ///   - limits: What it may lose.
  ///   - arguments: Threads, stretches at most, and whether to stop early.
  /// - Returns: The report.
  /// - Throws: What is wrong with the file; as `Session.append`.
  static func report(
    against path: String, _ candidate: Model, _ limits: Verdict.Limits, _ arguments: Arguments
  ) throws -> VerifyReport {
    let file = try LogitsFile(path: path)
    let options = try VerifyRun.candidate(try VerifyRun.options(arguments), arguments)
    let models = try LogitsFileComparison(file, candidate: candidate, options: options)
    let count = min(file.stretches, try arguments.int("chunks", in: 1...Int.max) ?? .max)
    let compared = try withProgress { line in
      try ComparisonLoop(arguments, limits, line).run(count) { try models.compare($0) }
    }
    var report = VerifyReport(
      reference: VerifyReport.Subject(file), candidate: VerifyReport.Subject(candidate.file))
    report.candidate.roundsActivations = try options.selectsRounding(for: candidate)
    let comparison = VerifyReport.Comparison(compared, length: file.length, isFromFile: true)
    report.comparison = comparison
    report.verdict = Verdict(comparison.summary, limits)
    report.worst = WorstToken.worst(
      try VerifyExplanation(arguments).worst, of: compared,
      in: try compared.indices.map(file.tokens),
      from: file.first, candidate.tokenizer)
    report.memory = .now(mapping: file.byteCount + candidate.file.byteCount)
    return report
  }

  /// Writes a model's logits over a text.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - model: The model.
  ///   - arguments: The text, its stretches, and threads.
  /// - Throws: What cannot be read or written; `CancellationError` after an interrupt.
  static func save(to path: String, _ model: Model, _ arguments: Arguments) throws {
    guard let text = arguments.string("text") else {
      throw UsageError(description: "--save-logits needs --text")
    }
    let path = try OutputPath.checked(path)
    var options = try VerifyRun.candidate(try VerifyRun.options(arguments), arguments)
    let length = try VerifyRun.length(arguments, model.configuration.contextLength)
    options.contextLength = length
    let stretches = try StretchedText(
      text, model, length: length, maximum: try arguments.int("chunks", in: 1...Int.max) ?? .max)
    let writer = try LogitsFileWriter(path, model, tokens: stretches.tokens, options: options)
    try withProgress { line in
      for (index, stretch) in stretches.asRead.enumerated() {
        guard !Interrupt.shared.isRequested else { throw CancellationError() }
        try writer.append(stretch)
        line.update("\(index + 1) of \(stretches.tokens.count) stretches")
      }
    }
    try writer.finish()
    let interval = writer.loss.interval().map {
      String(format: "  [%.4f, %.4f]", exp($0.lowerBound), exp($0.upperBound))
    }
    StandardOutput.write(
      "\(path.printable): \(stretches.tokens.count) stretches of \(length) tokens, "
        + Bytes.text(writer.byteCount) + "\n"
        + String(format: "perplexity  %.4f", exp(writer.loss.mean)) + (interval ?? "") + "\n")
  }
}
