import Inference
import Quantization

/// Limits that a healthy file of a format keeps on ordinary text: about twice what llama.cpp's tables
/// of Llama-3 8B tell for it (wikitext-2), and what Phi files were measured at.
///
/// Small models lose more: Phi Pocket is far within them, SmolLM2 135M below 6 bits outside.
public struct VerdictProfile: Sendable, Equatable {
  /// The format.
  public let mix: Mix
  /// Whether the model is a Phi-4-mini, which loses twice as much to 4 bits as others.
  public let isPhi4Mini: Bool

  private static let fourBits: Set<Mix> = [.q4_0, .q4_1, .q4_K_S, .q4_K_M, .iq4_NL, .iq4_XS]

  /// The profile of a format.
  public init(_ mix: Mix, isPhi4Mini: Bool = false) {
    self.mix = mix
    self.isPhi4Mini = isPhi4Mini && Self.fourBits.contains(mix)
  }

  /// The profile of a model by its own weights; nil if they are in no known format.
  public init?(of model: Model) {
    guard let mix = Mix(of: model.file) else { return nil }
    self.init(mix, isPhi4Mini: Self.isPhi4Mini(model))
  }

  /// Whether a model is a Phi-4-mini, by its large vocabulary.
  public static func isPhi4Mini(_ model: Model) -> Bool {
    model.configuration.architecture == .phi3 && model.vocabularySize >= 200_000
  }

  /// What it is called.
  public var name: String { mix.rawValue + (isPhi4Mini ? " of a Phi-4-mini" : "") }

  /// The limits.
  public var limits: Verdict.Limits {
    var (divergence, topAgreement) = Self.limits(of: mix)
    if isPhi4Mini {
      divergence *= 2
      topAgreement -= 0.03
    }
    return Verdict.Limits(divergence: divergence, topAgreement: topAgreement, profile: name)
  }

  private static func limits(of mix: Mix) -> (divergence: Double, topAgreement: Double) {
    switch mix {
    case .f32, .f16, .bf16: (0.0005, 0.99)
    case .q8_0: (0.003, 0.97)
    case .q6_K: (0.01, 0.95)
    case .q5_K_M, .q5_K_S: (0.02, 0.93)
    case .q5_0, .q5_1: (0.04, 0.91)
    case .q4_K_M: (0.05, 0.9)
    case .q4_K_S, .iq4_NL, .iq4_XS: (0.07, 0.88)
    case .q4_0, .q4_1: (0.12, 0.85)
    case .q3_K_S, .q3_K_M, .q3_K_L: (0.2, 0.8)
    case .q2_K, .q2_K_S: (0.8, 0.6)
    }
  }
}
