/// Figures one below the other, each on a scale of its own: with interval and limit.
struct TrackPlot {
  /// One figure.
  struct Track {
    /// What it is.
    let name: String
    /// The figure as text.
    let text: String
    /// The figure.
    let value: Double
    /// Its interval.
    let interval: ClosedRange<Double>?
    /// The scale.
    let range: ClosedRange<Double>
    /// A value to compare with, and what it is called.
    var mark: (value: Double, name: String)?
    /// The side of the mark that is allowed; nil for neither.
    var allowsBelow: Bool?
    /// How the figure is drawn: its class.
    var style = "dot"
    /// Another figure, drawn faintly.
    var other: Double?
  }

  private static let rowHeight = 56.0
  private static let left = 12.0
  private static let right = 448.0

  /// The plot.
  static func element(_ tracks: [Track], _ description: String) -> String {
    var svg = SVG(width: Plot.width, height: rowHeight * Double(tracks.count) + 6)
    for (index, track) in tracks.enumerated() {
      draw(track, at: Double(index) * rowHeight, &svg)
    }
    return svg.element(description)
  }

  private static func draw(_ track: Track, at top: Double, _ svg: inout SVG) {
    let scale = Scale(
      .linear, track.range.lowerBound, track.range.upperBound, from: left, to: right)
    let middle = top + 34
    svg.text(left, top + 16, track.name, "strong")
    svg.text(right, top + 16, track.text, "strong", anchor: .end)
    svg.rect(left, middle - 6, right - left, 12, "track", rounded: 6)
    if let mark = track.mark {
      let place = scale(mark.value)
      if let allowsBelow = track.allowsBelow {
        let (from, to) = allowsBelow ? (left, place) : (place, right)
        svg.rect(from, middle - 6, to - from, 12, "allowed", rounded: 6)
      }
      svg.line(place, middle - 9, place, middle + 9, "limit")
      let anchor: SVG.Anchor = place > right - 60 ? .end : place < left + 60 ? .start : .middle
      svg.text(place, middle + 21, mark.name, "note", anchor: anchor)
    }
    if let interval = track.interval {
      let (from, to) = (scale(interval.lowerBound), scale(interval.upperBound))
      svg.rect(from, middle - 2.5, max(1, to - from), 5, "whisker \(track.style)", rounded: 2.5)
    }
    if let other = track.other { svg.circle(scale(other), middle, 5, "dot other") }
    svg.circle(scale(track.value), middle, 5, track.style == "dot" ? "dot" : "dot \(track.style)")
  }
}
