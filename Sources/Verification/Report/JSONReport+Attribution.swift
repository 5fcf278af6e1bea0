import GGUF

/// Where the loss comes from and where it shows, for programs.
extension JSONReport {
  /// The parts that a report has.
  static func attribution(_ report: VerifyReport) -> [String: Any] {
    var object: [String: Any] = [:]
    if !report.worst.isEmpty { object["worst_tokens"] = report.worst.map(Self.object) }
    if let tensors = report.tensors { object["tensors"] = Self.object(tensors) }
    if let drift = report.drift {
      object["drift"] = drift.map {
        [
          "layer": $0.name, "relative_error": $0.relativeError, "cosine": $0.cosine,
          "added": $0.added,
        ] as [String: Any]
      }
    }
    if let swaps = report.swaps { object["swaps"] = Self.object(swaps) }
    if !report.answers.isEmpty { object["answers"] = report.answers.map(Self.object) }
    if let memory = report.memory {
      object["memory"] = [
        "mapped_bytes": memory.mappedBytes, "peak_resident_bytes": memory.peakResidentBytes,
        "major_faults": memory.majorFaults,
        "minor_faults": memory.minorFaults,
      ]
    }
    return object
  }

  private static func object(_ tensors: TensorErrors) -> [String: Any] {
    [
      "errors": tensors.errors.map(Self.object), "partial": tensors.isPartial,
      "only_in_reference": tensors.onlyInReference, "only_in_candidate": tensors.onlyInCandidate,
      "shapes": tensors.shapes.map {
        ["name": $0.name, "reference": $0.reference, "candidate": $0.candidate] as [String: Any]
      },
    ]
  }

  private static func object(_ error: TensorError) -> [String: Any] {
    var object: [String: Any] = [
      "name": error.name, "shape": error.shape, "reference_type": error.referenceType.name,
      "candidate_type": error.candidateType.name, "candidate_bytes": error.candidateBytes,
      "rmse": error.rmse, "relative_error": error.relativeError, "cosine": error.cosine,
      "reference_nans": error.referenceNotFinite.nans,
      "reference_infinities": error.referenceNotFinite.infinities,
      "candidate_nans": error.candidateNotFinite.nans,
      "candidate_infinities": error.candidateNotFinite.infinities,
    ]
    object["snr_db"] = error.signalToNoise
    object["weighted_error"] = error.weightedError
    object["weighted_relative_error"] = error.weightedRelativeError
    if let largest = error.largest {
      object["largest_error"] =
        [
          "row": largest.row, "column": largest.column, "reference": Double(largest.reference),
          "candidate": Double(largest.candidate),
        ] as [String: Any]
    }
    return object
  }

  private static func object(_ swaps: SwapCosts) -> [String: Any] {
    [
      "by": swaps.isByLayer ? "layers" : "tensors", "divergence": swaps.divergence,
      "tokens": swaps.positions, "partial": swaps.isPartial,
      "costs": swaps.costs.map { cost in
        var object: [String: Any] = [
          "name": cost.name, "tensors": cost.tensors, "alone": cost.alone,
          "candidate_bytes": cost.candidateBytes, "reference_bytes": cost.referenceBytes,
        ]
        object["gained"] = cost.gained
        if let upgrade = cost.upgrade {
          object["upgrade"] =
            [
              "types": upgrade.types.mapValues(\.name), "extra_bytes": upgrade.extraBytes,
              "saved": upgrade.saved, "arguments": upgrade.arguments,
            ] as [String: Any]
        }
        return object
      },
    ]
  }

  private static func object(_ token: WorstToken) -> [String: Any] {
    [
      "stretch": token.stretch, "position": token.position, "divergence": token.divergence,
      "before": token.before, "next": Self.object(token.next),
      "reference_top": Self.object(token.referenceTop),
      "candidate_top": Self.object(token.candidateTop),
    ]
  }

  private static func object(_ choice: WorstToken.Choice) -> [String: Any] {
    [
      "token": Int(choice.token), "text": choice.text, "reference": choice.reference,
      "candidate": choice.candidate,
    ]
  }

  private static func object(_ answer: AnswerComparison) -> [String: Any] {
    func object(_ answer: AnswerComparison.Answer) -> [String: Any] {
      [
        "text": answer.text, "tokens": answer.tokens.map(Int.init), "finished": answer.isFinished,
      ]
    }
    var result: [String: Any] = [
      "prompt": answer.prompt, "common": answer.common, "reference": object(answer.reference),
      "candidate": object(answer.candidate),
    ]
    if let parting = answer.parting {
      result["parting"] =
        [
          "index": parting.index, "reference": Self.object(parting.reference),
          "candidate": Self.object(parting.candidate),
          "reference_margin": parting.referenceMargin,
          "candidate_margin": parting.candidateMargin,
          "choices": parting.choices.map(Self.object),
        ] as [String: Any]
    }
    return result
  }
}
