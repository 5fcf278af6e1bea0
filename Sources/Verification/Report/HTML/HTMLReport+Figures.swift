import Foundation
import GGUF

/// What both models said of a text and of questions.
extension HTMLReport {
  static func limits(_ verdict: Verdict) -> String {
    let tracks = verdict.checks.map { check in
      let ends =
        [check.value, check.limit] + (check.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
      let (least, most) = (ends.min() ?? 0, ends.max() ?? 1)
      let isRatio = check.name == "perplexity ratio"
      let room = (most - least) * 0.25
      let range =
        check.isMaximum
        ? (isRatio ? min(1, least) - room * 0.2 : 0)...max(most + room, check.limit * 1.02)
        : min(least - room, check.limit - 0.02)...1
      return TrackPlot.Track(
        name: check.name, text: String(format: "%.5g · ", check.value) + check.outcome.rawValue,
        value: check.value, interval: check.interval, range: range,
        mark: (check.limit, String(format: "limit %g", check.limit)),
        allowsBelow: check.isMaximum,
        style: check.outcome.isSure ? (check.isWithin ? "good" : "bad") : "unsure")
    }
    let words = verdict.checks.map {
      String(format: "\($0.name) %.5g, limit %g, \($0.outcome.rawValue)", $0.value, $0.limit)
    }
    return section(
      "Against the limits",
      "The dot is what was measured, the bar around it the 95 % interval, the shaded side what is "
        + "allowed.",
      [
        plots([
          figure(
            verdict.profile.map { "Limits of the profile \($0)" } ?? "Limits that were given",
            "A check is sure when its whole interval is on one side of the limit.",
            TrackPlot.element(tracks, words.joined(separator: "; ")))
        ])
      ])
  }

  static func divergence(_ comparison: VerifyReport.Comparison) -> String {
    let summary = comparison.summary
    guard summary.sortedDivergences.last != 0 else {
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
        + "\(ReportWords.grouped(summary.positions)) tokens of the text. 0 is no difference; below "
        + "0.01 one hardly sees any." + (share ?? ""),
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
    let summary = comparison.summary
    var tracks = [
      TrackPlot.Track(
        name: "same first choice", text: String(format: "%.2f %%", summary.topAgreement.mean * 100),
        value: summary.topAgreement.mean, interval: summary.topAgreement.interval(),
        range: range(summary.topAgreement), mark: nil)
    ]
    if !comparison.isFromFile {
      tracks.append(
        TrackPlot.Track(
          name: "five likeliest that both have",
          text: String(format: "%.2f %%", summary.top5Agreement.mean * 100),
          value: summary.top5Agreement.mean, interval: summary.top5Agreement.interval(),
          range: range(summary.top5Agreement), mark: nil))
    }
    let ratio = summary.perplexityRatioInterval()
    let reach =
      1.3
      * max(
        0.002, abs(summary.perplexityRatio - 1), abs((ratio?.upperBound ?? 1) - 1),
        abs((ratio?.lowerBound ?? 1) - 1))
    tracks.append(
      TrackPlot.Track(
        name: "perplexity ratio",
        text: String(
          format: "%.4f (%.3f against %.3f)", summary.perplexityRatio, summary.candidatePerplexity,
          summary.referencePerplexity),
        value: summary.perplexityRatio, interval: ratio, range: 1 - reach...1 + reach,
        mark: (1, "no loss")))
    return section(
      "What they expect next",
      "Whether both models would write the same, and how likely each finds the token that does "
        + "follow.",
      [
        plots([
          figure(
            "Agreement", "With 95 % intervals; each bar begins where its label says.",
            TrackPlot.element(
              tracks, tracks.map { "\($0.name) \($0.text)" }.joined(separator: "; "))),
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

  /// A scale of shares that begins at a round tenth below the figure, and is marked there.
  private static func range(_ share: ClusteredMean) -> ClosedRange<Double> {
    let least = share.interval()?.lowerBound ?? share.mean
    return max(0, ((least - 0.05) * 10).rounded(.down) / 10)...1
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
            StretchPlot.element(comparison))
        ])
      ])
  }

  static func tasks(_ score: TaskScore) -> String {
    let rows = score.tasks.sorted { $0.key < $1.key }
    let tracks = rows.map { name, row in
      TrackPlot.Track(
        name: name, text: "\(row.candidate) against \(row.reference) of \(row.asked)",
        value: Double(row.candidate) / Double(max(1, row.asked)), interval: nil, range: 0...1,
        other: Double(row.reference) / Double(max(1, row.asked)))
    }
    let equal =
      score.probabilityOfEqual < 0.05
      ? "That is hardly chance" : "Chance alone makes such differences"
    var content: [String] = []
    if tracks.count <= 24 {
      content.append(
        plots([
          figure(
            "Right answers by kind", "Filled: the candidate; ring: the reference.",
            TrackPlot.element(
              tracks, tracks.map { "\($0.name): \($0.text)" }.joined(separator: "; ")))
        ]))
    }
    content.append(
      table(
        "Questions", ["kind", "asked", "candidate right", "reference right"],
        rows.map {
          [escaped($0.key), "\($0.value.asked)", "\($0.value.candidate)", "\($0.value.reference)"]
        }
          + [
            [
              "all", "\(score.asked)", "\(score.both + score.candidateOnly)",
              "\(score.both + score.referenceOnly)",
            ]
          ]))
    return section(
      "Questions with one right answer",
      "\(score.asked) questions: the candidate alone is right on \(score.candidateOnly), the reference "
        + "alone on \(score.referenceOnly). \(equal): "
        + String(format: "p = %.3g (McNemar's exact test).", score.probabilityOfEqual),
      content)
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
          role, escaped(subject.name), Bytes.text(subject.bytes),
          subject.bitsPerWeight.map { String(format: "%.2f", $0) } ?? "logits",
        ]
      }
    ) { $1 == 1 ? "file" : "" }
    return files + "\n<footer><p>\(escaped(lines.joined(separator: " ")))</p></footer>"
  }
}
