/// Divergence along the text: each stretch, and the mean of all up to there with its interval.
enum StretchPlot {
  private static let points = 120
  private static let looks = 60

  /// The plot; neighbouring stretches are one point where there are many.
  static func element(_ comparison: VerifyReport.Comparison) -> String {
    let stretches = comparison.stretches.map { $0.map(\.divergence) }
    let group = (stretches.count + points - 1) / points
    let dots = stride(from: 0, to: stretches.count, by: max(1, group)).map { first in
      let values = stretches[first..<min(stretches.count, first + group)].flatMap { $0 }
      return (
        place: Double(first) + Double(min(group, stretches.count - first)) / 2,
        mean: values.reduce(0, +) / Double(max(1, values.count))
      )
    }
    let every = max(1, stretches.count / looks)
    let means = stride(from: every, through: stretches.count, by: every).map { count in
      (count: count, mean: ClusteredMean(Array(stretches.prefix(count))))
    }
    let ends = means.filter { $0.count >= 4 }.compactMap { $0.mean.interval()?.upperBound }
    let highest = max(1e-12, dots.map(\.mean).max() ?? 0, ends.first ?? 0)
    var plot = Plot(
      x: (.linear, 0, Double(max(1, stretches.count))), "stretch of the text",
      y: (.linear, 0, highest * 1.08), "divergence (nats)", yTicks: (4, "", 1))
    let band = means.compactMap { look in
      look.mean.interval().map { (plot.x(Double(look.count)), $0) }
    }
    plot.svg.path(
      band.map { ($0.0, plot.y($0.1.upperBound)) }
        + band.reversed().map { ($0.0, plot.y($0.1.lowerBound)) }, "band", closed: true)
    for dot in dots {
      plot.svg.circle(plot.x(dot.place), plot.y(dot.mean), 2.6, "dot faint")
    }
    plot.svg.path(means.map { (plot.x(Double($0.count)), plot.y($0.mean.mean)) }, "curve")
    return plot.svg.element(
      "Divergence of each stretch of the text, and the running mean with its 95 percent interval, "
        + "which narrows toward the end")
  }
}
