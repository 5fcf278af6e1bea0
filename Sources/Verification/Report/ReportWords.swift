import Foundation

/// What a report comes to, in sentences that every form shares.
struct ReportWords {
  private let report: VerifyReport

  init(_ report: VerifyReport) { self.report = report }

  /// How good the news is.
  enum Level: String {
    case good
    case bad
    case unsure
    case neutral
  }

  /// How good the news is.
  var level: Level {
    guard let verdict = report.verdict, !verdict.checks.isEmpty else { return .neutral }
    return verdict.isSure ? (verdict.isWithin ? .good : .bad) : .unsure
  }

  /// The level in two or three words.
  var label: String {
    switch level {
    case .good: "within limits"
    case .bad: "outside limits"
    case .unsure: "too short to tell"
    case .neutral: "measured"
    }
  }

  /// The verdict in one sentence.
  var headline: String {
    let (candidate, reference) = (report.candidate.name, report.reference.name)
    guard let comparison = report.comparison else {
      guard let score = report.score else { return "\(candidate) against \(reference)." }
      return "\(candidate) answers "
        + String(format: "%.1f %%", score.candidateAccuracy * 100)
        + " of \(score.asked) questions rightly, \(reference) "
        + String(format: "%.1f %%.", score.referenceAccuracy * 100)
    }
    let summary = comparison.summary
    if summary.isSame {
      return "\(candidate) says exactly what \(reference) says."
    }
    let loss =
      String(format: "diverges by %.5f nats a token from ", summary.divergence.mean) + reference
      + String(
        format: " and has the same first choice for %.1f %% of the tokens.",
        summary.topAgreement.mean * 100)
    guard level != .neutral else { return "\(candidate) \(loss)" }
    let verdict = candidate + (level == .unsure ? " seems to be " : " is ")
    let broken = (report.verdict?.checks ?? []).filter { !$0.isWithin }
    guard !broken.isEmpty else { return verdict + "within its limits: it " + loss }
    let reasons = broken.map {
      "\($0.name) "
        + String(format: "%.4g, %@ %g", $0.value, $0.isMaximum ? "at most" : "at least", $0.limit)
    }
    return verdict + "outside its limits (" + reasons.joined(separator: "; ") + "): it " + loss
  }

  /// Where the limits are from, as words in brackets; empty if all were given.
  var origin: String {
    report.verdict?.profile.map { " (profile \($0.printable))" } ?? ""
  }

  /// What more text would tell, or why the figures are to be taken with care; nil where all is well.
  var caveat: String? {
    guard let comparison = report.comparison else { return nil }
    let summary = comparison.summary
    // More text tells no more of a model and itself.
    if summary.positions > 0, summary.isSame { return nil }
    let least = ClusteredMean.leastClusters
    if let verdict = report.verdict, !verdict.isSure, !verdict.checks.isEmpty {
      return "the text is too short to be sure"
        + (verdict.tokensNeeded.map { ": about \(Self.rounded($0)) tokens would tell" } ?? "")
    }
    if summary.stretches < least {
      let needed = summary.positions * least / max(1, summary.stretches)
      return summary.stretches == 1
        ? "one stretch gives no intervals: \(least) do, about \(Self.rounded(needed)) tokens"
        : "\(summary.stretches) stretches are too few for intervals to mean much: \(least) are the "
          + "least, about \(Self.rounded(needed)) tokens"
    }
    guard let interval = summary.divergence.interval(), summary.divergence.mean > 0 else {
      return nil
    }
    let width = (interval.upperBound - summary.divergence.mean) / summary.divergence.mean
    guard width > 0.5 else { return nil }
    let needed = Double(summary.positions) * (width / 0.2) * (width / 0.2)
    return String(format: "the divergence is known to ±%.0f %% only", width * 100)
      + (needed < 1e12 ? ": about \(Self.rounded(Int(needed))) tokens would make it ±20 %" : "")
  }

  /// A count rounded up to two digits, with spaces between thousands.
  static func rounded(_ count: Int) -> String {
    var unit = 1
    while count / unit >= 100 { unit *= 10 }
    return grouped((count + unit - 1) / unit * unit)
  }

  /// A count with narrow spaces between thousands.
  static func grouped(_ count: Int) -> String {
    var digits = String(count)
    var place = digits.count - 3
    while place > 0 {
      digits.insert("\u{202F}", at: digits.index(digits.startIndex, offsetBy: place))
      place -= 3
    }
    return digits
  }
}
