import Foundation
import GGUF

/// Where the loss comes from.
extension HTMLReport {
  private static let shown = 15

  static func source(_ report: VerifyReport) -> [String] {
    var figures: [String] = []
    var tables: [String] = []
    if let swaps = report.swaps, swaps.costs.contains(where: { $0.alone > 0 }) {
      figures.append(costs(swaps))
      if !swaps.suggestions().isEmpty { tables.append(suggestions(swaps)) }
    }
    if let tensors = report.tensors {
      if let map = LayerPlots.errors(tensors.errors) {
        figures.append(
          figure(
            "Error of each tensor",
            "Noise over signal, weighted by what the columns are multiplied "
              + "with; darker is more.", map))
      }
      tables.append(worstTensors(tensors))
    }
    if let drift = report.drift, !drift.isEmpty {
      figures.append(
        figure(
          "Drift of the hidden state",
          "The line is the relative error after each layer, the bars "
            + "what each adds alone.", LayerPlots.drift(drift)))
    }
    guard !figures.isEmpty || !tables.isEmpty else { return [] }
    return [
      section(
        "Where the loss comes from",
        "Which parts of the model lost most, and what a better format for them would cost.",
        (figures.isEmpty ? [] : [plots(figures)]) + tables)
    ]
  }

  private static func costs(_ swaps: SwapCosts) -> String {
    let bars = swaps.costs.prefix(shown).filter { $0.alone > 0 }.map {
      BarPlot.Bar(
        name: $0.name.hasSuffix(".weight") ? String($0.name.dropLast(7)) : $0.name,
        value: $0.alone, text: String(format: "%.6f", $0.alone))
    }
    return figure(
      "What each \(swaps.isByLayer ? "layer" : "tensor") costs",
      "The reference's divergence with this one alone from the candidate, in nats on "
        + "\(swaps.positions) tokens; all together "
        + String(format: "%.5f.", swaps.divergence),
      BarPlot.element(
        bars,
        "Divergence by swap: "
          + bars.prefix(5).map { "\($0.name) \($0.text)" }.joined(separator: ", ")
      ))
  }

  private static func suggestions(_ swaps: SwapCosts) -> String {
    table(
      "Most divergence saved for a byte",
      ["", "saves (nats)", "grows by", "options of phi quantize"],
      swaps.suggestions(5).compactMap { cost in
        cost.upgrade.map { upgrade in
          [
            escaped(cost.name.printable), String(format: "%.6f", upgrade.saved),
            Bytes.text(upgrade.extraBytes),
            upgrade.arguments.map { "<code>\(escaped($0.printable))</code>" }
              .joined(separator: "<br>"),
          ]
        }
      }
    ) { $1 == 3 ? "words" : "" }
  }

  private static func worstTensors(_ tensors: TensorErrors) -> String {
    let worst = tensors.errors.prefix(shown).filter { $0.severity > 0 }
    guard !worst.isEmpty else {
      return "<p>No error in \(tensors.errors.count) tensors.</p>"
    }
    return table(
      "The \(worst.count) tensors farthest off, of \(tensors.errors.count)",
      ["tensor", "format", "weighted error", "relative error", "RMSE", "cosine", "SNR (dB)"],
      worst.map { error in
        [
          escaped(error.name.printable), error.candidateType.name,
          error.candidateNotFinite.count > error.referenceNotFinite.count
            ? "not finite"
            : error.weightedRelativeError.map { String(format: "%.5f", $0) } ?? "–",
          String(format: "%.5f", error.relativeError), String(format: "%.3g", error.rmse),
          String(format: "%.6f", error.cosine),
          error.signalToNoise.map { String(format: "%.1f", $0) } ?? "–",
        ]
      })
      + (notes(tensors).isEmpty
        ? "" : "<p>\(escaped(notes(tensors).joined(separator: "; "))).</p>")
  }

  private static func notes(_ tensors: TensorErrors) -> [String] {
    func list(_ title: String, _ names: [String]) -> [String] {
      names.isEmpty
        ? []
        : [
          title + " " + names.prefix(8).map(\.printable).joined(separator: ", ")
            + (names.count > 8 ? " and \(names.count - 8) more" : "")
        ]
    }
    return list("Only in the reference:", tensors.onlyInReference)
      + list("Only in the candidate:", tensors.onlyInCandidate)
      + list("Of another shape:", tensors.shapes.map(\.name))
      + (tensors.isPartial ? ["Interrupted before the last tensor"] : [])
  }
}
