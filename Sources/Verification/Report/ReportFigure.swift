import Foundation

/// A figure of a comparison as text, as every form of the report shows it.
struct ReportFigure {
  /// What it is, with its unit.
  let name: String
  /// The figure.
  let value: String
  /// Its 95 % interval, in brackets; nil where it has none.
  let interval: String?
  /// Whether it says more of the one before.
  let isDetail: Bool
  /// What it means, in a few words.
  let meaning: String

  private init(
    _ name: String, _ value: String, interval: String? = nil, isDetail: Bool = false,
    _ meaning: String
  ) {
    self.name = name
    self.value = value
    self.interval = interval
    self.isDetail = isDetail
    self.meaning = meaning
  }

  private init(
    _ name: String, _ mean: ClusteredMean, _ format: String, scale: Double = 1,
    isDetail: Bool = false, _ meaning: String
  ) {
    self.init(
      name, String(format: format, mean.mean * scale),
      interval: mean.interval().map {
        Self.interval($0.lowerBound * scale, $0.upperBound * scale, format)
      }, isDetail: isDetail, meaning)
  }

  static func interval(_ low: Double, _ high: Double, _ format: String) -> String {
    String(format: "[\(format), \(format)]", low, high)
  }

  /// All figures of a comparison, the most telling first; what a file of logits cannot tell is left
  /// out.
  static func all(_ comparison: VerifyReport.Comparison) -> [ReportFigure] {
    let summary = comparison.summary
    let percentiles = [0.5, 0.9, 0.99].map { String(format: "%.5f", summary.percentile($0)) }
    let hasTail = !comparison.isFromFile
    let figures: [ReportFigure?] = [
      ReportFigure(
        "divergence (nats)", summary.divergence, "%.5f",
        "KL divergence of the candidate's next-token probabilities from the reference's"),
      ReportFigure(
        "median, 90, 99 %", percentiles.joined(separator: "  "), isDetail: true,
        "half, a tenth and a hundredth of the tokens lie above these"),
      ReportFigure(
        "largest", String(format: "%.5f", summary.sortedDivergences.last ?? 0), isDetail: true,
        "the worst token of the text"),
      !hasTail
        ? nil
        : ReportFigure(
          "reverse", summary.reverseDivergence, "%.5f", isDetail: true,
          "the reference's from the candidate's: what the candidate makes up"),
      !hasTail
        ? nil
        : ReportFigure(
          "Jensen–Shannon", summary.jensenShannon, "%.5f", isDetail: true,
          "both from the mean of both; at most 0.693"),
      ReportFigure(
        "same top token (%)", summary.topAgreement, "%.2f", scale: 100,
        "how often greedy decoding would go on alike"),
      !hasTail
        ? nil
        : ReportFigure(
          "shared top five (%)", summary.top5Agreement, "%.2f", scale: 100,
          "of the reference's five likeliest tokens, how many are the candidate's too"),
      ReportFigure(
        "perplexity",
        String(
          format: "%.4f against %.4f", summary.candidatePerplexity, summary.referencePerplexity),
        "how surprised each is by the text, the candidate first"),
      ReportFigure(
        "ratio", String(format: "%.4f", summary.perplexityRatio),
        interval: summary.perplexityRatioInterval().map {
          interval($0.lowerBound, $0.upperBound, "%.4f")
        }, isDetail: true, "paired, token by token; 1 is no loss"),
      ReportFigure(
        "correlation", String(format: "%.5f", summary.lossCorrelation), isDetail: true,
        "of both models' losses"),
      ReportFigure(
        "right token's Δp (%)", summary.rightChange, "%.3f", scale: 100,
        "change of the probability of the token that follows in the text"),
      ReportFigure(
        "root mean square", String(format: "%.3f", summary.rightChangeRMS * 100), isDetail: true,
        "how far it changes, up or down"),
      ReportFigure(
        "top token's Δp (%)", summary.topChange, "%.3f", scale: 100,
        "change of the probability of the reference's first choice"),
      !hasTail
        ? nil
        : ReportFigure(
          "entropy change (nats)", summary.entropyChange, "%.5f",
          "above 0 the candidate is less sure than the reference"),
    ]
    return figures.compactMap { $0 }
  }
}
