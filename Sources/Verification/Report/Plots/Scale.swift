import Foundation

/// What turns values into places along an axis.
struct Scale {
  /// How values are spread.
  enum Kind {
    case linear
    case logarithmic
  }

  /// A marked place.
  struct Tick {
    let value: Double
    let label: String
  }

  let kind: Kind
  let low: Double
  let high: Double
  private let start: Double
  private let end: Double

  /// A scale from values to places; values outside lie at the ends.
  init(_ kind: Kind, _ low: Double, _ high: Double, from start: Double, to end: Double) {
    self.kind = kind
    // Whatever the figures are, the scale is one.
    let low = low.isFinite && abs(low) < 1e30 ? low : 0
    self.low = kind == .linear ? low : max(1e-30, low)
    self.high =
      high.isFinite && abs(high) < 1e30 && high > self.low
      ? high : (kind == .linear ? self.low + max(1, abs(self.low)) : self.low * 10)
    self.start = start
    self.end = end
  }

  /// The place of a value.
  func callAsFunction(_ value: Double) -> Double {
    let share =
      switch kind {
      case .linear: (value - low) / (high - low)
      case .logarithmic: value > 0 ? log(value / low) / log(high / low) : 0
      }
    return start + (end - start) * (share.isFinite ? min(1, max(0, share)) : 0)
  }

  /// Round values, about as many as asked for; on a logarithmic scale powers of ten.
  func ticks(_ count: Int, suffix: String = "", scale: Double = 1) -> [Tick] {
    guard count > 0 else { return [] }
    return switch kind {
    case .linear: linearTicks(count, suffix, scale)
    case .logarithmic: powers(count, suffix, scale)
    }
  }

  private func linearTicks(_ count: Int, _ suffix: String, _ scale: Double) -> [Tick] {
    let rough = (high - low) * scale / Double(max(1, count))
    let power = pow(10, floor(log10(rough)))
    let step = ([1, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10) * power
    guard step > 0, step.isFinite else { return [] }
    let first = Int((low * scale / step - 1e-6).rounded(.up))
    let last = Int((high * scale / step + 1e-6).rounded(.down))
    guard last >= first, last - first < 100 else { return [] }
    let places = max(0, Int((-log10(step)).rounded(.up)))
    return (first...last).map { index in
      let value = Double(index) * step
      return Tick(
        value: value / scale,
        label: String(format: places > 5 ? "%.2g" : "%.\(places)f", value) + suffix)
    }
  }

  private func powers(_ count: Int, _ suffix: String, _ scale: Double) -> [Tick] {
    let first = Int((log10(low) - 1e-9).rounded(.up))
    let last = Int((log10(high) + 1e-9).rounded(.down))
    guard last >= first else { return [] }
    let every = max(1, (last - first + count) / max(1, count))
    return stride(from: last, through: first, by: -every).reversed().map { power in
      let value = pow(10, Double(power))
      return Tick(
        value: value,
        label: (abs(power) <= 2 || scale != 1
          ? String(format: "%g", value * scale) : "10" + Self.superscript(power)) + suffix)
    }
  }

  private static func superscript(_ number: Int) -> String {
    let digits: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
      "8": "⁸", "9": "⁹",
    ]
    return String("\(number)".map { digits[$0] ?? $0 })
  }
}
