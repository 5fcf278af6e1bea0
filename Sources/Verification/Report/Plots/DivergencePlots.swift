import Foundation

/// How the divergences of single tokens are spread.
struct DivergencePlots {
  private let sorted: [Double]
  private let mean: Double
  private let low: Double
  private let high: Double

  /// Values below this are drawn as if they were this.
  private static let floor = 1e-8
  private static let binsToDecade = 3

  init(_ summary: DivergenceSummary) {
    sorted = summary.sortedDivergences
    mean = summary.divergence.mean
    let largest = max(Self.floor * 10, sorted.last.map { $0.isFinite ? $0 : 1e3 } ?? 1)
    high = pow(10, (log10(largest)).rounded(.up))
    low = max(Self.floor, high * 1e-8)
  }

  /// The share of all divergence that the worst hundredth of the tokens makes; nil for none.
  var shareOfWorst: Double? {
    let all = sorted.reduce(0, +)
    guard all > 0, all.isFinite, sorted.count >= 100 else { return nil }
    return sorted.suffix(sorted.count / 100).reduce(0, +) / all
  }

  /// Tokens by their divergence, on a logarithmic axis.
  func histogram() -> String {
    let decades = Int(log10(high / low).rounded())
    var counts = [Int](repeating: 0, count: decades * Self.binsToDecade)
    for value in sorted {
      let place = value > low ? log10(value / low) * Double(Self.binsToDecade) : 0
      counts[min(counts.count - 1, max(0, place.isFinite ? Int(place) : counts.count - 1))] += 1
    }
    let total = Double(max(1, sorted.count))
    let most = Double(counts.max() ?? 1) / total
    var plot = Plot(
      x: (.logarithmic, low, high), "divergence of a token (nats)", y: (.linear, 0, most * 1.08),
      "tokens", yTicks: (4, " %", 100))
    for (index, count) in counts.enumerated() where count > 0 {
      let from = low * pow(10, Double(index) / Double(Self.binsToDecade))
      let to = from * pow(10, 1 / Double(Self.binsToDecade))
      let (left, right) = (plot.x(from), plot.x(to))
      let top = plot.y(Double(count) / total)
      plot.svg.rect(
        left + 0.75, top, right - left - 1.5, Plot.bottom - top, "bar", rounded: 1.5,
        title: (index == 0 ? "below " : String(format: "%.2g to ", from))
          + String(format: "%.2g nats: %.2f %% of the tokens", to, 100 * Double(count) / total))
    }
    mark(&plot, mean, "mean", 0)
    mark(&plot, DivergenceSummary.percentile(sorted, 0.99), "99 %", 1)
    mark(&plot, DivergenceSummary.percentile(sorted, 0.5), "median", 2)
    return plot.svg.element(
      String(
        format: "Histogram of the divergence of tokens: median %.2g, mean %.2g, 99 percent below "
          + "%.2g, largest %.2g nats", DivergenceSummary.percentile(sorted, 0.5), mean,
        DivergenceSummary.percentile(sorted, 0.99), sorted.last ?? 0))
  }

  private func mark(_ plot: inout Plot, _ value: Double, _ name: String, _ row: Int) {
    guard value > low else { return }
    let place = plot.x(value)
    let height = Plot.top + 10 + Double(row) * 15
    plot.svg.line(place, height - 8, place, Plot.bottom, "marker")
    let isRight = place > Plot.right - 60
    plot.svg.text(
      place + (isRight ? -4 : 4), height, name, "note", anchor: isRight ? .end : .start)
  }

  /// The share of tokens that diverge at least so much.
  func exceedance() -> String {
    let total = Double(max(1, sorted.count))
    let least = pow(10, (log10(1 / max(10, total))).rounded(.down))
    var plot = Plot(
      x: (.logarithmic, low, high), "divergence of at least (nats)", y: (.logarithmic, least, 1),
      "tokens", yTicks: (5, " %", 100))
    let steps = 160
    var points: [(Double, Double)] = []
    var index = 0
    for step in 0...steps {
      let value = low * pow(high / low, Double(step) / Double(steps))
      while index < sorted.count, sorted[index] < value { index += 1 }
      guard index < sorted.count else { break }
      points.append((plot.x(value), plot.y(Double(sorted.count - index) / total)))
    }
    if let last = sorted.last { points.append((plot.x(last), plot.y(1 / total))) }
    if let first = points.first, let last = points.last {
      plot.svg.path(
        [(first.0, Plot.bottom)] + points + [(last.0, Plot.bottom)], "area", closed: true)
    }
    plot.svg.path(points, "curve")
    for (share, name) in [(0.1, "1 in 10"), (0.01, "1 in 100"), (0.001, "1 in 1000")]
    where total * share >= 1 {
      let value = DivergenceSummary.percentile(sorted, 1 - share)
      guard value > low else { continue }
      let (x, y) = (plot.x(value), plot.y(share))
      plot.svg.circle(x, y, 3.5, "dot", title: String(format: "\(name): %.4g nats or more", value))
      let isRight = x > Plot.right - 120
      plot.svg.text(
        x + (isRight ? -8 : 8), y + (isRight ? 12 : -5), name + String(format: ": %.2g", value),
        "note", anchor: isRight ? .end : .start)
    }
    return plot.svg.element(
      String(
        format: "Share of tokens above a divergence: one in ten above %.2g, one in a hundred above "
          + "%.2g nats", DivergenceSummary.percentile(sorted, 0.9),
        DivergenceSummary.percentile(sorted, 0.99)))
  }
}
