import Foundation
import Kernels

/// Which factors LongRoPE divides the frequencies by.
public enum RoPEFactors: Int, Sendable {
  /// Those for sequences up to the original context.
  case short
  /// Those for longer ones.
  case long
}

/// Frequencies of rotary position embedding, and the cosines and sines of positions.
///
/// Frequencies and angles are rounded to 32 bits as `transformers` does, because at thousands of
/// positions that rounding shows in the logits.
struct RotaryEmbedding: Sendable {
  private let configuration: RoPEConfiguration
  private let shortFrequencies: [Float]  // [dimensions / 2]
  private let longFrequencies: [Float]  // [dimensions / 2]
  /// Whether a sequence's length decides between two sets.
  let hasLongFactors: Bool

  /// - Parameters:
  ///   - configuration: Base, dimensions and scales.
  ///   - short: Factors for short sequences `[dimensions / 2]`; nil for ones.
  ///   - long: Factors for long sequences; nil for the short ones.
  init(_ configuration: RoPEConfiguration, short: Vector?, long: Vector?) {
    self.configuration = configuration
    hasLongFactors = long != nil
    let shortFrequencies = Self.frequencies(configuration, short)
    self.shortFrequencies = shortFrequencies
    longFrequencies = long.map { Self.frequencies(configuration, $0) } ?? shortFrequencies
  }

  /// Values that a position's cosines, or sines, take.
  var half: Int { configuration.dimensions / 2 }
  /// The order of the rotated pairs.
  var isInterleaved: Bool { configuration.isInterleaved }

  /// The set for a sequence of a length: `transformers` decides by the whole length, for all
  /// positions.
  func factors(forLength length: Int) -> RoPEFactors {
    hasLongFactors && length > configuration.originalContextLength ? .long : .short
  }

  /// Writes the cosines and sines of consecutive positions, `[count][half]` each.
  func write(
    positions: Range<Int>, _ factors: RoPEFactors, cosines: UnsafeMutablePointer<Float>,
    sines: UnsafeMutablePointer<Float>
  ) {
    let frequencies = factors == .long ? longFrequencies : shortFrequencies
    var scale = factors == .long ? configuration.longScale : configuration.shortScale
    // A file without factors has plain RoPE, whatever its other keys say.
    if !hasLongFactors { scale = 1 }
    var out = 0
    for position in positions {
      for frequency in frequencies {
        let angle = Float(position) * frequency
        cosines[out] = Float(cos(Double(angle))) * scale
        sines[out] = Float(sin(Double(angle))) * scale
        out += 1
      }
    }
  }

  private static func frequencies(
    _ configuration: RoPEConfiguration, _ factors: Vector?
  ) -> [Float] {
    (0..<configuration.dimensions / 2).map { i in
      let exponent = Float(2 * i) / Float(configuration.dimensions)
      let power = Float(pow(Double(configuration.base), Double(exponent)))
      return 1 / ((factors?.pointer[i] ?? 1) * power * configuration.linearFactor)
    }
  }
}
