/// Bars one below the other, longest first as they are given.
enum BarPlot {
  /// One bar.
  struct Bar {
    /// What it is.
    let name: String
    /// Its length.
    let value: Double
    /// The length as text.
    let text: String
  }

  private static let rowHeight = 22.0
  private static let left = 148.0
  private static let right = 376.0

  /// The plot; bars below 0 are as none.
  static func element(_ bars: [Bar], _ description: String) -> String {
    var svg = SVG(width: Plot.width, height: rowHeight * Double(bars.count) + 8)
    let most = max(1e-300, bars.map(\.value).filter(\.isFinite).max() ?? 1)
    let scale = Scale(.linear, 0, most, from: left, to: right)
    for (index, bar) in bars.enumerated() {
      let top = Double(index) * rowHeight + 4
      svg.text(left - 8, top + 14, bar.name, "label", anchor: .end)
      svg.rect(left, top + 3, max(1, scale(bar.value) - left), rowHeight - 8, "bar", rounded: 2)
      svg.text(scale(bar.value) + 6, top + 14, bar.text, "label")
    }
    return svg.element(description)
  }
}
