import Foundation

/// The figures that matter most, each with its interval, and its limit where it has one.
enum OverviewTracks {
  static func all(
    _ comparison: VerifyReport.Comparison, _ verdict: Verdict?
  ) -> [TrackPlot.Track] {
    let summary = comparison.summary
    func check(_ figure: Verdict.Figure) -> Verdict.Check? {
      verdict?.checks.first { $0.figure == figure }
    }
    var tracks = [
      track(
        check(.divergence), "mean divergence (nats)",
        String(format: "%.5f", summary.divergence.mean), summary.divergence.mean,
        summary.divergence.interval(), from: 0),
      track(
        check(.topAgreement), "same first choice",
        String(format: "%.2f %%", summary.topAgreement.mean * 100), summary.topAgreement.mean,
        summary.topAgreement.interval(), to: 1),
    ]
    if !comparison.isFromFile {
      tracks.append(
        track(
          nil, "five likeliest that both have",
          String(format: "%.2f %%", summary.top5Agreement.mean * 100), summary.top5Agreement.mean,
          summary.top5Agreement.interval(), to: 1))
    }
    var ratio = track(
      check(.perplexityRatio), "perplexity ratio",
      String(
        format: "%.4f (%.3f : %.3f)", summary.perplexityRatio, summary.candidatePerplexity,
        summary.referencePerplexity), summary.perplexityRatio,
      summary.perplexityRatioInterval(), around: 1)
    if ratio.mark == nil { ratio.mark = (1, "no loss") }
    return tracks + [ratio]
  }

  /// A track whose scale begins, ends or is centred at a value, and holds the interval and the limit.
  private static func track(
    _ check: Verdict.Check?, _ name: String, _ text: String, _ value: Double,
    _ interval: ClosedRange<Double>?, from: Double? = nil, to: Double? = nil,
    around: Double? = nil
  ) -> TrackPlot.Track {
    let values = [value, check?.limit, interval?.lowerBound, interval?.upperBound]
      .compactMap { $0 }.filter(\.isFinite)
    let (least, most) = (values.min() ?? 0, values.max() ?? 1)
    let range: ClosedRange<Double>
    if let from {
      range = from...max(from + 1e-9, from + (most - from) * 1.25)
    } else if let to {
      range = max(0, to - max(0.02, (to - least) * 1.25))...to
    } else {
      let center = around ?? 0
      let reach = max(0.002, max(abs(most - center), abs(least - center)) * 1.3)
      range = center - reach...center + reach
    }
    var track = TrackPlot.Track(
      name: name, text: text, value: value, interval: interval, range: range)
    if to != nil { track.ends = .percent }
    if let check {
      let limit =
        to != nil
        ? TrackPlot.Track.Ends.percent.text(check.limit) : String(format: "%g", check.limit)
      track.mark = (check.limit, "limit \(limit)")
      track.allowsBelow = check.isMaximum
      track.style = check.outcome.isSure ? (check.isWithin ? "good" : "bad") : "unsure"
      track.text += " · " + check.outcome.rawValue
    }
    return track
  }
}
