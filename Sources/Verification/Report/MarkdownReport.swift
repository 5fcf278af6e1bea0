import Foundation
import GGUF

/// What `phi verify` found, as Markdown for a model card or a comment: the verdict, then tables.
public enum MarkdownReport {
  private static let shown = 10

  /// The report.
  public static func text(_ report: VerifyReport) -> String {
    let words = ReportWords(report)
    var blocks = [
      "### " + escaped(report.candidate.name) + " against " + escaped(report.reference.name),
      "**\(escaped(words.headline))**" + escaped(words.origin),
    ]
    if let caveat = words.caveat { blocks.append("_Note: \(escaped(caveat))._") }
    blocks.append(
      table(
        ["", "file", "size", "bits a weight"],
        [("candidate", report.candidate), ("reference", report.reference)].map { role, subject in
          [
            role, escaped(subject.title), Bytes.text(subject.bytes),
            subject.bitsPerWeight.map { String(format: "%.2f", $0) } ?? "logits",
          ]
        }))
    if let verdict = report.verdict, !verdict.checks.isEmpty { blocks.append(checks(verdict)) }
    if let comparison = report.comparison { blocks.append(figures(comparison)) }
    if let score = report.score { blocks.append(tasks(score)) }
    blocks += attribution(report)
    if let comparison = report.comparison { blocks.append(footer(comparison)) }
    return blocks.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private static func checks(_ verdict: Verdict) -> String {
    table(
      ["limit", "allowed", "measured", "95 % interval", "outcome"],
      verdict.checks.map { check in
        [
          check.name, (check.isMaximum ? "≤ " : "≥ ") + String(format: "%g", check.limit),
          String(format: "%.5f", check.value),
          check.interval.map { ReportFigure.interval($0.lowerBound, $0.upperBound, "%.5f") } ?? "–",
          (check.isWithin ? "✅ " : "❌ ") + check.outcome.rawValue,
        ]
      })
  }

  private static func figures(_ comparison: VerifyReport.Comparison) -> String {
    table(
      ["figure", "value", "95 % interval"],
      ReportFigure.all(comparison).map { figure in
        [
          (figure.isDetail ? "&nbsp;&nbsp;" : "") + escaped(figure.name), figure.value,
          figure.interval ?? "",
        ]
      })
  }

  private static func tasks(_ score: TaskScore) -> String {
    let rows = score.tasks.sorted { $0.key < $1.key }.map { name, row in
      [escaped(name), "\(row.asked)", "\(row.candidate)", "\(row.reference)"]
    }
    let all = [
      "**all**", "\(score.asked)", "\(score.both + score.candidateOnly)",
      "\(score.both + score.referenceOnly)",
    ]
    return table(["questions", "asked", "candidate right", "reference right"], rows + [all])
      + String(
        format: "\n\nOnly one is right on %d questions: p = %.3g that both are equally good "
          + "(McNemar's exact test).", score.candidateOnly + score.referenceOnly,
        score.probabilityOfEqual)
  }

  private static func attribution(_ report: VerifyReport) -> [String] {
    var blocks: [String] = []
    if let swaps = report.swaps {
      blocks.append(
        "Dearest \(swaps.isByLayer ? "layers" : "tensors"), swapped alone:\n\n"
          + table(
            ["", "divergence alone", "size", "better by", "saves"],
            swaps.costs.prefix(shown).map { cost in
              [
                escaped(cost.name), String(format: "%.6f", cost.alone),
                Bytes.text(cost.candidateBytes),
                cost.upgrade.map { "+" + Bytes.text($0.extraBytes) } ?? "–",
                cost.upgrade.map { String(format: "%.6f", $0.saved) } ?? "–",
              ]
            }))
    }
    if let tensors = report.tensors {
      blocks.append(
        "Tensors farthest off:\n\n"
          + table(
            ["tensor", "format", "weighted error", "relative error", "cosine"],
            tensors.errors.prefix(shown).map { error in
              [
                escaped(error.name), error.candidateType.name,
                error.weightedRelativeError.map { String(format: "%.5f", $0) } ?? "–",
                String(format: "%.5f", error.relativeError), String(format: "%.6f", error.cosine),
              ]
            }))
    }
    return blocks
  }

  private static func footer(_ comparison: VerifyReport.Comparison) -> String {
    let summary = comparison.summary
    return
      "<sub>\(ReportWords.grouped(summary.positions)) tokens in \(summary.stretches) stretches "
      + "of \(comparison.length), both models reading the same tokens; intervals respect that "
      + "tokens of a stretch hang together. Measured by `phi verify` of Phidelity.</sub>"
  }

  private static func table(_ header: [String], _ rows: [[String]]) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let rule = header.enumerated().map { $0.offset == 0 ? ":--" : "--:" }
    return ([line(header), line(rule)] + rows.map(line)).joined(separator: "\n")
  }

  /// Text of which Markdown makes nothing else.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.printable {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "|", "*", "_", "`", "[", "]", "\\", "#", "~": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }
}
