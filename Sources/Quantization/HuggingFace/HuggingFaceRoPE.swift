import Foundation
import Inference

/// Rotary position embedding as a `config.json` has it, in both spellings: `rope_theta` with
/// `rope_scaling`, and `rope_parameters`.
struct HuggingFaceRoPE: Sendable {
  /// How frequencies are changed for long contexts.
  enum Scaling: Sendable, Equatable {
    case none
    /// Positions are divided.
    case linear(Float)
    /// Each frequency is divided, as Llama 3 does.
    case divisors([Float])
    /// Two sets of divisors, and what cosines and sines are multiplied with under each.
    case longRoPE(short: [Float], long: [Float], shortScale: Float, longScale: Float)
  }

  /// The base of the frequencies.
  let base: Float
  /// Rotated values of a head.
  let dimensions: Int
  /// Positions that the model was trained with before it was extended.
  let originalContextLength: Int
  let scaling: Scaling

  init(
    _ file: ConfigurationFile, _ architecture: Architecture, headSize: Int, contextLength: Int
  ) throws {
    let own = try file.section("rope_parameters") ?? file.section("rope_scaling")
    let parameters = own ?? ConfigurationFile(.object([]), path: file.path)
    let defaultBase: Double = architecture == .phimoe ? 1_000_000 : 10_000
    base = Float(
      try parameters.positive("rope_theta") ?? file.positive("rope_theta") ?? defaultBase)
    let share =
      try parameters.positive("partial_rotary_factor") ?? file.positive("partial_rotary_factor")
      ?? (architecture == .phi2 ? 0.5 : 1)
    let rotated = Int(Double(headSize) * min(share, 2))
    guard rotated <= headSize, rotated % 2 == 0, rotated > 0 else {
      throw file.error(
        "partial_rotary_factor",
        "found \(share), expected an even part of a head of \(headSize) values")
    }
    dimensions = rotated
    let positions = 1...(1 << 30)
    let original =
      try parameters.integer("original_max_position_embeddings", positions)
      ?? file.integer("original_max_position_embeddings", positions) ?? contextLength
    let type = try parameters.string("rope_type") ?? parameters.string("type") ?? "default"
    switch (type, architecture) {
    case ("default", _):
      scaling = .none
      // Factors are computed from it where there are none.
      originalContextLength = contextLength
    case ("linear", .llama), ("linear", .phi2):
      scaling = .linear(Float(try parameters.positive("factor") ?? 1))
      originalContextLength = contextLength
    case ("llama3", .llama):
      scaling = .divisors(
        try Self.llama3(parameters, base: base, dimensions: rotated, original: original))
      originalContextLength = original
    case ("longrope", .phi3), ("su", .phi3), ("yarn", .phi3), ("longrope", .phimoe),
      ("su", .phimoe):
      scaling = try Self.longRoPE(
        parameters, architecture, dimensions: rotated, contextLength: contextLength,
        original: original)
      originalContextLength = original
    default:
      throw parameters.error(
        "rope_type", "found '\(type)', expected one that \(architecture.rawValue) has")
    }
  }

  /// Ding and others, 2024; `transformers` computes the factor where the file names none.
  private static func longRoPE(
    _ parameters: ConfigurationFile, _ architecture: Architecture, dimensions: Int,
    contextLength: Int, original: Int
  ) throws -> Scaling {
    let ratio = try parameters.positive("factor") ?? Double(contextLength) / Double(original)
    let formula =
      ratio > 1 && original > 1 ? (1 + log(ratio) / log(Double(original))).squareRoot() : 1
    let scale = Float(try parameters.positive("attention_factor") ?? formula)
    var scales = (short: scale, long: scale)
    if architecture == .phimoe {
      scales.short = Float(try parameters.positive("short_mscale") ?? Double(scale))
      scales.long = Float(try parameters.positive("long_mscale") ?? Double(scale))
    }
    return .longRoPE(
      short: try parameters.numbers("short_factor", count: dimensions / 2),
      long: try parameters.numbers("long_factor", count: dimensions / 2),
      shortScale: scales.short, longScale: scales.long)
  }

  /// Llama 3.1: long waves are stretched, short ones stay, and those between are blended.
  private static func llama3(
    _ parameters: ConfigurationFile, base: Float, dimensions: Int, original: Int
  ) throws -> [Float] {
    let factor = Float(try parameters.positive("factor") ?? 8)
    let low = Float(try parameters.positive("low_freq_factor") ?? 1)
    let high = Float(try parameters.positive("high_freq_factor") ?? 4)
    guard low < high else {
      throw parameters.error("high_freq_factor", "found \(high), expected more than \(low)")
    }
    return stride(from: 0, to: dimensions, by: 2).map { index in
      let wave = 2 * Float.pi * pow(base, Float(index) / Float(dimensions))
      if wave < Float(original) / high { return 1 }
      if wave > Float(original) / low { return factor }
      let share = (Float(original) / wave - low) / (high - low)
      return 1 / ((1 - share) / factor + share)
    }
  }
}
