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
    let words = ReportWords(report)
    if let verdict = report.verdict, !verdict.checks.isEmpty {
      lines += [""] + Self.lines(verdict, words)
    }
    if let caveat = words.caveat { lines.append(caveat) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ name: String, _ value: String) -> String {
    "  " + name.padding(toLength: 24, withPad: " ", startingAt: 0) + value
  }

  private static func lines(_ comparison: VerifyReport.Comparison) -> [String] {
    let summary = comparison.summary
    var lines = [
      "\(summary.positions) tokens in \(summary.stretches) stretches; in brackets 95 % intervals"
    ]
    for figure in ReportFigure.all(comparison) {
      lines.append(
        row(
          (figure.isDetail ? "  " : "") + figure.name,
          figure.value + (figure.interval.map { "  " + $0 } ?? "")))
    }
    if comparison.isFromFile {
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

  private static func lines(_ verdict: Verdict, _ words: ReportWords) -> [String] {
    verdict.checks.map { check in
      row(
        check.name,
        String(format: "%.5f, limit %.5f: ", check.value, check.limit) + check.outcome.rawValue)
    } + [(verdict.isWithin ? "within its limits" : "outside its limits") + words.origin]
  }
}
