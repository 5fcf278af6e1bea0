import Foundation
import Quantization

/// A divergence among the limits of formats, on a logarithmic axis.
enum FormatLadder {
  private static let formats: [Mix] = [.f16, .q8_0, .q6_K, .q5_K_M, .q4_K_M, .q4_0, .q3_K_M, .q2_K]
  private static let rowHeight = 23.0
  private static let left = 70.0

  /// The plot.
  static func element(_ divergence: ClusteredMean) -> String {
    let rungs = formats.map { ($0.rawValue, VerdictProfile($0).limits.divergence ?? 0) }
    let value = divergence.mean
    let low = min(1e-4, pow(10, log10(max(1e-9, value)).rounded(.down)))
    let high = max(1, pow(10, log10(max(1e-9, value)).rounded(.up)))
    let height = Double(rungs.count) * rowHeight
    var svg = SVG(width: Plot.width, height: height + 44)
    let scale = Scale(.logarithmic, low, high, from: left, to: Plot.right)
    for tick in scale.ticks(6) {
      svg.line(scale(tick.value), 4, scale(tick.value), height + 4, "grid")
      svg.text(scale(tick.value), height + 20, tick.label, anchor: .middle)
    }
    for (index, (name, limit)) in rungs.enumerated() {
      let top = Double(index) * rowHeight + 4
      svg.text(left - 8, top + 15, name, anchor: .end)
      svg.rect(
        left, top + 5, scale(limit) - left, rowHeight - 10,
        value <= limit ? "allowed" : "track", rounded: 3,
        title: String(format: "\(name): up to %g nats", limit))
      svg.text(scale(limit) - 5, top + 15, String(format: "%g", limit), "note", anchor: .end)
    }
    let place = scale(value)
    if let interval = divergence.interval() {
      let (from, to) = (scale(interval.lowerBound), scale(interval.upperBound))
      svg.rect(from, 4, max(1, to - from), height, "band")
    }
    svg.line(place, 4, place, height + 4, "here")
    svg.text(
      (left + Plot.right) / 2, height + 38, "divergence (nats)", "name", anchor: .middle)
    let kept = rungs.first { value <= $0.1 }?.0
    return svg.element(
      String(format: "The divergence of %.5f nats among the limits of formats: ", value)
        + (kept.map { "within that of \($0)" } ?? "above all"))
  }
}
