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
  /// What a file says and `transformers` does not follow, each in one line.
  let notes: [String]

  init(
    _ file: ConfigurationFile, _ architecture: Architecture, headSize: Int, contextLength: Int
  ) throws {
    let parameters = try Self.parameters(file)
    let type = try parameters.string("rope_type") ?? parameters.string("type") ?? "default"
    let defaults = ConfigurationDefaults(architecture)
    base = Float(
      try parameters.positive("rope_theta") ?? file.positive("rope_theta") ?? defaults.ropeBase)
    var notes: [String] = []
    var share =
      try parameters.positive("partial_rotary_factor") ?? file.positive("partial_rotary_factor")
      ?? defaults.rotaryShare
    // Their classes rotate whole heads, and take no other frequencies for a part of one.
    if architecture == .llama || architecture == .phimoe, share != 1 {
      guard type == "default" else {
        throw file.error(
          "partial_rotary_factor", "found \(share), expected 1 with the rope_type '\(type)'")
      }
      notes.append(
        file.line(
          "partial_rotary_factor",
          "\(share) is ignored, as in transformers: heads are rotated "
            + "as a whole"))
      share = 1
    }
    let rotated = Int(Double(headSize) * min(share, 2))
    guard rotated <= headSize, rotated % 2 == 0, rotated > 0 else {
      throw file.error(
        "partial_rotary_factor",
        "found \(share), expected an even part of a head of \(headSize) values")
    }
    dimensions = rotated
    let (original, ignored) = try Self.original(
      file, parameters, architecture, contextLength: contextLength)
    switch (type, architecture) {
    case ("default", _):
      scaling = .none
      // Factors are computed from it where there are none.
      originalContextLength = contextLength
    case ("linear", .llama), ("linear", .phi2):
      scaling = .linear(Float(try parameters.required("factor")))
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
    if type != "default", let ignored { notes.append(ignored) }
    self.notes = notes
  }

  /// The frequencies, without LongRoPE's factors.
  var frequencies: [Float] {
    (0..<dimensions / 2).map { index in
      let plain = 1 / pow(base, Float(2 * index) / Float(dimensions))
      return switch scaling {
      case .none, .longRoPE: plain
      case .linear(let factor): plain / factor
      case .divisors(let divisors): plain / divisors[index]
      }
    }
  }

  /// The section that counts: `rope_scaling`, the older one, goes before `rope_parameters` unless it
  /// is empty.
  private static func parameters(_ file: ConfigurationFile) throws -> ConfigurationFile {
    let scaling = try file.section("rope_scaling").flatMap { $0.isEmpty ? nil : $0 }
    guard let own = try scaling ?? file.section("rope_parameters") else {
      return ConfigurationFile(.object([]), path: file.path)
    }
    for key in ["full_attention", "sliding_attention"] where own[key] != nil {
      throw own.error(key, "layers with a rotation of their own are unknown")
    }
    return own
  }

  /// Positions before the model was extended, and a line about a value that does not count.
  ///
  /// A configuration's own value is the one that its class has as an attribute: Phi-3's always has
  /// one, PhiMoE's never, and Llama's if the file does.
  private static func original(
    _ file: ConfigurationFile, _ parameters: ConfigurationFile, _ architecture: Architecture,
    contextLength: Int
  ) throws -> (positions: Int, ignored: String?) {
    let (key, range) = ("original_max_position_embeddings", 1...(1 << 30))
    let (nested, outer) = (try parameters.integer(key, range), try file.integer(key, range))
    let chosen: Int
    var other = (line: parameters, value: nested)
    switch architecture {
    case .phi3: chosen = outer ?? ConfigurationDefaults.phi3OriginalContextLength
    case .phimoe:
      chosen = nested ?? contextLength
      other = (file, outer)
    case .llama, .phi2: chosen = outer ?? nested ?? contextLength
    }
    guard let value = other.value, value != chosen else { return (chosen, nil) }
    return (
      chosen, other.line.line(key, "\(value) is ignored, as in transformers, which takes \(chosen)")
    )
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
      scales.short = Float(try parameters.required("short_mscale"))
      scales.long = Float(try parameters.required("long_mscale"))
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
    let factor = Float(try parameters.required("factor"))
    let low = Float(try parameters.required("low_freq_factor"))
    let high = Float(try parameters.required("high_freq_factor"))
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
