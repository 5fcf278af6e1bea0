import Foundation
import Phidelity

/// What a plan says to people.
enum QuantizeReport {
  /// Tensors, values and bytes of every format, and the whole.
  static func text(_ plan: QuantizationPlan, of file: GGUFFile) -> String {
    var lines: [String] = []
    for item in plan.items {
      let change =
        item.type == item.source.type
        ? item.type.name : "\(item.source.type.name) → \(item.type.name)"
      let name = item.source.name.printable
      let bytes = item.source.description(as: item.type).byteCount
      lines.append("\(name)  \(item.source.shape)  \(change)  \(Bytes.text(bytes))")
    }
    lines.append("")
    let formats = Dictionary(grouping: plan.items, by: \.type.name)
    for (name, items) in formats.sorted(by: { $0.key < $1.key }) {
      let bytes = items.reduce(0) { $0 + $1.source.description(as: $1.type).byteCount }
      lines.append(
        name.padding(toLength: 8, withPad: " ", startingAt: 0)
          + "\(items.count) tensors, \(Bytes.text(bytes))")
    }
    lines.append(size(plan, of: file))
    return lines.joined(separator: "\n") + "\n"
  }

  /// The last line of a run.
  static func summary(_ plan: QuantizationPlan, of file: GGUFFile, seconds: Double) -> String {
    size(plan, of: file) + String(format: " in %.1f s\n", seconds)
  }

  private static func size(_ plan: QuantizationPlan, of file: GGUFFile) -> String {
    "\(Bytes.text(file.tensorBytes)) → \(Bytes.text(plan.byteCount)), "
      + String(format: "%.2f bits a weight", plan.bitsPerWeight)
  }
}
