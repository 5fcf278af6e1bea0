import Foundation
import GGUF

/// What `phi verify` found, as lines for a terminal.
public enum TextReport {
  /// The report at 80 columns.
  ///
  /// - Parameter report: The report.
  /// - Returns: Lines without marks.
  public static func text(_ report: VerifyReport) -> String { styled(report).plain }

  /// The report at 80 columns, with marks for headings and for what the models say.
  ///
  /// - Parameter report: The report.
  /// - Returns: Lines: headings are bold, the reference's words green and the candidate's red.
  public static func styled(_ report: VerifyReport) -> StyledText {
    var sections = [
      plain(["candidate  \(report.candidate.line)", "reference  \(report.reference.line)"])
    ]
    if let comparison = report.comparison { sections.append(plain(lines(comparison))) }
    if !report.worst.isEmpty { sections.append(lines(report.worst)) }
    if let tensors = report.tensors { sections.append(lines(tensors)) }
    if let drift = report.drift { sections.append(lines(drift)) }
    if let swaps = report.swaps { sections.append(lines(swaps)) }
    sections += report.answers.map { lines($0) }
    if let score = report.score { sections.append(plain(lines(score))) }
    if let memory = report.memory { sections.append(plain(lines(memory))) }
    let words = ReportWords(report)
    if let verdict = report.verdict, !verdict.checks.isEmpty {
      sections.append(plain(lines(verdict, words)))
    }
    var text = sections.map { $0.lines() }.reduce(into: StyledText("")) { text, section in
      text += text.runs.isEmpty ? section : "\n" + section
    }
    if let caveat = words.caveat { text += caveat + "\n" }
    return text
  }

  private static func plain(_ lines: [String]) -> [StyledText] { lines.map { StyledText($0) } }

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
