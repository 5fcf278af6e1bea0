import Foundation
import GGUF

/// Rotary position embedding (Su and others, 2021), with the two factor sets of LongRoPE (Ding and
/// others, 2024) where the file has them.
public struct RoPEConfiguration: Sendable, Equatable {
  /// Rotated values of a head; the others pass.
  public let dimensions: Int
  /// The base of the frequencies.
  public let base: Float
  /// Whether pairs lie side by side, as in Llama's GGUF, and not half a head apart.
  public let isInterleaved: Bool
  /// Positions below which the short factors hold.
  public let originalContextLength: Int
  /// What cosines and sines are multiplied with while the short factors hold.
  public let shortScale: Float
  /// What cosines and sines are multiplied with while the long factors hold.
  public let longScale: Float
  /// Divides positions: linear interpolation (Chen and others, 2023).
  public let linearFactor: Float

  init(
    _ reader: ConfigurationReader, _ architecture: Architecture, headSize: Int, contextLength: Int
  ) throws {
    let prefix = architecture.rawValue
    let metadata = reader.metadata
    dimensions = try metadata.integer("\(prefix).rope.dimension_count", in: 0...4096) ?? headSize
    guard dimensions <= headSize, dimensions % 2 == 0 else {
      throw reader.error(
        "\(prefix).rope.dimension_count",
        "found \(dimensions), expected an even number up to the head's \(headSize)")
    }
    base = try metadata.float("\(prefix).rope.freq_base") ?? 10000
    guard base.isFinite, base > 0 else {
      throw reader.error("\(prefix).rope.freq_base", "found \(base), expected a positive number")
    }
    isInterleaved = architecture == .llama
    originalContextLength =
      try metadata.integer("\(prefix).rope.scaling.original_context_length", in: 1...(1 << 30))
      ?? contextLength
    linearFactor = try Self.linearFactor(reader, prefix)
    (shortScale, longScale) = try Self.scales(
      reader, architecture, contextLength: contextLength, original: originalContextLength)
  }

  private static func linearFactor(
    _ reader: ConfigurationReader, _ prefix: String
  ) throws -> Float {
    let key = "\(prefix).rope.scaling.type"
    let type = try reader.metadata.string(key) ?? "none"
    switch type {
    case "none", "longrope", "su": return 1
    case "linear":
      let factor = try reader.metadata.float("\(prefix).rope.scaling.factor") ?? 1
      guard factor.isFinite, factor > 0 else {
        throw reader.error(
          "\(prefix).rope.scaling.factor", "found \(factor), expected a positive number")
      }
      return factor
    default:
      throw reader.error(key, "found '\(type)', expected none, linear or longrope")
    }
  }

  /// The attention factors of the short and the long set.
  ///
  /// Without a key, `transformers` computes √(1 + ln(scale) / ln(original)). PhiMoE's own
  /// configuration names another number for both sets, which has no key in GGUF: converters write
  /// the formula's value instead, and that is put right here.
  private static func scales(
    _ reader: ConfigurationReader, _ architecture: Architecture, contextLength: Int, original: Int
  ) throws -> (Float, Float) {
    let prefix = architecture.rawValue
    guard architecture == .phi3 || architecture == .phimoe else { return (1, 1) }
    let ratio = Float(contextLength) / Float(original)
    let formula =
      ratio > 1 && original > 1 ? (1 + log(ratio) / log(Float(original))).squareRoot() : 1
    let key = "\(prefix).rope.scaling.attn_factor"
    let written = try reader.metadata.float(key)
    if let written, !(written.isFinite && written > 0) {
      throw reader.error(key, "found \(written), expected a positive number")
    }
    guard architecture == .phimoe else { return (written ?? formula, written ?? formula) }
    let published: Float = 1.243_163_1  // √(17 / 11), from the models' config.json
    let value = written.map { abs($0 - formula) < 1e-4 ? published : $0 } ?? published
    let short = try reader.metadata.float("\(prefix).rope.scaling.short_mscale") ?? value
    let long = try reader.metadata.float("\(prefix).rope.scaling.long_mscale") ?? value
    guard short.isFinite, short > 0, long.isFinite, long > 0 else {
      throw reader.error(
        "\(prefix).rope.scaling.short_mscale", "found \(short), \(long), expected positive numbers")
    }
    return (short, long)
  }
}
