import Foundation

/// What both models think of the token that follows.
struct ProbabilityPlots {
  private let comparisons: [TokenComparison]

  /// Steps of darkness, each for so many times as many tokens as the one before.
  static let shades = 6

  init(_ comparison: VerifyReport.Comparison) { comparisons = comparison.stretches.flatMap { $0 } }

  /// The candidate's probability of the right token over the reference's, as a map of how many
  /// tokens are where.
  func density() -> String {
    let cells = 36
    var counts = [Int](repeating: 0, count: cells * cells)
    func cell(_ probability: Double) -> Int {
      min(cells - 1, max(0, Int((probability.isFinite ? probability : 0) * Double(cells))))
    }
    for comparison in comparisons {
      counts[
        cell(exp(-comparison.candidateLoss)) * cells + cell(exp(-comparison.referenceLoss))] += 1
    }
    var plot = Plot(
      x: (.linear, 0, 1), "reference's probability of the right token", y: (.linear, 0, 1),
      "candidate's", xTicks: (5, " %", 100), yTicks: (5, " %", 100))
    let most = log(Double(max(2, counts.max() ?? 2)))
    let size = (
      (Plot.right - Plot.left) / Double(cells), (Plot.bottom - Plot.top) / Double(cells)
    )
    for row in 0..<cells {
      for column in 0..<cells where counts[row * cells + column] > 0 {
        let count = counts[row * cells + column]
        let shade = 1 + Int(log(Double(count)) / most * (Double(Self.shades) - 0.01))
        plot.svg.rect(
          Plot.left + Double(column) * size.0, Plot.bottom - Double(row + 1) * size.1,
          size.0, size.1, "cell s\(min(Self.shades, shade))")
      }
    }
    plot.svg.line(Plot.left, Plot.bottom, Plot.right, Plot.top, "diagonal")
    plot.svg.text(Plot.left + 10, Plot.top + 16, "candidate surer", "note")
    plot.svg.text(Plot.right - 10, Plot.bottom - 10, "reference surer", "note", anchor: .end)
    return plot.svg.element(
      "Map of the probability that the candidate gives the right token over the reference's; on the "
        + "diagonal both are equal")
  }

  /// How the probability of the right token changes.
  func changes() -> String {
    let sorted = NumberOrder.rising(comparisons.map(\.rightChange))
    let reach = max(
      0.01, abs(DivergenceSummary.percentile(sorted, 0.0005)),
      abs(DivergenceSummary.percentile(sorted, 0.9995)))
    let side = 20
    var counts = [Int](repeating: 0, count: 2 * side + 1)
    for change in sorted where change.isFinite {
      let place = (change / reach * (Double(side) + 0.5)).rounded()
      counts[side + Int(min(Double(side), max(Double(-side), place)))] += 1
    }
    let total = Double(max(1, sorted.count))
    let least = pow(10, log10(0.7 / max(10, total)).rounded(.down))
    var plot = Plot(
      x: (.linear, -reach, reach), "change of the right token's probability (points)",
      y: (.logarithmic, least, 1), "tokens", xTicks: (6, "", 100), yTicks: (5, " %", 100))
    let width = (Plot.right - Plot.left) / Double(counts.count)
    for (index, count) in counts.enumerated() where count > 0 {
      let top = plot.y(Double(count) / total)
      let middle = Double(index - side) * reach / (Double(side) + 0.5) * 100
      plot.svg.rect(
        Plot.left + Double(index) * width + 0.75, top, width - 1.5, Plot.bottom - top,
        index < side ? "bar loss" : index > side ? "bar gain" : "bar even", rounded: 1.5,
        title: String(format: "about %+.2f points: %d tokens", middle, count))
    }
    plot.svg.line(plot.x(0), Plot.top, plot.x(0), Plot.bottom, "marker")
    plot.svg.text(Plot.left + 6, Plot.top + 10, "less likely", "note")
    plot.svg.text(Plot.right - 6, Plot.top + 10, "likelier", "note", anchor: .end)
    let (down, up) = (
      sorted.count { $0 < -0.01 }, sorted.count { $0 > 0.01 }
    )
    return plot.svg.element(
      String(
        format: "Histogram of the change of the right token's probability: by more than a point "
          + "down for %.1f percent of the tokens, up for %.1f", 100 * Double(down) / total,
        100 * Double(up) / total))
  }
}
