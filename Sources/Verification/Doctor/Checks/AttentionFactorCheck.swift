import Foundation
import GGUF
import Inference

/// What cosines and sines are multiplied with under LongRoPE.
enum AttentionFactorCheck: FileCheck {
  static let needsAllTensors = true

  /// PhiMoE's own, √(17 / 11), from `short_mscale` and `long_mscale` of its `config.json`.
  private static let mixtureScale: Float = 1.243_163_1

  static func findings(in examination: Examination) -> [Finding] {
    let file = examination.file
    guard file.tensor(named: "rope_factors_long.weight") != nil,
      let context = examination.integer("context_length"),
      let original = examination.integer("rope.scaling.original_context_length"),
      context > original, original > 1
    else { return [] }
    let ratio = Double(context) / Double(original)
    let formula = Float((1 + log(ratio) / log(Double(original))).squareRoot())
    switch examination.architecture {
    case .phi3: return dense(examination, formula)
    case .phimoe: return mixture(examination, formula)
    default: return []
    }
  }

  private static func dense(_ examination: Examination, _ formula: Float) -> [Finding] {
    let key = examination.key("rope.scaling.attn_factor")
    let repair = Repair.set(key: key, value: .float32(formula))
    guard let value = examination.metadata[key]?.number else {
      return [
        Finding(
          .warning, key, "is missing, expected \(formula)",
          consequence: "Programs that do not compute it attend too evenly in long texts.",
          remedy: "set it to √(1 + ln(extension) / ln(original context))", repairs: [repair])
      ]
    }
    guard !(abs(value - Double(formula)) < 1e-3) else { return [] }
    return [
      Finding(
        .error, key, "is \(Float(value)), expected \(formula)",
        consequence: "Attention is sharper or flatter than it was trained, at any length.",
        remedy: "set it to √(1 + ln(extension) / ln(original context))", repairs: [repair])
    ]
  }

  private static func mixture(_ examination: Examination, _ formula: Float) -> [Finding] {
    let keys = ["short", "long"].map { examination.key("rope.scaling.\($0)_mscale") }
    let missing = keys.filter { examination.metadata[$0]?.number == nil }
    let isPublished = examination.published != nil
    if !missing.isEmpty {
      return [
        Finding(
          .note, missing.joined(separator: ", "), "missing",
          consequence:
            "Converters write \(formula) by LongRoPE's formula instead, which is not what "
            + "Phi-3.5-MoE was trained with; phi takes \(mixtureScale).",
          remedy: "write short_mscale and long_mscale of the model's config.json",
          repairs: isPublished
            ? missing.map { .set(key: $0, value: .float32(mixtureScale)) } : [])
      ]
    }
    guard isPublished else { return [] }
    return keys.compactMap { key in
      guard let value = examination.metadata[key]?.number,
        !(abs(value - Double(mixtureScale)) < 1e-3)
      else { return nil }
      return Finding(
        .error, key, "is \(Float(value)), expected \(mixtureScale)",
        consequence: "Attention is sharper or flatter than it was trained.",
        remedy: "set it to what the model's config.json says",
        repairs: [.set(key: key, value: .float32(mixtureScale))])
    }
  }
}
