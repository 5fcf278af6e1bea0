import Foundation

/// What `phi verify` found, for programs.
public enum JSONReport {
  /// The figures as one object, its keys in order.
  public static func text(_ report: VerifyReport) throws -> String {
    let data = try JSONSerialization.data(
      withJSONObject: finite(object(report)),
      options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self) + "\n"
  }

  /// The object with null for what is no number or infinite, which JSON cannot write.
  private static func finite(_ value: Any) -> Any {
    switch value {
    case let number as Double: number.isFinite ? number : NSNull()
    case let list as [Any]: list.map(finite)
    case let object as [String: Any]: object.mapValues(finite)
    default: value
    }
  }

  private static func object(_ report: VerifyReport) -> [String: Any] {
    var object: [String: Any] = [
      "candidate": report.candidate.path, "reference": report.reference.path,
      "activations_rounded": report.candidate.roundsActivations,
      "within": report.isWithin,
    ]
    if let comparison = report.comparison { object["text"] = Self.object(comparison) }
    if let score = report.score {
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
    if let verdict = report.verdict {
      object["checks"] = verdict.checks.map {
        var check: [String: Any] = [
          "name": $0.name, "value": $0.value, "limit": $0.limit, "outcome": $0.outcome.rawValue,
        ]
        check["tokens_needed"] = $0.tokensNeeded
        return check
      }
      object["profile"] = verdict.profile
      object["sure"] = verdict.isSure
    }
    object.merge(attribution(report)) { $1 }
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

  private static func object(_ comparison: VerifyReport.Comparison) -> [String: Any] {
    let summary = comparison.summary
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
    var object: [String: Any] = [
      "tokens": summary.positions, "stretches": summary.stretches, "kl_divergence": kld,
      "reference_perplexity": summary.referencePerplexity,
      "candidate_perplexity": summary.candidatePerplexity, "perplexity_ratio": ratio,
      "loss_change": Self.object(summary.lossChange), "loss_correlation": summary.lossCorrelation,
      "top1_agreement": Self.object(summary.topAgreement),
      "right_token_change": Self.object(summary.rightChange),
      "right_token_change_rms": summary.rightChangeRMS,
      "top_token_change": Self.object(summary.topChange),
    ]
    // What a file of logits cannot tell is left out.
    if !comparison.isFromFile {
      object["reverse_kl_divergence"] = Self.object(summary.reverseDivergence)
      object["jensen_shannon"] = Self.object(summary.jensenShannon)
      object["top5_agreement"] = Self.object(summary.top5Agreement)
      object["entropy_change"] = Self.object(summary.entropyChange)
    }
    return object
  }
}
