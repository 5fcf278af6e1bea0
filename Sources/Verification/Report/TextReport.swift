import Foundation
import GGUF

/// What `phi verify` found, as lines for a terminal.
public enum TextReport {
  /// The report at 80 columns.
  ///
  /// - Parameters:
  ///   - report: The report.
  ///   - style: How words are marked.
  /// - Returns: Lines.
  public static func text(_ report: VerifyReport, _ style: TextStyle = .plain) -> String {
    var lines = [
      "candidate  \(report.candidate.line)", "reference  \(report.reference.line)",
    ]
    if let comparison = report.comparison { lines += [""] + Self.lines(comparison) }
    if !report.worst.isEmpty { lines += [""] + Self.lines(report.worst, style) }
    if let tensors = report.tensors { lines += [""] + Self.lines(tensors, style) }
    if let drift = report.drift { lines += [""] + Self.lines(drift, style) }
    if let swaps = report.swaps { lines += [""] + Self.lines(swaps, style) }
    for answer in report.answers { lines += [""] + Self.lines(answer, style) }
    if let score = report.score { lines += [""] + Self.lines(score) }
    if let memory = report.memory { lines += [""] + Self.lines(memory) }
    if let verdict = report.verdict, !verdict.checks.isEmpty { lines += [""] + Self.lines(verdict) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ name: String, _ value: String) -> String {
    "  " + name.padding(toLength: 24, withPad: " ", startingAt: 0) + value
  }

  private static func figure(_ mean: ClusteredMean, _ format: String, scale: Double = 1) -> String {
    let value = String(format: format, mean.mean * scale)
    guard let interval = mean.interval() else { return value }
    return value
      + String(
        format: "  [\(format), \(format)]", interval.lowerBound * scale,
        interval.upperBound * scale)
  }

  private static func lines(_ comparison: VerifyReport.Comparison) -> [String] {
    let summary = comparison.summary
    let percentiles = [0.5, 0.9, 0.99].map { String(format: "%.5f", summary.percentile($0)) }
    let ratio = summary.perplexityRatioInterval().map {
      String(format: "  [%.4f, %.4f]", $0.lowerBound, $0.upperBound)
    }
    var lines = [
      "\(summary.positions) tokens in \(summary.stretches) stretches; in brackets 95 % intervals",
      row("divergence (nats)", figure(summary.divergence, "%.5f")),
      row("  median, 90, 99 %", percentiles.joined(separator: "  ")),
      row("  largest", String(format: "%.5f", summary.sortedDivergences.last ?? 0)),
    ]
    // What a file of logits cannot tell is left out.
    if !comparison.isFromFile {
      lines += [
        row("  reverse", figure(summary.reverseDivergence, "%.5f")),
        row("  Jensen–Shannon", figure(summary.jensenShannon, "%.5f")),
      ]
    }
    lines.append(row("same top token (%)", figure(summary.topAgreement, "%.2f", scale: 100)))
    if !comparison.isFromFile {
      lines.append(row("shared top five (%)", figure(summary.top5Agreement, "%.2f", scale: 100)))
    }
    lines += [
      row(
        "perplexity",
        String(
          format: "%.4f against %.4f", summary.candidatePerplexity, summary.referencePerplexity)),
      row("  ratio", String(format: "%.4f", summary.perplexityRatio) + (ratio ?? "")),
      row("  correlation", String(format: "%.5f", summary.lossCorrelation)),
      row("right token's Δp (%)", figure(summary.rightChange, "%.3f", scale: 100)),
      row("  root mean square", String(format: "%.3f", summary.rightChangeRMS * 100)),
      row("top token's Δp (%)", figure(summary.topChange, "%.3f", scale: 100)),
    ]
    if !comparison.isFromFile {
      lines.append(row("entropy change (nats)", figure(summary.entropyChange, "%.5f")))
    } else {
      lines.append(
        "  (a file of logits holds 16 bits of each: its own model diverges up to 0.0005)")
    }
    return lines
  }

  private static func lines(_ score: TaskScore) -> [String] {
    var lines = [
      "\(score.asked) questions",
      row(
        "right answers (%)",
        String(
          format: "%.2f against %.2f", score.candidateAccuracy * 100,
          score.referenceAccuracy * 100)),
      row(
        "  only one is right",
        "candidate \(score.candidateOnly), reference \(score.referenceOnly); "
          + String(format: "p = %.3g (McNemar)", score.probabilityOfEqual)),
    ]
    for (name, row) in score.tasks.sorted(by: { $0.key < $1.key })
    where row.reference != row.candidate {
      lines.append(
        self.row("  " + name.printable, "\(row.candidate) against \(row.reference) of \(row.asked)")
      )
    }
    return lines
  }

  private static func lines(_ verdict: Verdict) -> [String] {
    verdict.checks.map { check in
      row(
        check.name,
        String(format: "%.5f, limit %.5f: ", check.value, check.limit) + check.outcome.rawValue)
    } + [
      verdict.isWithin ? "within its limits" : "outside its limits"
    ]
      + (verdict.isSure ? [] : ["the text is too short to be sure"])
  }
}
