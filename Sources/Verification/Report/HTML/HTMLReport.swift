import Foundation
import GGUF

/// What `phi verify` found, as a page in one file: the verdict first, then figures and plots.
///
/// It loads nothing and runs nothing, and says so to the browser.
public enum HTMLReport {
  /// The page.
  public static func text(_ report: VerifyReport) -> String {
    let words = ReportWords(report)
    var parts = [verdict(report, words), tiles(report)]
    if let comparison = report.comparison {
      parts.append(overview(comparison, report.verdict))
      parts.append(divergence(comparison))
      if !comparison.summary.isSame {
        parts += [probabilities(comparison), alongText(comparison)]
      }
    }
    if let score = report.score { parts.append(tasks(score)) }
    parts += source(report)
    if !report.worst.isEmpty { parts.append(worst(report.worst)) }
    if !report.answers.isEmpty { parts.append(answers(report.answers)) }
    if let comparison = report.comparison { parts.append(figures(comparison)) }
    parts.append(method(report))
    let title = "\(report.candidate.name) against \(report.reference.name)"
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(escaped(title))</title>
      <style>
      \(HTMLStyle.css)
      </style>
      </head>
      <body>
      <main>
      \(parts.joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
  }

  static func escaped(_ text: String) -> String { Markup.escaped(text) }

  private static func verdict(_ report: VerifyReport, _ words: ReportWords) -> String {
    let sign =
      switch words.level {
      case .good: "✓ "
      case .bad: "✗ "
      case .unsure: "? "
      case .neutral: ""
      }
    let caveat = words.caveat.map { caveat in
      "<p class=\"caveat\">\(escaped(caveat.prefix(1).uppercased() + caveat.dropFirst())).</p>"
    }
    return """
      <header>
      <p class="kicker">What did quantization cost? \(escaped(report.candidate.name)) held against \
      \(escaped(report.reference.name)).</p>
      <div class="verdict \(words.level.rawValue)">
      <span class="badge">\(sign)\(escaped(words.label + words.origin))</span>
      <h1>\(escaped(words.headline))</h1>
      \(caveat ?? "")
      </div>
      </header>
      """
  }

  private static func tiles(_ report: VerifyReport) -> String {
    var tiles: [(String, String, String, String)] = []
    if let summary = report.comparison?.summary {
      tiles += [
        (
          "Mean divergence", String(format: "%.5f", summary.divergence.mean), "nats",
          interval(summary.divergence.interval(), "%.5f")
        ),
        (
          "Same first choice", String(format: "%.2f", summary.topAgreement.mean * 100), "%",
          interval(summary.topAgreement.interval(), "%.2f", scale: 100)
        ),
        (
          "Perplexity ratio", String(format: "%.4f", summary.perplexityRatio), "",
          interval(summary.perplexityRatioInterval(), "%.4f")
        ),
      ]
    }
    if let score = report.score {
      tiles.append(
        (
          "Right answers", String(format: "%.1f", score.candidateAccuracy * 100), "%",
          String(format: "reference %.1f %%", score.referenceAccuracy * 100)
        ))
    }
    let (candidate, reference) = (report.candidate, report.reference)
    if let bits = candidate.bitsPerWeight {
      let share = Double(candidate.bytes) / Double(max(1, reference.bytes)) * 100
      tiles.append(
        (
          "Size", Bytes.text(candidate.bytes), "",
          String(format: "%.2f bits a weight", bits)
            + (reference.bitsPerWeight == nil
              ? "" : String(format: "; %.0f\u{A0}%% of the reference", share))
        ))
    }
    return "<dl class=\"tiles\">\n"
      + tiles.map { name, value, unit, more in
        "<div class=\"tile\"><dt>\(escaped(name))</dt><dd class=\"value\">\(escaped(value)) "
          + "<span class=\"unit\">\(escaped(unit))</span></dd><dd class=\"more\">\(escaped(more))"
          + "</dd></div>"
      }.joined(separator: "\n") + "\n</dl>"
  }

  private static func interval(
    _ interval: ClosedRange<Double>?, _ format: String, scale: Double = 1
  ) -> String {
    guard let interval else { return "too little text for an interval" }
    return String(
      format: "95 %%: \(format) to \(format)", interval.lowerBound * scale,
      interval.upperBound * scale)
  }

  /// A part of the page with its heading.
  static func section(_ title: String, _ lead: String, _ content: [String]) -> String {
    // On paper a heading is not to be left behind by what it is about.
    "<section>\n<div class=\"together\">\n<h2>\(escaped(title))</h2>\n<p class=\"lead\">"
      + "\(escaped(lead))</p>\n" + (content.first ?? "") + "\n</div>\n"
      + content.dropFirst().joined(separator: "\n") + "\n</section>"
  }

  /// Plots beside each other, as far as there is room.
  static func plots(_ figures: [String]) -> String {
    "<div class=\"plots\">\n" + figures.joined(separator: "\n") + "\n</div>"
  }

  /// A plot with its caption.
  static func figure(_ title: String, _ caption: String, _ svg: String) -> String {
    "<figure>\n<figcaption><h3>\(escaped(title))</h3><p>\(escaped(caption))</p></figcaption>\n"
      + svg + "\n</figure>"
  }

  /// A table; the first cell of a row is its heading, and cells are HTML already.
  static func table(
    _ caption: String, _ header: [String], _ rows: [[String]],
    style: (_ row: Int, _ column: Int) -> String = { _, _ in "" }
  ) -> String {
    func attribute(_ value: String) -> String { value.isEmpty ? "" : " class=\"\(value)\"" }
    let head = header.enumerated().map { column, name in
      let words = column > 0 && style(0, column) == "words" ? "words" : ""
      return "<th scope=\"col\"\(attribute(words))>\(escaped(name))</th>"
    }.joined()
    let body = rows.enumerated().map { index, row in
      let cells = row.enumerated().map { column, cell in
        column == 0
          ? "<th scope=\"row\">\(cell)</th>"
          : "<td\(attribute(style(index, column)))>\(cell)</td>"
      }
      return "<tr\(attribute(style(index, 0)))>" + cells.joined() + "</tr>"
    }
    return "<div class=\"card\"><table>\n<caption>\(escaped(caption))</caption>\n<thead><tr>\(head)"
      + "</tr></thead>\n<tbody>\n" + body.joined(separator: "\n") + "\n</tbody></table></div>"
  }
}
