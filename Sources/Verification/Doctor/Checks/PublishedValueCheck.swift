import GGUF
import Inference

/// The numbers of a published model, in a file of its shape.
enum PublishedValueCheck: FileCheck {
  static let needsAllTensors = true

  static func findings(in examination: Examination) -> [Finding] {
    guard let model = examination.published else { return [] }
    let context = examination.integer("context_length")
    let shape = model.shape
    var findings = [
      integer(examination, model, "attention.head_count", shape.headCount),
      integer(
        examination, model, "attention.head_count_kv", shape.kvHeadCount,
        isOptional: shape.kvHeadCount == shape.headCount),
      integer(examination, model, "rope.dimension_count", shape.rotaryDimensions),
    ].compactMap { $0 }
    guard let variant = model.variant(contextLength: context) else {
      return findings + [length(examination, model, context)]
    }
    if let base = variant.ropeBase {
      let key = examination.key("rope.freq_base")
      let found = examination.metadata[key]?.number ?? 10000
      if abs(found - Double(base)) > 0.5 {
        findings.append(
          Finding(
            .error, key, "is \(Float(found)), but \(variant.name) has \(base)",
            consequence: "Every rotation is wrong, and answers fall apart.",
            remedy: "set it to \(base)", repairs: [.set(key: key, value: .float32(base))]))
      }
    }
    findings += [
      integer(
        examination, model, "rope.scaling.original_context_length", variant.originalContextLength,
        isOptional: variant.originalContextLength == context)
    ].compactMap { $0 }
    if let window = variant.slidingWindow {
      findings += slidingWindow(examination, variant, window, context: variant.contextLength)
    }
    return findings
  }

  private static func integer(
    _ examination: Examination, _ model: PublishedModel, _ name: String, _ expected: Int,
    isOptional: Bool = false
  ) -> Finding? {
    let key = examination.key(name)
    let found = examination.metadata[key]?.integer
    guard found != expected, !(isOptional && examination.metadata[key] == nil) else { return nil }
    return Finding(
      .error, key,
      (found.map { "is \($0)" } ?? "is missing") + ", but \(model.name) has \(expected)",
      consequence: "The tensors are cut up in the wrong way, and answers are noise.",
      remedy: "set it to \(expected)",
      repairs: [.set(key: key, value: .uint32(UInt32(expected)))])
  }

  private static func length(
    _ examination: Examination, _ model: PublishedModel, _ context: Int?
  ) -> Finding {
    let key = examination.key("context_length")
    let lengths = model.contextLengths.map(String.init).joined(separator: " or ")
    let only = model.contextLengths.count == 1 ? model.contextLengths[0] : nil
    return Finding(
      .warning, key,
      "is \(context.map(String.init) ?? "missing"), but \(model.name) has \(lengths)",
      consequence: "Texts are cut too early, or read further than the model was made for.",
      remedy: only.map { "set it to \($0)" } ?? "set it to max_position_embeddings of the model",
      repairs: only.map { [.set(key: key, value: .uint32(UInt32($0)))] } ?? [])
  }

  /// Windows as wide as the context change nothing; only narrower ones are told apart.
  private static func slidingWindow(
    _ examination: Examination, _ variant: PublishedModel.Variant, _ window: Int, context: Int
  ) -> [Finding] {
    let key = examination.key("attention.sliding_window")
    let repairs = [Repair.set(key: key, value: .uint32(UInt32(window)))]
    guard let value = examination.metadata[key] else {
      let isNarrow = window > 0 && window < context
      return [
        Finding(
          isNarrow ? .warning : .note, key, "is missing, but \(variant.name) has \(window)",
          consequence: isNarrow
            ? "Beyond \(window) tokens answers get worse, as queries see further than they learned."
            : "Older programs refuse such a file, or guess a window.",
          remedy: "set it to \(window)", repairs: repairs)
      ]
    }
    func effective(_ width: Int) -> Int { width <= 0 || width >= context ? 0 : width }
    let found = value.integer ?? -1
    guard effective(found) != effective(window) else { return [] }
    return [
      Finding(
        .error, key, "is \(value), but \(variant.name) has \(window)",
        consequence: effective(found) == 0
          ? "Beyond \(window) tokens answers get worse, as queries see further than they learned."
          : "Queries see fewer tokens than they learned to, and long texts are forgotten.",
        remedy: "set it to \(window)", repairs: repairs)
    ]
  }
}
