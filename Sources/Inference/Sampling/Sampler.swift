import Foundation

/// Chooses tokens: everything between a model's logits and its next token, with what that
/// remembers.
///
/// A copy chooses as the original would have.
public struct Sampler: Sendable {
  /// How tokens are chosen.
  public let options: SamplingOptions
  /// The seed in use: the one asked for, or the one drawn.
  public let seed: UInt64

  private var random: RandomSource
  private var history: [Int32] = []
  private var candidates = Candidates()
  private var counts: [Int32: Int] = [:]
  /// Mirostat's limit of surprise, in bits.
  private var mirostatLimit: Float

  /// - Parameters:
  ///   - options: How to choose.
  ///   - vocabularySize: How many logits there will be.
  /// - Throws: `SamplingError` if an option is out of range.
  public init(_ options: SamplingOptions, vocabularySize: Int) throws(SamplingError) {
    try options.validate()
    if let token = options.logitBias.keys.first(where: { $0 < 0 || Int($0) >= vocabularySize }) {
      throw SamplingError(
        description: "logit-bias: token \(token) is not in the vocabulary of \(vocabularySize)")
    }
    let banned = options.logitBias.values.count { $0 == -.infinity }
    guard banned < vocabularySize || !options.order.contains(.bias) else {
      throw SamplingError(description: "logit-bias: bans every token, expected one that may come")
    }
    self.options = options
    seed = options.seed ?? UInt64.random(in: 0...UInt64.max)
    random = RandomSource(seed: seed)
    mirostatLimit = 2 * options.mirostatTau
  }

  /// Remembers a token, of the prompt or chosen, for the stages that look back.
  public mutating func accept(_ token: Int32) { history.append(token) }

  /// Forgets what was remembered; the random numbers go on.
  public mutating func forget() { history.removeAll(keepingCapacity: true) }

  /// Chooses a token.
  ///
  /// - Parameter logits: `[vocabulary]`; biases and penalties are written into it.
  /// - Returns: The token; 0 if no logit is a number, which a session never gives.
  public mutating func next(from logits: UnsafeMutableBufferPointer<Float>) -> Int32 {
    if options.temperature == 0 {
      adjust(logits)
      return Self.largest(logits)
    }
    run(logits)
    guard options.mirostat == 0 else { return mirostat() }
    return candidates.draw(random.uniform())?.token ?? 0
  }

  /// The candidates from which a token would be drawn, most likely first.
  ///
  /// - Parameter logits: `[vocabulary]`; biases and penalties are written into it.
  /// - Returns: Tokens with their probabilities.
  public mutating func distribution(
    from logits: UnsafeMutableBufferPointer<Float>
  ) -> [Candidate] {
    run(logits)
    candidates.sort()
    return candidates.list
  }

  /// Biases and penalties, which change logits in place.
  private mutating func adjust(_ logits: UnsafeMutableBufferPointer<Float>) {
    for stage in options.order { adjust(logits, stage) }
  }

  private mutating func adjust(
    _ logits: UnsafeMutableBufferPointer<Float>, _ stage: SamplerStage
  ) {
    switch stage {
    case .bias: for (token, bias) in options.logitBias { logits[Int(token)] += bias }
    case .penalties: RepetitionPenalties.apply(options, history, to: logits, counts: &counts)
    case .dry: RepetitionPenalties.applyDRY(options, history, to: logits)
    default: break
    }
  }

  /// Runs the stages in their order, and ends with probabilities.
  private mutating func run(_ logits: UnsafeMutableBufferPointer<Float>) {
    let changing: Set<SamplerStage> = [.bias, .penalties, .dry]
    adjust(logits)
    candidates.fill(logits)
    for stage in options.order where !changing.contains(stage) {
      // Mirostat truncates in its own way.
      guard options.mirostat == 0 || stage == .temperature else { continue }
      switch stage {
      case .topK: if options.topK > 0 { candidates.keepTop(options.topK) }
      case .typicalP: candidates.keepTypical(options.typicalP)
      case .topP: candidates.keepTopP(options.topP)
      case .minP: candidates.keepMinP(options.minP)
      case .xtc: candidates.excludeTop(options.xtcProbability, options.xtcThreshold, &random)
      case .temperature:
        if options.temperature > 0 { candidates.divide(by: options.temperature) }
      case .bias, .penalties, .dry: break
      }
    }
    candidates.normalize()
  }

  /// Mirostat 2: drops what surprises too much, draws, and moves the limit by the error.
  private mutating func mirostat() -> Int32 {
    candidates.keepSurprise(atMost: mirostatLimit)
    candidates.normalize()
    guard let chosen = candidates.draw(random.uniform()) else { return 0 }
    let surprise = -log2(max(chosen.probability, .leastNormalMagnitude))
    mirostatLimit -= options.mirostatEta * (surprise - options.mirostatTau)
    return chosen.token
  }

  /// The first token with the largest logit.
  static func largest(_ logits: UnsafeMutableBufferPointer<Float>) -> Int32 {
    var best = -1
    for (token, logit) in logits.enumerated() where !logit.isNaN {
      if best < 0 || logit > logits[best] { best = token }
    }
    return Int32(max(0, best))
  }
}
