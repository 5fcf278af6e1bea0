import Foundation
import Phidelity
import Testing

@Suite struct SamplerTests {
  /// Logits of a small vocabulary, none alike.
  static let logits: [Float] = [1.5, -0.5, 3, 0.25, 2.5, -4, 2.75, 0, 1, -1]

  private func options(_ change: (inout SamplingOptions) -> Void) -> SamplingOptions {
    var options = SamplingOptions()
    options.temperature = 1
    options.topK = 0
    options.topP = 1
    options.minP = 0
    options.seed = 1
    change(&options)
    return options
  }

  /// The distribution that options make of logits.
  private func distribution(
    _ logits: [Float] = logits, history: [Int32] = [], _ change: (inout SamplingOptions) -> Void
  ) throws -> [Int32: Float] {
    var sampler = try Sampler(options(change), vocabularySize: logits.count)
    history.forEach { sampler.accept($0) }
    var logits = logits
    let list = logits.withUnsafeMutableBufferPointer { sampler.distribution(from: $0) }
    return Dictionary(uniqueKeysWithValues: list.map { ($0.token, $0.probability) })
  }

  /// Softmax over some tokens, in double precision.
  private func expected(_ tokens: Set<Int32>, temperature: Double = 1) -> [Int32: Double] {
    let weights = tokens.map { ($0, exp(Double(Self.logits[Int($0)]) / temperature)) }
    let sum = weights.reduce(0) { $0 + $1.1 }
    return Dictionary(uniqueKeysWithValues: weights.map { ($0.0, $0.1 / sum) })
  }

  private func expectEqual(_ found: [Int32: Float], _ expected: [Int32: Double]) {
    #expect(Set(found.keys) == Set(expected.keys))
    for (token, probability) in expected {
      #expect(abs(Double(found[token] ?? 0) - probability) < 1e-6, "token \(token)")
    }
  }

  @Test func everythingOffIsSoftmax() throws {
    expectEqual(try distribution { _ in }, expected(Set(0..<10)))
    expectEqual(try distribution { $0.temperature = 0.5 }, expected(Set(0..<10), temperature: 0.5))
  }

  @Test func truncationsKeepWhatTheirDefinitionsKeep() throws {
    // Probabilities in order: 2: .361, 6: .281, 4: .219, 0: .081, 8: .049 …
    expectEqual(try distribution { $0.topK = 3 }, expected([2, 6, 4]))
    expectEqual(try distribution { $0.topK = 1 }, expected([2]))
    expectEqual(try distribution { $0.topK = 99 }, expected(Set(0..<10)))
    expectEqual(try distribution { $0.topP = 0.3 }, expected([2]))
    expectEqual(try distribution { $0.topP = 0.6 }, expected([2, 6]))
    expectEqual(try distribution { $0.topP = 0 }, expected([2]))
    expectEqual(try distribution { $0.minP = 0.5 }, expected([2, 6, 4]))
    expectEqual(try distribution { $0.minP = 1 }, expected([2]))
  }

  @Test func typicalKeepsTheExpectedSurprise() throws {
    let all = expected(Set(0..<10))
    let entropy = all.values.reduce(0) { $0 - $1 * log($1) }
    let order = all.sorted { abs(-log($0.value) - entropy) < abs(-log($1.value) - entropy) }
    var kept: Set<Int32> = []
    var sum = 0.0
    for (token, probability) in order where sum <= 0.5 {
      kept.insert(token)
      sum += probability
    }
    expectEqual(try distribution { $0.typicalP = 0.5 }, expected(kept))
  }

  @Test func penaltiesChangeRecentTokens() throws {
    var found = try distribution(history: [2, 2, 5]) {
      $0.repeatPenalty = 2
      $0.order = [.penalties]
    }
    var logits = Self.logits
    logits[2] /= 2
    logits[5] *= 2
    var sum = logits.reduce(0.0) { $0 + exp(Double($1)) }
    #expect(abs(Double(found[2] ?? 0) - exp(1.5) / sum) < 1e-6)
    #expect(abs(Double(found[5] ?? 0) - exp(-8) / sum) < 1e-6)
    found = try distribution(history: [2, 2, 5]) {
      $0.presencePenalty = 0.5
      $0.frequencyPenalty = 0.25
    }
    logits = Self.logits
    logits[2] -= 1
    logits[5] -= 0.75
    sum = logits.reduce(0.0) { $0 + exp(Double($1)) }
    #expect(abs(Double(found[2] ?? 0) - exp(2) / sum) < 1e-6)
    // Outside the window nothing is punished.
    expectEqual(
      try distribution(history: [2, 9, 9]) {
        $0.repeatPenalty = 2
        $0.penaltyWindow = 0
      }, expected(Set(0..<10)))
  }

  @Test func biasAddsAndBans() throws {
    let found = try distribution { $0.logitBias = [2: -.infinity, 5: 10] }
    #expect(found[2] == nil)
    #expect((found[5] ?? 0) > 0.9)
  }

  @Test func dryPunishesGoingOnWithARepetition() throws {
    // After 1 2 3 4 … 1 2 3, token 4 would make the repetition 4 long: 1.75 ^ (3 − 2) off.
    let history: [Int32] = [1, 2, 3, 4, 9, 1, 2, 3]
    let found = try distribution(history: history) { $0.dryMultiplier = 1 }
    var logits = Self.logits
    logits[4] -= 1.75
    let sum = logits.reduce(0.0) { $0 + exp(Double($1)) }
    for token in 0..<10 {
      #expect(abs(Double(found[Int32(token)] ?? 0) - exp(Double(logits[token])) / sum) < 1e-6)
    }
    expectEqual(
      try distribution(history: history) {
        $0.dryMultiplier = 1
        $0.dryBreakers = [2]
      }, expected(Set(0..<10)))
  }

  @Test func xtcDropsAllLikelyButTheLeast() throws {
    expectEqual(
      try distribution {
        $0.xtcProbability = 1
        $0.xtcThreshold = 0.2
      }, expected(Set(0..<10).subtracting([2, 6])))
    expectEqual(
      try distribution {
        $0.xtcProbability = 1
        $0.xtcThreshold = 0.3
      }, expected(Set(0..<10)))
  }

  @Test func theOrderMatters() throws {
    let first = try distribution {
      $0.order = [.temperature, .minP]
      $0.temperature = 3
      $0.minP = 0.5
    }
    let last = try distribution {
      $0.order = [.minP, .temperature]
      $0.temperature = 3
      $0.minP = 0.5
    }
    #expect(first.count > last.count)
  }

  @Test func drawsFollowTheDistribution() throws {
    for change: @Sendable (inout SamplingOptions) -> Void in [{ _ in }, { $0.topK = 4 }] {
      let expected = try distribution(Self.logits, change)
      var sampler = try Sampler(options(change), vocabularySize: 10)
      var counts: [Int32: Int] = [:]
      let draws = 20_000
      for _ in 0..<draws {
        var logits = Self.logits
        counts[logits.withUnsafeMutableBufferPointer { sampler.next(from: $0) }, default: 0] += 1
      }
      // Chi-square over at most 9 degrees of freedom: 27.9 is passed once in a thousand.
      let square = expected.reduce(0.0) { sum, item in
        let mean = Double(item.value) * Double(draws)
        let difference = Double(counts[item.key] ?? 0) - mean
        return sum + difference * difference / max(mean, 1e-9)
      }
      #expect(square < 27.9)
      #expect(Set(counts.keys).isSubset(of: Set(expected.keys)))
    }
  }

  @Test func aSeedRepeatsAndACopyGoesOn() throws {
    func draws(_ seed: UInt64) throws -> [Int32] {
      var sampler = try Sampler(options { $0.seed = seed }, vocabularySize: 10)
      return (0..<50).map { _ in
        var logits = Self.logits
        return logits.withUnsafeMutableBufferPointer { sampler.next(from: $0) }
      }
    }
    #expect(try draws(7) == draws(7))
    #expect(try draws(7) != draws(8))
  }

  @Test func greedyTakesTheFirstOfTheLargest() throws {
    var sampler = try Sampler(options { $0.temperature = 0 }, vocabularySize: 4)
    func next(_ logits: [Float]) -> Int32 {
      var logits = logits
      return logits.withUnsafeMutableBufferPointer { sampler.next(from: $0) }
    }
    #expect(next([1, 3, 3, 2]) == 1)
    #expect(next([.nan, -1, .nan, -2]) == 1)
    #expect(next([-.infinity, -.infinity, -.infinity, -.infinity]) == 0)
    #expect(next([.nan, .nan, .nan, .nan]) == 0)
  }

  @Test(arguments: [
    [Float](repeating: 0, count: 5), [.nan, .nan], [-.infinity, -.infinity, 1],
    [.infinity, .infinity, 0],
    [1], [3.4e38, -3.4e38],
  ])
  func oddLogitsGiveATokenOfTheVocabulary(_ logits: [Float]) throws {
    for mirostat in [0, 2] {
      var sampler = try Sampler(
        options {
          $0.topK = 3
          $0.topP = 0.9
          $0.typicalP = 0.9
          $0.mirostat = mirostat
        }, vocabularySize: logits.count)
      for _ in 0..<20 {
        var copy = logits
        let token = copy.withUnsafeMutableBufferPointer { sampler.next(from: $0) }
        #expect(copy.indices.contains(Int(token)))
      }
    }
  }

  @Test func mirostatAimsAtItsSurprise() throws {
    var sampler = try Sampler(
      options {
        $0.mirostat = 2
        $0.mirostatTau = 2
        $0.seed = 3
      }, vocabularySize: 1000)
    var random: UInt64 = 9
    let base: [Float] = (0..<1000).map { _ in
      random = random &* 6_364_136_223_846_793_005 &+ 1
      return Float(random >> 40) / Float(1 << 24) * 8
    }
    let sum = base.reduce(0.0) { $0 + exp(Double($1)) }
    var surprise = 0.0
    for step in 0..<3000 {
      var logits = base
      let token = logits.withUnsafeMutableBufferPointer { sampler.next(from: $0) }
      if step >= 1000 { surprise -= log2(exp(Double(base[Int(token)])) / sum) / 2000 }
    }
    // What is drawn is what is left after the cut: its own surprise is the target, and the whole
    // distribution's lies a little above.
    #expect(surprise > 2 && surprise < 12)
  }

  @Test func namesOptionsOutOfRange() {
    let cases: [(String, (inout SamplingOptions) -> Void)] = [
      ("temp", { $0.temperature = -1 }), ("temp", { $0.temperature = .nan }),
      ("top-p", { $0.topP = 1.5 }), ("top-k", { $0.topK = -1 }), ("min-p", { $0.minP = -0.1 }),
      ("repeat-penalty", { $0.repeatPenalty = 0 }), ("mirostat", { $0.mirostat = 1 }),
      ("xtc-probability", { $0.xtcProbability = 2 }), ("dry-base", { $0.dryBase = 0.5 }),
      ("samplers", { $0.order = [.topK, .topK] }), ("logit-bias", { $0.logitBias = [3: .nan] }),
      ("logit-bias", { $0.logitBias = [99: 1] }),
    ]
    for (name, change) in cases {
      let error = #expect(throws: SamplingError.self) {
        try Sampler(options(change), vocabularySize: 10)
      }
      #expect(error?.description.hasPrefix(name) ?? false)
    }
  }
}
