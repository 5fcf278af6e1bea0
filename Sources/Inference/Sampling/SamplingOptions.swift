/// A step between logits and the choice of a token.
public enum SamplerStage: String, Sendable, CaseIterable, Codable {
  case bias, penalties, dry, topK = "top_k", typicalP = "typical_p", topP = "top_p"
  case minP = "min_p", xtc, temperature
}

/// An option that cannot be used: one line with its name, what was found and what was expected.
public struct SamplingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line.
  public let description: String
}

/// How tokens are chosen.
public struct SamplingOptions: Sendable, Equatable, Codable {
  /// Divides logits; 0 chooses the largest.
  public var temperature: Float = 0.8
  /// Candidates kept; 0 for all.
  public var topK = 40
  /// Probability that the candidates kept reach together (Holtzman and others, 2020); 1 for all.
  public var topP: Float = 0.95
  /// Least probability, as a share of the largest (Nguyen and others, 2024); 0 for all.
  public var minP: Float = 0.05
  /// Probability of the candidates nearest to the expected surprise (Meister and others, 2022); 1
  /// for all.
  public var typicalP: Float = 1
  /// Divides positive logits of recent tokens and multiplies negative ones (Keskar and others,
  /// 2019).
  public var repeatPenalty: Float = 1
  /// Taken off the logits of recent tokens.
  public var presencePenalty: Float = 0
  /// Taken off the logits of recent tokens for each time they came.
  public var frequencyPenalty: Float = 0
  /// Recent tokens that the penalties see; −1 for all.
  public var penaltyWindow = 64
  /// Strength of DRY, which punishes continuing a repetition; 0 for none.
  public var dryMultiplier: Float = 0
  /// Growth of DRY with each token of the repetition.
  public var dryBase: Float = 1.75
  /// Repetition that DRY allows.
  public var dryAllowedLength = 2
  /// Recent tokens that DRY sees; −1 for all.
  public var dryWindow = -1
  /// Tokens across which DRY sees no repetition.
  public var dryBreakers: Set<Int32> = []
  /// Chance with which XTC drops all likely candidates but the least; 0 for never.
  public var xtcProbability: Float = 0
  /// Probability from which XTC calls a candidate likely.
  public var xtcThreshold: Float = 0.1
  /// 2 for mirostat 2 (Basu and others, 2021) in place of the truncating stages; 0 for none.
  public var mirostat = 0
  /// Surprise that mirostat aims at, in bits.
  public var mirostatTau: Float = 5
  /// How fast mirostat learns.
  public var mirostatEta: Float = 0.1
  /// Added to the logits of some tokens; −infinity bans them.
  public var logitBias: [Int32: Float] = [:]
  /// Where the random numbers begin; nil for a new place each time.
  public var seed: UInt64?
  /// The stages in the order in which they act.
  public var order: [SamplerStage] = [
    .bias, .penalties, .dry, .topK, .typicalP, .topP, .minP, .xtc, .temperature,
  ]

  /// The defaults.
  public init() {}

  /// Checks every number.
  ///
  /// - Throws: `SamplingError` with the first that is out of range.
  public func validate() throws(SamplingError) {
    for field in SamplingField.all {
      if let problem = field.problem(in: self) { throw problem }
    }
    guard mirostat == 0 || mirostat == 2 else {
      throw SamplingError(description: "mirostat: found \(mirostat), expected 0 or 2")
    }
    guard Set(order).count == order.count else {
      throw SamplingError(description: "samplers: a stage comes twice")
    }
    if let bias = logitBias.first(where: { $0.value.isNaN || $0.value == .infinity }) {
      throw SamplingError(
        description: "logit-bias: found \(bias.value) for token \(bias.key), expected a number")
    }
  }
}
