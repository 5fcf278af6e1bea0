import Foundation
import GGUF
import Inference

/// LongRoPE's two sets of factors (Ding and others, 2024): both there where the context was
/// extended, as long as the rotation, in order, and not in each other's place.
enum LongRoPECheck: FileCheck {
  static let needsAllTensors = true

  private static let short = "rope_factors_short.weight"
  private static let long = "rope_factors_long.weight"

  static func findings(in examination: Examination) -> [Finding] {
    guard examination.architecture == .phi3 || examination.architecture == .phimoe else {
      return []
    }
    let file = examination.file
    let names = [short, long].filter { file.tensor(named: $0) != nil }
    let context = examination.integer("context_length") ?? 0
    let original = examination.integer("rope.scaling.original_context_length") ?? context
    if names.count == 1 {
      let missing = names[0] == short ? long : short
      return [
        Finding(
          .error, missing, "is missing, though \(names[0]) is there",
          consequence: "One set of LongRoPE factors does not make a model.",
          remedy: "convert the model again from the original")
      ]
    }
    guard names.count == 2 else {
      return original < context ? [absent(original, context)] : []
    }
    var findings = names.flatMap { factors($0, examination, context: context, original: original) }
    guard findings.allSatisfy({ $0.severity != .error }),
      let shortFactors = values(short, file), let longFactors = values(long, file),
      shortFactors.count == longFactors.count, !shortFactors.isEmpty
    else { return findings }
    if isExchanged(shortFactors, longFactors) {
      findings.append(
        Finding(
          .error, "\(short), \(long)",
          "are in each other's place: "
            + "the short ones end at \(text(shortFactors.last)), the long ones at "
            + text(longFactors.last),
          consequence: "Answers are wrong from the first token, as every text is rotated for the "
            + "other length.",
          remedy: "exchange their names", repairs: [.exchange(tensor: short, with: long)]))
    } else if shortFactors == longFactors, original < context {
      findings.append(
        Finding(
          .warning, long, "has the same values as \(short)",
          consequence: "Texts beyond \(original) tokens are rotated as short ones are.",
          remedy: "convert the model again from the original"))
    }
    if original >= context, context > 0, shortFactors != longFactors {
      findings.append(originalLength(examination, context: context, original: original))
    }
    return findings
  }

  private static func absent(_ original: Int, _ context: Int) -> Finding {
    Finding(
      .error, "\(short), \(long)",
      "are missing, though the context was extended from \(original) to \(context)",
      consequence: "Beyond \(original) tokens answers fall apart.",
      remedy: "convert the model again with a converter that writes them; until then keep -c at "
        + "\(original) or less")
  }

  /// What is wrong with the length that tells the sets apart.
  private static func originalLength(
    _ examination: Examination, context: Int, original: Int
  ) -> Finding {
    let key = examination.key("rope.scaling.original_context_length")
    let isMissing = examination.metadata[key] == nil
    let published = examination.published?.variant(contextLength: context)
      .map(\.originalContextLength).flatMap { $0 < context ? $0 : nil }
    let repairs: [Repair] =
      published.map { [.set(key: key, value: .uint32(UInt32($0)))] } ?? []
    return Finding(
      .error, key,
      isMissing
        ? "is missing, though there are LongRoPE factors"
        : "is \(original), which is not less than the context of \(context)",
      consequence: "The long factors are never used, or always.",
      remedy: published.map { "set it to \($0)" }
        ?? "set it to original_max_position_embeddings of the model's config.json",
      repairs: repairs)
  }

  /// What is wrong with one set.
  private static func factors(
    _ name: String, _ examination: Examination, context: Int, original: Int
  ) -> [Finding] {
    guard let factors = values(name, examination.file) else { return [] }
    if case .success(let configuration) = examination.configuration,
      factors.count != configuration.rope.dimensions / 2
    {
      // `TensorCheck` names the shape.
      return []
    }
    if let place = factors.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
      return [
        Finding(
          .error, name, "holds \(factors[place]) at \(place), expected positive numbers",
          consequence: "Rotations become undefined, and so does every answer.",
          remedy: "convert the model again from the original")
      ]
    }
    if let (model, place, expected) = PublishedFactors.difference(of: factors, isLong: name == long)
    {
      return [
        Finding(
          .error, name, "holds \(factors[place]) at \(place), but \(model) has \(expected) there",
          consequence: "That pair of values is rotated at a speed it was not trained with.",
          remedy: "convert the model again from the original")
      ]
    }
    var findings: [Finding] = []
    // Published factors are at least 1, and at most about twice the extension.
    let limit = Float(8 * max(2, context / max(1, original)))
    if let place = factors.firstIndex(where: { $0 > limit || $0 < 0.5 }) {
      findings.append(
        Finding(
          .error, name,
          "holds \(factors[place]) at \(place), expected 1 to about "
            + text(limit / 4),
          consequence: "That pair of values is rotated at a speed it was not trained with.",
          remedy: "convert the model again from the original"))
    } else if let place = factors.indices.dropFirst().first(where: {
      factors[$0] < factors[$0 - 1] * 0.999
    }) {
      findings.append(
        Finding(
          .warning, name,
          "falls from \(factors[place - 1]) to \(factors[place]) at \(place)",
          consequence: "The search that finds LongRoPE's factors never lets them fall, so that one "
            + "is likely damaged.",
          remedy: "compare them with rope_scaling of the model's config.json"))
    } else if let (place, expected) = outOfLine(factors) {
      findings.append(
        Finding(
          .warning, name,
          "holds \(factors[place]) at \(place), where \(text(expected)) would be in "
            + "line with the others",
          consequence: "All others grow evenly, so that this one is likely damaged.",
          remedy: "compare them with rope_scaling of the model's config.json"))
    } else if let place = jump(factors) {
      findings.append(
        Finding(
          .warning, name,
          "jumps from \(factors[place - 1]) to \(factors[place]) at \(place)",
          consequence: "One factor stands far from those beside it, and is likely damaged.",
          remedy: "compare them with rope_scaling of the model's config.json"))
    }
    return findings
  }

  /// The first factor that is much larger than the one before.
  private static func jump(_ factors: [Float]) -> Int? {
    factors.indices.dropFirst().first { factors[$0] > factors[$0 - 1] * 3 }
  }

  /// Among factors that grow by one ratio, one that does not, though those beside it do.
  private static func outOfLine(_ factors: [Float]) -> (place: Int, expected: Float)? {
    guard factors.count >= 8 else { return nil }
    let steps = zip(factors, factors.dropFirst()).map { log($1) - log($0) }
    let usual = steps.sorted()[steps.count / 2]
    let even = steps.count { abs($0 - usual) < 2e-3 }
    guard usual > 5e-3, even * 3 >= steps.count * 2 else { return nil }
    for place in 1..<steps.count
    where abs(steps[place - 1] + steps[place] - 2 * usual) < 4e-3
      && abs(steps[place] - usual) > 1e-2
    {
      return (place, factors[place - 1] * exp(usual))
    }
    return nil
  }

  /// Long factors reach far above the short ones; the other way about they were exchanged.
  private static func isExchanged(_ short: [Float], _ long: [Float]) -> Bool {
    func level(_ factors: [Float]) -> Float {
      factors.reduce(0) { $0 + log($1) } / Float(factors.count)
    }
    return level(short) > level(long) + 0.1 && (short.last ?? 0) > (long.last ?? 0)
  }

  /// A small tensor's values; nil if they cannot be read.
  private static func values(_ name: String, _ file: GGUFFile) -> [Float]? {
    file.tensor(named: name).flatMap { TensorValues.read($0, atMost: 4096) }
  }

  private static func text(_ value: Float?) -> String { String(format: "%g", value ?? 0) }
}
