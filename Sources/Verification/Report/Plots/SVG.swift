import Foundation

/// A drawing of SVG elements; what they look like is up to classes in the page's style.
struct SVG {
  /// The drawing's width, in its own units.
  let width: Double
  /// The drawing's height.
  let height: Double
  private var body = ""

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// Where a text's position is in it.
  enum Anchor: String {
    case start
    case middle
    case end
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    add("line", [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)], style)
  }

  mutating func rect(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String,
    rounded: Double = 0, title: String? = nil
  ) {
    var numbers = [("x", x), ("y", y), ("width", max(0, width)), ("height", max(0, height))]
    if rounded > 0 { numbers.append(("rx", rounded)) }
    add("rect", numbers, style, title)
  }

  mutating func circle(
    _ x: Double, _ y: Double, _ radius: Double, _ style: String, title: String? = nil
  ) {
    add("circle", [("cx", x), ("cy", y), ("r", radius)], style, title)
  }

  /// A line through points, or with `closed` the area that they enclose.
  mutating func path(_ points: [(Double, Double)], _ style: String, closed: Bool = false) {
    guard !points.isEmpty else { return }
    let steps = points.map { "\(Self.number($0.0)) \(Self.number($0.1))" }
    body +=
      "<path class=\"\(style)\" d=\"M\(steps.joined(separator: "L"))\(closed ? "Z" : "")\"/>\n"
  }

  mutating func text(
    _ x: Double, _ y: Double, _ text: String, _ style: String = "label", anchor: Anchor = .start,
    vertical: Bool = false
  ) {
    let (x, y) = (Self.number(x), Self.number(y))
    let turned = vertical ? " transform=\"rotate(-90 \(x) \(y))\"" : ""
    body +=
      "<text class=\"\(style)\" x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor.rawValue)\"\(turned)>"
      + Markup.escaped(text) + "</text>\n"
  }

  /// The element, with what it shows in words for those who do not see it.
  func element(_ description: String) -> String {
    let size = "\(Self.number(width)) \(Self.number(height))"
    return
      "<svg viewBox=\"0 0 \(size)\" role=\"img\" aria-label=\"\(Markup.escaped(description))\">\n"
      + body + "</svg>"
  }

  private mutating func add(
    _ name: String, _ numbers: [(String, Double)], _ style: String, _ title: String? = nil
  ) {
    body += "<\(name) class=\"\(style)\""
    for (attribute, value) in numbers { body += " \(attribute)=\"\(Self.number(value))\"" }
    body += title.map { "><title>\(Markup.escaped($0))</title></\(name)>\n" } ?? "/>\n"
  }

  /// A coordinate to a hundredth; what is no number lies at 0.
  private static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e7 else { return "0" }
    let hundredths = Int((value * 100).rounded())
    let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return rest % 10 == 0
      ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole)." + (rest < 10 ? "0" : "") + "\(rest)"
  }
}
