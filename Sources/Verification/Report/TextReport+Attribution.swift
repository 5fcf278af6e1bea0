import Foundation
import GGUF

/// Where the loss comes from.
extension TextReport {
  /// Rows of a table that a person reads; the other forms have all.
  private static let shown = 12

  /// The worst tensors, and what is in one file only.
  static func lines(_ tensors: TensorErrors) -> [StyledText] {
    let worst = tensors.errors.prefix(shown).filter { $0.severity > 0 }
    var lines: [StyledText] = []
    if worst.isEmpty {
      lines.append(StyledText("no error in \(tensors.errors.count) tensors"))
    } else {
      lines.append(
        StyledText.bold("error of the tensors")
          + ", the worst \(worst.count) of \(tensors.errors.count); weighted by what they multiply")
      lines.append(
        .dim(
          tensorRow(["weighted", "relative", "RMSE", "cosine", "dB"], "format", "tensor")))
    }
    for error in worst {
      let numbers = [
        error.weightedRelativeError.map { String(format: "%.5f", $0) } ?? "–",
        String(format: "%.5f", error.relativeError), String(format: "%.3g", error.rmse),
        String(format: "%.6f", error.cosine),
        error.signalToNoise.map { String(format: "%.1f", $0) } ?? "–",
      ]
      lines.append(
        StyledText(tensorRow(numbers, error.candidateType.name, error.name.printable)))
    }
    if let error = worst.first, let largest = error.largest {
      lines.append(
        StyledText(
          "  farthest off in the first: "
            + String(format: "%.5g instead of %.5g", largest.candidate, largest.reference)
            + ", row \(largest.row), column \(largest.column)"))
    }
    for error in tensors.errors where error.candidateNotFinite.count > 0 {
      lines.append(
        StyledText(
          "  \(error.name.printable): \(error.candidateNotFinite.nans) NaNs, "
            + "\(error.candidateNotFinite.infinities) infinities"))
    }
    for shape in tensors.shapes {
      lines.append(
        StyledText("  \(shape.name.printable): is \(shape.candidate), expected \(shape.reference)"))
    }
    lines += list("only in the reference", tensors.onlyInReference)
    lines += list("only in the candidate", tensors.onlyInCandidate)
    return lines + (tensors.isPartial ? [partial] : [])
  }

  private static func tensorRow(_ numbers: [String], _ format: String, _ name: String) -> String {
    zip(numbers, [10, 9, 9, 9, 6]).map(column).joined() + "  " + left(format, 7) + name
  }

  /// The drift after every layer, with a bar for what each adds.
  static func lines(_ drift: [LayerDrift]) -> [StyledText] {
    let most = drift.map(\.added).filter(\.isFinite).max() ?? 0
    return [
      StyledText.bold("drift of the hidden state")
        + ", relative to its size; what each layer adds alone",
      .dim("  layer          drift    cosine     alone"),
    ]
      + drift.map { layer in
        let bar = most > 0 && layer.added.isFinite ? Int((24 * layer.added / most).rounded()) : 0
        let row =
          "  " + left(layer.name, 11) + column(String(format: "%.5f", layer.relativeError), 9)
          + column(String(format: "%.6f", layer.cosine), 10)
          + column(String(format: "%.5f", layer.added), 10) + "  "
          + String(repeating: "█", count: bar)
        return StyledText(row.trimmingEnd)
      }
  }

  /// The dearest swaps, and what would help most.
  static func lines(_ swaps: SwapCosts) -> [StyledText] {
    let dear = swaps.costs.prefix(shown).filter { $0.alone != 0 }
    let noun = swaps.isByLayer ? "layer" : "tensor"
    guard !dear.isEmpty else { return [StyledText("no \(noun) costs anything")] }
    var lines = [
      StyledText.bold("cost of each \(noun)")
        + String(
          format: ", swapped alone; all together %.5f nats on \(swaps.positions) tokens",
          swaps.divergence),
      .dim("     alone  taken back        size    better by   saves  \(noun)"),
    ]
    for cost in dear {
      let upgrade = cost.upgrade
      lines.append(
        StyledText(
          column(String(format: "%.6f", cost.alone), 10)
            + column(cost.gained.map { String(format: "%+.6f", -$0) } ?? "", 12)
            + column(Bytes.text(cost.candidateBytes), 12)
            + column(upgrade.map { "+" + Bytes.text($0.extraBytes) } ?? "–", 13)
            + column(
              upgrade.map { String(format: "%.0f %%", 100 * $0.saved / cost.alone) } ?? "–", 8)
            + "  " + cost.name.printable))
    }
    let suggestions = swaps.suggestions()
    if !suggestions.isEmpty {
      lines.append("most divergence saved for a byte, as options of phi quantize --imatrix:")
      for upgrade in suggestions.compactMap(\.upgrade) {
        lines.append(
          "  "
            + StyledText.dim(
              "# " + String(format: "about %.6f nats less, ", upgrade.saved) + "+"
                + Bytes.text(upgrade.extraBytes)))
        lines += upgrade.arguments.map { StyledText("  \($0.printable)") }
      }
    }
    return lines + (swaps.isPartial ? [partial] : [])
  }

  private static let partial: StyledText = "  interrupted: these are the figures so far"

  private static func list(_ title: String, _ names: [String]) -> [StyledText] {
    guard !names.isEmpty else { return [] }
    let more = names.count > 4 ? " and \(names.count - 4) more" : ""
    return [
      StyledText("  \(title): " + names.prefix(4).map(\.printable).joined(separator: ", ") + more)
    ]
  }

  /// Text at the right of a column.
  private static func column(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }

  /// Text at the left of a column.
  private static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}

extension String {
  fileprivate var trimmingEnd: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
