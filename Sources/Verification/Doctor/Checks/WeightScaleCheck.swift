import Foundation
import GGUF
import Quantization

/// Weights of absurd size: against the other rows of their tensor, and against the same tensor of
/// other blocks.
enum WeightScaleCheck: FileCheck {
  /// A value this many times its tensor's usual one is damage; the largest known of any model
  /// ("super weights", Yu and others, 2024) are some hundred times.
  private static let valueLimit: Float = 4000
  /// As much for a row; ten times that is certainly damage.
  private static let rowLimit: Float = 100
  private static let told = 6

  static func findings(in examination: Examination) -> [Finding] {
    guard let weights = examination.weights else { return [] }
    var findings: [Finding] = []
    for tensor in examination.file.tensors {
      guard let figures = weights.figures[tensor.name] else { continue }
      if MixRules.isQuantized(name: tensor.name, shape: tensor.shape) {
        findings += matrix(tensor, figures)
      } else if tensor.name.contains("_norm.") {
        findings += norm(tensor, figures)
      }
    }
    let odd = Set(findings.map(\.subject))
    findings += acrossBlocks(examination.file, weights).filter { !odd.contains($0.subject) }
    guard findings.count > told, let last = findings.last else { return findings }
    return findings.prefix(told) + [
      Finding(
        .warning, "\(findings.count - told) more tensors", "have weights of strange size",
        consequence: last.consequence, remedy: last.remedy)
    ]
  }

  private static func matrix(_ tensor: TensorView, _ figures: TensorFigures) -> [Finding] {
    let rows = figures.rows.filter { $0 > 0 }.sorted()
    guard rows.count >= 8, let largest = figures.largest else { return [] }
    let usual = rows[rows.count / 2]
    let columns = max(1, tensor.shape.first ?? 1)
    if let row = figures.rows.indices.max(by: { figures.rows[$0] < figures.rows[$1] }),
      figures.rows[row] > usual * rowLimit
    {
      return [
        finding(
          figures.rows[row] > 10 * usual * rowLimit ? .error : .warning, tensor,
          "row \(row) is \(times(figures.rows[row] / usual)) as large as usual")
      ]
    }
    guard abs(largest.value) > usual * valueLimit else { return [] }
    return [
      finding(
        .warning, tensor,
        "holds \(largest.value) in row \(largest.index / columns), "
          + "\(times(abs(largest.value) / usual)) as much as usual")
    ]
  }

  private static func norm(_ tensor: TensorView, _ figures: TensorFigures) -> [Finding] {
    guard let largest = figures.largest, abs(largest.value) > 10_000 else { return [] }
    return [finding(.warning, tensor, "holds \(largest.value) at \(largest.index)")]
  }

  /// Tensors whose size is far from that of the same tensor in all other blocks.
  private static func acrossBlocks(_ file: GGUFFile, _ weights: WeightSurvey) -> [Finding] {
    var roles: [String: [(tensor: TensorView, level: Double)]] = [:]
    for tensor in file.tensors {
      let parts = tensor.name.split(separator: ".", maxSplits: 2)
      guard parts.count == 3, parts[0] == "blk",
        MixRules.isQuantized(name: tensor.name, shape: tensor.shape),
        let rms = weights.figures[tensor.name]?.rms, rms > 0
      else { continue }
      roles[String(parts[2]), default: []].append((tensor, log(rms)))
    }
    return roles.sorted { $0.key < $1.key }.flatMap { role, members -> [Finding] in
      guard members.count >= 4 else { return [] }
      let middle = median(members.map(\.level))
      let spread = median(members.map { abs($0.level - middle) })
      return members.compactMap { tensor, level in
        guard abs(level - middle) > max(log(6), 10 * spread) else { return nil }
        let ratio = exp(abs(level - middle))
        return finding(
          .warning, tensor,
          "is \(times(Float(ratio))) as \(level > middle ? "large" : "small") as \(role) of the "
            + "other blocks")
      }
    }
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  private static func times(_ ratio: Float) -> String { String(format: "%.3g times", ratio) }

  private static func finding(
    _ severity: Finding.Severity, _ tensor: TensorView, _ found: String
  ) -> Finding {
    Finding(
      severity, tensor.name.printable, found,
      consequence: "It drowns or silences the rest: scales of blocks, or the tensor, are damaged.",
      remedy: "compare it with the original model (phi verify), and quantize it again")
  }
}
