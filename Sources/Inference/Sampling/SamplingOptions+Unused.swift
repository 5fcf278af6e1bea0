extension SamplingOptions {
  /// Options of the sampling that others leave without effect, and why.
  public struct Unused: Sendable, Equatable {
    /// The options' names without dashes.
    public let names: [String]
    /// Why they do nothing, as the end of a sentence.
    public let reason: String
  }

  /// Options that act in a stage, by the stage.
  private static let stageOptions: [SamplerStage: [String]] = [
    .bias: ["logit-bias"],
    .penalties: ["repeat-penalty", "presence-penalty", "frequency-penalty", "repeat-last-n"],
    .dry: ["dry-multiplier", "dry-base", "dry-allowed-length", "dry-last-n", "dry-breaker"],
    .topK: ["top-k"], .typicalP: ["typical-p"], .topP: ["top-p"], .minP: ["min-p"],
    .xtc: ["xtc-probability", "xtc-threshold"], .temperature: ["temp"],
  ]

  private static let truncating: [SamplerStage] = [.topK, .typicalP, .topP, .minP, .xtc]

  /// Which of some options change nothing beside the others.
  ///
  /// - Parameter given: Names without dashes of the options that somebody gave.
  /// - Returns: Those without effect, each once.
  public func unused(of given: [String]) -> [Unused] {
    var found: [Unused] = []
    var left = given
    func add(_ names: [String], _ reason: String) {
      let hit = left.filter(names.contains)
      guard !hit.isEmpty else { return }
      left.removeAll(where: hit.contains)
      found.append(Unused(names: hit, reason: reason))
    }
    let truncation = Self.truncating.flatMap { Self.stageOptions[$0] ?? [] }
    let mirostatOptions = ["mirostat", "mirostat-tau", "mirostat-eta"]
    if temperature == 0 {
      add(truncation + mirostatOptions + ["seed"], "at temperature 0 the top token is taken")
    } else if mirostat != 0 {
      add(truncation, "mirostat takes the place of these stages")
    }
    if mirostat == 0 { add(["mirostat-tau", "mirostat-eta"], "mirostat is off") }
    if dryMultiplier == 0 {
      add(["dry-base", "dry-allowed-length", "dry-last-n", "dry-breaker"], "dry-multiplier is 0")
    }
    if repeatPenalty == 1, presencePenalty == 0, frequencyPenalty == 0 {
      add(["repeat-last-n"], "no penalty is set")
    }
    if xtcProbability == 0 { add(["xtc-threshold"], "xtc-probability is 0") }
    if xtcThreshold > 0.5 {
      add(["xtc-probability", "xtc-threshold"], "no two tokens can be above one half")
    }
    for stage in SamplerStage.allCases where !order.contains(stage) {
      // Greedy choice needs no stage for its temperature.
      if stage == .temperature, temperature == 0 { continue }
      add(Self.stageOptions[stage] ?? [], "samplers has no \(stage.rawValue)")
    }
    return found
  }
}
