import Foundation

/// Divergence by the position in a stretch.
enum PositionPlot {
  private static let bins = 16

  /// The plot: bars of the mean, with 95 % intervals over the stretches.
  static func element(_ comparison: VerifyReport.Comparison) -> String {
    let longest = comparison.stretches.map(\.count).max() ?? 0
    let bins = max(1, min(Self.bins, longest))
    // A stretch's comparisons end with its last position but one.
    let first = max(0, comparison.length - 1 - longest)
    let means = (0..<bins).map { bin in
      let (from, to) = (bin * longest / bins, (bin + 1) * longest / bins)
      return ClusteredMean(
        comparison.stretches.map { stretch in
          stretch[min(from, stretch.count)..<min(to, stretch.count)].map(\.divergence)
        })
    }
    let highest =
      means.map { max($0.mean, min($0.interval()?.upperBound ?? 0, $0.mean * 3)) }
      .max() ?? 0
    var plot = Plot(
      x: (.linear, Double(first), Double(first + longest)), "tokens read before",
      y: (.linear, 0, max(1e-12, highest) * 1.08), "divergence (nats)", yTicks: (4, "", 1))
    for (bin, mean) in means.enumerated() {
      let left = plot.x(Double(first) + Double(bin * longest) / Double(bins))
      let right = plot.x(Double(first) + Double((bin + 1) * longest) / Double(bins))
      let top = plot.y(mean.mean)
      plot.svg.rect(
        left + 1, top, right - left - 2, Plot.bottom - top, "bar", rounded: 1.5,
        title: String(format: "%.5f nats", mean.mean))
      if let interval = mean.interval() {
        let middle = (left + right) / 2
        plot.svg.line(
          middle, plot.y(interval.lowerBound), middle, plot.y(interval.upperBound), "error")
      }
    }
    return plot.svg.element("Mean divergence by position in a stretch, with 95 percent intervals")
  }
}
