import Foundation

/// Layers of the model, from the first to the last.
enum LayerPlots {
  /// The drift after each layer, and what each adds alone.
  static func drift(_ drift: [LayerDrift]) -> String {
    let values = drift.flatMap { [$0.relativeError, $0.added] }.filter(\.isFinite)
    let highest = max(1e-12, values.max() ?? 0)
    var plot = Plot(
      x: (.linear, -0.5, Double(max(1, drift.count)) - 0.5), "layer",
      y: (.linear, 0, highest * 1.08), "relative error", xTicks: (0, "", 1), yTicks: (4, " %", 100))
    let width = (Plot.right - Plot.left) / Double(max(1, drift.count))
    let every = max(1, (drift.count + 9) / 10)
    for (index, layer) in drift.enumerated() {
      let middle = plot.x(Double(index))
      let top = plot.y(layer.added)
      plot.svg.rect(
        middle - width * 0.35, top, width * 0.7, Plot.bottom - top, "bar soft", rounded: 1.5,
        title: String(
          format: "\(layer.name): adds %.3f %%, drift %.3f %%", 100 * layer.added,
          100 * layer.relativeError))
      if index % every == 0 {
        plot.svg.text(
          middle, Plot.bottom + 18, layer.block.map(String.init) ?? "in", anchor: .middle)
      }
    }
    let points = drift.enumerated().map { (plot.x(Double($0)), plot.y($1.relativeError)) }
    plot.svg.path(points, "curve")
    for point in points { plot.svg.circle(point.0, point.1, 2.6, "dot") }
    return plot.svg.element(
      "Drift of the hidden state after each layer as a line, and what each layer adds alone as bars"
    )
  }

  /// The error of each tensor: a row for each kind, a column for each layer, the darker the larger.
  static func errors(_ errors: [TensorError]) -> String? {
    let blocks = (errors.compactMap(\.block).max() ?? -1) + 1
    guard blocks > 0, blocks <= 256 else { return nil }
    var kinds: [String] = []
    var cells: [(kind: Int, error: TensorError)] = []
    for error in errors.sorted(by: { $0.name < $1.name })
    where error.block != nil && error.severity > 0 {
      let kind = error.name.split(separator: ".").dropFirst(2).joined(separator: ".")
      if !kinds.contains(kind) { kinds.append(kind) }
      cells.append((kinds.firstIndex(of: kind) ?? 0, error))
    }
    guard !cells.isEmpty, kinds.count <= 40 else { return nil }
    let (left, right, rowHeight) = (148.0, 448.0, 20.0)
    let width = (right - left) / Double(blocks)
    var svg = SVG(width: Plot.width, height: rowHeight * Double(kinds.count) + 34)
    let finite = cells.map(\.error.severity).filter(\.isFinite)
    let (lowest, most) = (finite.min() ?? 1, finite.max() ?? 1)
    // Errors that are nearly alike are to look alike.
    let least = min(lowest, most / 4)
    for (index, kind) in kinds.enumerated() {
      let name = kind.hasSuffix(".weight") ? String(kind.dropLast(7)) : kind
      svg.text(left - 8, Double(index) * rowHeight + 15, name.printableShort, anchor: .end)
    }
    for (kind, error) in cells {
      let share = most > least ? log(error.severity / least) / log(most / least) : 1
      let shade =
        error.severity.isFinite
        ? "s\(1 + Int(share * (Double(ProbabilityPlots.shades) - 0.01)))" : "broken"
      svg.rect(
        left + Double(error.block ?? 0) * width + 0.5, Double(kind) * rowHeight + 2,
        max(1, width - 1), rowHeight - 3, "cell \(shade)", rounded: 2,
        title: "\(error.name), \(error.candidateType.name): "
          + String(format: "%.4f", error.severity))
    }
    let bottom = Double(kinds.count) * rowHeight + 14
    for block in stride(from: 0, to: blocks, by: max(1, (blocks + 9) / 10)) {
      svg.text(left + (Double(block) + 0.5) * width, bottom, "\(block)", anchor: .middle)
    }
    svg.text((left + right) / 2, bottom + 16, "layer", "name", anchor: .middle)
    svg.text(
      left - 8, bottom + 16, String(format: "from %.3g to %.3g", lowest, most), "note", anchor: .end
    )
    return svg.element(
      "Map of the error of each tensor by kind and layer, the darker the larger")
  }
}

extension String {
  /// A name that fits beside a plot.
  fileprivate var printableShort: String {
    count > 22 ? String(prefix(10)) + "…" + String(suffix(10)) : self
  }
}
