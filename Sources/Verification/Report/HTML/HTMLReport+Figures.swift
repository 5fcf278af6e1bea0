import Foundation
import GGUF

/// What both models said of a text and of questions.
extension HTMLReport {
  static func overview(_ comparison: VerifyReport.Comparison, _ verdict: Verdict?) -> String {
    let tracks = OverviewTracks.all(comparison, verdict)
    let origin =
      verdict.flatMap { $0.checks.isEmpty ? nil : $0 }.map {
        $0.profile.map { "Limits are those of the profile \($0) where no others were given." }
          ?? "Limits are as given."
      } ?? "No limits were given."
    return section(
      "How good is that",
      "The figures that matter most, and what other formats usually cost.",
      [
        plots([
          figure(
            "Figures and limits",
            "The dot is what was measured, the bar around it its 95 % interval; the shaded side of a "
              + "limit is allowed. " + origin,
            TrackPlot.element(
              tracks, tracks.map { "\($0.name) \($0.text)" }.joined(separator: "; "))),
          figure(
            "Beside other formats",
            "Where the divergence lies among the limits that healthy files of a format keep.",
            FormatLadder.element(comparison.summary.divergence)),
        ])
      ])
  }

  static func divergence(_ comparison: VerifyReport.Comparison) -> String {
    let summary = comparison.summary
    guard !summary.isSame else {
      return section(
        "How far apart", "At no token do the models differ: there is nothing to plot.", [])
    }
    let divergences = DivergencePlots(summary)
    let share = divergences.shareOfWorst.map {
      String(
        format: " The worst hundredth of the tokens makes %.0f %% of all divergence.", $0 * 100)
    }
    return section(
      "How far apart",
      "The KL divergence of the candidate's next-token probabilities from the reference's, at each of "
        + "\(ReportWords.grouped(summary.positions)) tokens of the text. 0 is no difference."
        + (share ?? ""),
      [
        plots([
          figure(
            "Tokens by divergence", "Most tokens of a good candidate are far to the left.",
            divergences.histogram()),
          figure(
            "How often how much", "The share of tokens that diverge by at least so much.",
            divergences.exceedance()),
        ])
      ])
  }

  static func probabilities(_ comparison: VerifyReport.Comparison) -> String {
    let probabilities = ProbabilityPlots(comparison)
    return section(
      "What they expect next",
      "Whether both models would write the same, and how likely each finds the token that does "
        + "follow.",
      [
        plots([
          figure(
            "Probability of the right token",
            "On the diagonal both models agree; darker is more "
              + "tokens, each step several times as many.",
            probabilities.density()),
          figure(
            "How it changes",
            "Left of the middle the candidate finds the right token less likely "
              + "than the reference does. The axis of counts is logarithmic.",
            probabilities.changes()),
        ])
      ])
  }

  static func alongText(_ comparison: VerifyReport.Comparison) -> String {
    guard comparison.stretches.count > 1 else { return "" }
    return section(
      "Along the text",
      "Whether the loss is everywhere the same, and how sure the mean is. Intervals take each stretch "
        + "as one, because its tokens hang together.",
      [
        plots([
          figure(
            "Divergence by stretch",
            "Dots are stretches; the line is the mean of all up to there, "
              + "with its 95 % interval.",
            StretchPlot.element(comparison)),
          figure(
            "Divergence by position",
            "Within a stretch, how much text was read before: a loss that "
              + "grows to the right is one of long contexts.",
            PositionPlot.element(comparison)),
        ])
      ])
  }

  static func tasks(_ score: TaskScore) -> String {
    let rows = score.tasks.sorted { $0.key < $1.key }
    let different = rows.filter { $0.value.candidate != $0.value.reference }
    let alike = rows.filter { $0.value.candidate == $0.value.reference }.map(\.value)
    let most = different.sorted {
      abs($0.value.candidate - $0.value.reference) > abs($1.value.candidate - $1.value.reference)
    }
    let tracks = most.prefix(12).map { name, row in
      TrackPlot.Track(
        name: name, text: "\(row.candidate) against \(row.reference) of \(row.asked)",
        value: Double(row.candidate) / Double(max(1, row.asked)), interval: nil, range: 0...1,
        other: Double(row.reference) / Double(max(1, row.asked)), ends: nil)
    }
    func cells(_ name: String, _ counts: (Int, Int, Int)) -> [String] {
      [escaped(name), "\(counts.0)", "\(counts.1)", "\(counts.2)"]
    }
    var lines = different.map {
      cells($0.key, ($0.value.asked, $0.value.candidate, $0.value.reference))
    }
    if !alike.isEmpty, !different.isEmpty {
      lines.append(
        cells(
          "the other \(alike.count) kinds",
          (
            alike.reduce(0) { $0 + $1.asked }, alike.reduce(0) { $0 + $1.candidate },
            alike.reduce(0) { $0 + $1.reference }
          )))
    }
    lines.append(
      cells(
        "all", (score.asked, score.both + score.candidateOnly, score.both + score.referenceOnly)))
    let all = table(
      "Questions", ["kind", "asked", "candidate right", "reference right"], lines)
    let plot = figure(
      "Where they differ most",
      "Share of right answers. Filled: the candidate; ring: the reference.",
      TrackPlot.element(
        tracks, tracks.map { "\($0.name): \($0.text)" }.joined(separator: "; ")))
    let equal =
      score.probabilityOfEqual < 0.05
      ? "That is hardly chance" : "Chance alone makes such differences"
    return section(
      "Questions with one right answer",
      "\(score.asked) questions: the candidate alone is right on \(score.candidateOnly), the reference "
        + "alone on \(score.referenceOnly). \(equal): "
        + String(format: "p = %.3g (McNemar's exact test).", score.probabilityOfEqual),
      [plots(tracks.isEmpty ? [all] : [plot, all])])
  }

  static func figures(_ comparison: VerifyReport.Comparison) -> String {
    let figures = ReportFigure.all(comparison)
    return section(
      "All figures", "Intervals are 95 % intervals; positions of a stretch count as dependent.",
      [
        table(
          "Figures", ["figure", "value", "interval", "what it is"],
          figures.map {
            [
              escaped($0.name), escaped($0.value), escaped($0.interval ?? ""), escaped($0.meaning),
            ]
          }
        ) { row, column in
          column == 0 ? (figures[row].isDetail ? "detail" : "") : column == 3 ? "words" : ""
        }
      ])
  }

  static func method(_ report: VerifyReport) -> String {
    var lines: [String] = []
    if let comparison = report.comparison {
      lines.append(
        "\(ReportWords.grouped(comparison.summary.positions)) tokens in \(comparison.summary.stretches) "
          + "stretches of \(comparison.length) were read by "
          + (comparison.isFromFile
            ? "the candidate; the reference's logits are from a file that keeps 16 bits of each."
            : "both models in lock step; all figures are of 32-bit logits in memory."))
    }
    if let memory = report.memory {
      lines.append("\(Bytes.text(memory.peakResidentBytes)) of memory were resident at most.")
    }
    lines.append("Measured by phi verify of Phidelity.")
    let files = table(
      "Files", ["", "file", "size", "bits a weight"],
      [("candidate", report.candidate), ("reference", report.reference)].map { role, subject in
        [
          role, escaped(subject.title), Bytes.text(subject.bytes),
          subject.bitsPerWeight.map { String(format: "%.2f", $0) } ?? "logits",
        ]
      }
    ) { $1 == 1 ? "file" : "" }
    return files + "\n<footer><p>\(escaped(lines.joined(separator: " ")))</p></footer>"
  }
}
