/// A drawing with two axes.
struct Plot {
  static let width = 460.0
  static let height = 280.0
  static let left = 62.0
  static let right = 438.0
  static let top = 14.0
  static let bottom = 236.0

  /// The horizontal scale.
  let x: Scale
  /// The vertical scale, upward.
  let y: Scale
  /// What is drawn, with the axes first.
  var svg: SVG

  /// Axes with their names.
  init(
    x: (kind: Scale.Kind, low: Double, high: Double), _ xName: String,
    y: (kind: Scale.Kind, low: Double, high: Double), _ yName: String,
    xTicks: (count: Int, suffix: String, scale: Double) = (6, "", 1),
    yTicks: (count: Int, suffix: String, scale: Double) = (5, "", 1)
  ) {
    self.x = Scale(x.kind, x.low, x.high, from: Self.left, to: Self.right)
    self.y = Scale(y.kind, y.low, y.high, from: Self.bottom, to: Self.top)
    svg = SVG(width: Self.width, height: Self.height)
    for tick in self.y.ticks(yTicks.count, suffix: yTicks.suffix, scale: yTicks.scale) {
      let place = self.y(tick.value)
      svg.line(Self.left, place, Self.right, place, "grid")
      svg.text(Self.left - 6, place + 4, tick.label, anchor: .end)
    }
    for tick in self.x.ticks(xTicks.count, suffix: xTicks.suffix, scale: xTicks.scale) {
      let place = self.x(tick.value)
      svg.line(place, Self.bottom, place, Self.bottom + 4, "axis")
      svg.text(place, Self.bottom + 18, tick.label, anchor: .middle)
    }
    svg.line(Self.left, Self.bottom, Self.right, Self.bottom, "axis")
    svg.text((Self.left + Self.right) / 2, Self.height - 6, xName, "name", anchor: .middle)
    svg.text(12, (Self.top + Self.bottom) / 2, yName, "name", anchor: .middle, vertical: true)
  }
}
