import Foundation
import Phidelity

/// What `phi verify` found, for people and for programs.
struct VerifyReport {
  let reference: Model
  let candidate: Model
  let summary: DivergenceSummary?
  let verdict: Verdict?
  let score: TaskScore?
  let length: Int

  /// Whether no limit is broken.
  var isWithin: Bool { verdict?.isWithin ?? true }

  /// The report at 80 columns.
  var text: String {
    var lines = [
      "candidate  \(Self.describe(candidate))", "reference  \(Self.describe(reference))",
    ]
    if let summary { lines += [""] + Self.lines(summary) }
    if let score { lines += [""] + Self.lines(score) }
    if let verdict, !verdict.checks.isEmpty { lines += [""] + Self.lines(verdict) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func describe(_ model: Model) -> String {
    let bytes = model.file.tensorBytes
    return (model.file.path as NSString).lastPathComponent.printable
      + String(
        format: ", %@, %.2f bits a weight", Bytes.text(bytes),
        Double(bytes) * 8 / Double(max(1, model.file.valueCount)))
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

  private static func lines(_ summary: DivergenceSummary) -> [String] {
    let percentiles = [0.5, 0.9, 0.99].map { String(format: "%.5f", summary.percentile($0)) }
    let ratio = summary.perplexityRatioInterval().map {
      String(format: "  [%.4f, %.4f]", $0.lowerBound, $0.upperBound)
    }
    return [
      "\(summary.positions) tokens in \(summary.stretches) stretches; in brackets 95 % intervals",
      row("divergence (nats)", figure(summary.divergence, "%.5f")),
      row("  median, 90, 99 %", percentiles.joined(separator: "  ")),
      row("  largest", String(format: "%.5f", summary.sortedDivergences.last ?? 0)),
      row("  reverse", figure(summary.reverseDivergence, "%.5f")),
      row("  Jensen–Shannon", figure(summary.jensenShannon, "%.5f")),
      row("same top token (%)", figure(summary.topAgreement, "%.2f", scale: 100)),
      row("shared top five (%)", figure(summary.top5Agreement, "%.2f", scale: 100)),
      row(
        "perplexity",
        String(
          format: "%.4f against %.4f", summary.candidatePerplexity, summary.referencePerplexity)),
      row("  ratio", String(format: "%.4f", summary.perplexityRatio) + (ratio ?? "")),
      row("  correlation", String(format: "%.5f", summary.lossCorrelation)),
      row("right token's Δp (%)", figure(summary.rightChange, "%.3f", scale: 100)),
      row("  root mean square", String(format: "%.3f", summary.rightChangeRMS * 100)),
      row("top token's Δp (%)", figure(summary.topChange, "%.3f", scale: 100)),
      row("entropy change (nats)", figure(summary.entropyChange, "%.5f")),
    ]
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

  /// Writes the figures as JSON, to a file or with `-` to standard output.
  func writeJSON(to path: String) throws {
    let data = try JSONSerialization.data(
      withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    let bytes = Array(data) + [UInt8(ascii: "\n")]
    guard path != "-" else {
      StandardOutput.write(String(decoding: bytes, as: UTF8.self))
      return
    }
    let file = try AtomicFile(path: path)
    try bytes.withUnsafeBytes { try file.write($0, at: 0) }
    try file.commit()
  }

  private var object: [String: Any] {
    var object: [String: Any] = [
      "candidate": candidate.file.path, "reference": reference.file.path, "within": isWithin,
    ]
    if let summary { object["text"] = Self.object(summary) }
    if let score {
      object["tasks"] = [
        "asked": score.asked, "reference_accuracy": score.referenceAccuracy,
        "candidate_accuracy": score.candidateAccuracy, "both": score.both,
        "reference_only": score.referenceOnly, "candidate_only": score.candidateOnly,
        "neither": score.neither, "p_equal": score.probabilityOfEqual,
        "by_task": score.tasks.mapValues {
          ["asked": $0.asked, "reference": $0.reference, "candidate": $0.candidate]
        },
      ]
    }
    if let verdict {
      object["checks"] = verdict.checks.map {
        [
          "name": $0.name, "value": $0.value, "limit": $0.limit, "outcome": $0.outcome.rawValue,
        ] as [String: Any]
      }
      object["sure"] = verdict.isSure
    }
    return object
  }

  private static func object(_ mean: ClusteredMean) -> [String: Any] {
    var object: [String: Any] = ["mean": mean.mean]
    if let error = mean.standardError { object["standard_error"] = error }
    if let interval = mean.interval() {
      object["interval_95"] = [interval.lowerBound, interval.upperBound]
    }
    return object
  }

  private static func object(_ summary: DivergenceSummary) -> [String: Any] {
    var kld = object(summary.divergence)
    kld["maximum"] = summary.sortedDivergences.last ?? 0
    kld["minimum"] = summary.sortedDivergences.first ?? 0
    kld["median"] = summary.percentile(0.5)
    kld["percentiles"] = Dictionary(
      uniqueKeysWithValues: [0.001, 0.01, 0.05, 0.1, 0.9, 0.95, 0.99, 0.999].map {
        (String(format: "%g", $0 * 100), summary.percentile($0))
      })
    var ratio: [String: Any] = ["mean": summary.perplexityRatio]
    if let interval = summary.perplexityRatioInterval() {
      ratio["interval_95"] = [interval.lowerBound, interval.upperBound]
    }
    return [
      "tokens": summary.positions, "stretches": summary.stretches, "kl_divergence": kld,
      "reverse_kl_divergence": object(summary.reverseDivergence),
      "jensen_shannon": object(summary.jensenShannon),
      "reference_perplexity": summary.referencePerplexity,
      "candidate_perplexity": summary.candidatePerplexity, "perplexity_ratio": ratio,
      "loss_change": object(summary.lossChange), "loss_correlation": summary.lossCorrelation,
      "top1_agreement": object(summary.topAgreement),
      "top5_agreement": object(summary.top5Agreement),
      "right_token_change": object(summary.rightChange),
      "right_token_change_rms": summary.rightChangeRMS,
      "top_token_change": object(summary.topChange),
      "entropy_change": object(summary.entropyChange),
    ]
  }
}
