/// Figures one below the other, each on a scale of its own: with interval and limit.
struct TrackPlot {
  /// One figure.
  struct Track {
    /// What it is.
    let name: String
    /// The figure as text.
    var text: String
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
    /// Another figure, drawn as a ring.
    var other: Double?
    /// How the scale's ends are written; nil for no ends.
    var ends: Ends? = .number

    /// How values are written.
    enum Ends {
      case number
      case percent

      func text(_ value: Double) -> String {
        switch self {
        case .number: String(format: "%.3g", value)
        case .percent: String(format: "%.4g %%", value * 100)
        }
      }
    }
  }

  private static func rowHeight(_ track: Track) -> Double {
    track.ends == nil && track.mark == nil ? 48 : 60
  }

  private static let left = 12.0
  private static let right = 448.0

  /// The plot.
  static func element(_ tracks: [Track], _ description: String) -> String {
    var svg = SVG(width: Plot.width, height: tracks.reduce(4) { $0 + rowHeight($1) })
    var top = 0.0
    for track in tracks {
      draw(track, at: top, &svg)
      top += rowHeight(track)
    }
    return svg.element(description)
  }

  private static func draw(_ track: Track, at top: Double, _ svg: inout SVG) {
    let scale = Scale(
      .linear, track.range.lowerBound, track.range.upperBound, from: left, to: right)
    let middle = top + 32
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
      svg.text(place, middle + 20, mark.name, "note", anchor: anchor)
    }
    if let interval = track.interval {
      let (from, to) = (scale(interval.lowerBound), scale(interval.upperBound))
      svg.rect(from, middle - 2.5, max(1, to - from), 5, "whisker \(track.style)", rounded: 2.5)
    }
    if let other = track.other { svg.circle(scale(other), middle, 5, "dot other") }
    svg.circle(scale(track.value), middle, 5, track.style == "dot" ? "dot" : "dot \(track.style)")
    // The scale's ends, where the mark's name leaves room.
    let place = track.mark.map { scale($0.value) } ?? (left + right) / 2
    guard let ends = track.ends else { return }
    if place > left + 110 {
      svg.text(left, middle + 20, ends.text(track.range.lowerBound), "note")
    }
    if place < right - 110 {
      svg.text(right, middle + 20, ends.text(track.range.upperBound), "note", anchor: .end)
    }
  }
}
