import Foundation
import Testing

@testable import Verification

/// Made-up divergences of tokens: skewed as real ones are, and alike within a stretch.
///
/// A token's divergence is `exp(shift + noise)`, with one shift for a stretch; the true mean is
/// `exp((σₛ² + σₜ²) / 2)` times the scale.
private struct SimulatedText {
  var random: SeededNormal
  let scale: Double
  let stretchSpread: Double
  let tokenSpread: Double

  /// The mean of endlessly many tokens.
  var mean: Double {
    scale * exp((stretchSpread * stretchSpread + tokenSpread * tokenSpread) / 2)
  }

  mutating func stretch(_ tokens: Int) -> [Double] {
    let shift = stretchSpread * random.normal()
    return (0..<tokens).map { _ in scale * exp(shift + tokenSpread * random.normal()) }
  }
}

@Suite("Simulated texts")
struct SimulationTests {
  /// Three standard errors of a share that is counted so often.
  private func tolerance(_ share: Double, _ trials: Int) -> Double {
    3 * (share * (1 - share) / Double(trials)).squareRoot()
  }

  /// The share of trials in which an interval holds the mean.
  private func coverage(
    stretches: Int, stretchSpread: Double, tokenSpread: Double, trials: Int, seed: UInt64,
    of interval: ([[Double]]) -> ClosedRange<Double>?
  ) -> Double {
    var text = SimulatedText(
      random: SeededNormal(seed), scale: 0.01, stretchSpread: stretchSpread,
      tokenSpread: tokenSpread)
    let covered = (0..<trials).count { _ in
      interval((0..<stretches).map { _ in text.stretch(40) })?.contains(text.mean) ?? false
    }
    return Double(covered) / Double(trials)
  }

  @Test("Intervals of skewed figures cover the truth nearly as often as they say")
  func covers() {
    let trials = 1500
    for (stretches, least) in [(8, 0.9), (16, 0.92), (64, 0.935)] {
      let share = coverage(
        stretches: stretches, stretchSpread: 0.35, tokenSpread: 1, trials: trials, seed: 5
      ) { ClusteredMean($0).interval() }
      #expect(share > least - tolerance(0.95, trials), "\(stretches) stretches: \(share)")
      #expect(share < 0.95 + tolerance(0.95, trials), "\(stretches) stretches: \(share)")
    }
  }

  @Test("Taking tokens for independent would cover the truth far too rarely")
  func ignoresNoDependence() {
    let share = coverage(
      stretches: 16, stretchSpread: 0.6, tokenSpread: 0.6, trials: 600, seed: 6
    ) { stretches in ClusteredMean(stretches.flatMap { $0.map { [$0] } }).interval() }
    #expect(share < 0.7)
    let clustered = coverage(
      stretches: 16, stretchSpread: 0.6, tokenSpread: 0.6, trials: 600, seed: 6
    ) { ClusteredMean($0).interval() }
    #expect(clustered > 0.88)
  }

  /// Looks at a text as early stopping does: after 8, 16, 32 … stretches, to the end of 512.
  private func stopsEarly(
    _ text: inout SimulatedText, limit: Double
  ) -> (outcome: Verdict.Outcome, stretches: Int) {
    var stretches: [[Double]] = []
    var outcome = Verdict.Outcome.passedUnsurely
    while stretches.count < 512 {
      stretches.append(text.stretch(20))
      let count = stretches.count
      guard count >= 8, count & (count - 1) == 0 else { continue }
      let mean = ClusteredMean(stretches)
      outcome =
        Verdict.Check(
          .divergence, value: mean.mean, interval: mean.interval(Verdict.confidence(looks: true)),
          limit: limit, isMaximum: true, tokens: 20 * count, stretches: count
        ).outcome
      if outcome.isSure { break }
    }
    return (outcome, stretches.count)
  }

  @Test("Early stopping is surely wrong in at most one of twenty texts, at the very limit")
  func errorRate() {
    let trials = 600
    var text = SimulatedText(
      random: SeededNormal(11), scale: 0.01, stretchSpread: 0.35, tokenSpread: 1)
    // Exactly at the limit, every sure outcome is as wrong as right: the worst case.
    let sure = (0..<trials).count { _ in stopsEarly(&text, limit: text.mean).outcome.isSure }
    #expect(Double(sure) / Double(trials) < 0.05 + tolerance(0.05, trials))
  }

  @Test("Early stopping finds a clear case soon, and rightly")
  func stopsSoon() {
    var text = SimulatedText(
      random: SeededNormal(12), scale: 0.01, stretchSpread: 0.35, tokenSpread: 1)
    for (factor, expected) in [(0.5, Verdict.Outcome.failed), (2, .passed)] {
      let results = (0..<200).map { _ in stopsEarly(&text, limit: text.mean * factor) }
      #expect(results.count { $0.outcome == expected } >= 198)
      #expect(results.map(\.stretches).reduce(0, +) / results.count < 64)
    }
  }

  @Test("As many tokens as a check asks for settle it in most texts")
  func tokensNeeded() throws {
    var settled = 0
    var asked = 0
    var text = SimulatedText(
      random: SeededNormal(13), scale: 0.01, stretchSpread: 0.35, tokenSpread: 1)
    for _ in 0..<200 {
      var stretches = (0..<12).map { _ in text.stretch(20) }
      func check() -> Verdict.Check {
        let mean = ClusteredMean(stretches)
        return Verdict.Check(
          .divergence, value: mean.mean, interval: mean.interval(), limit: text.mean * 1.15,
          isMaximum: true, tokens: 20 * stretches.count, stretches: stretches.count)
      }
      let first = check()
      guard let needed = first.tokensNeeded, first.isWithin, needed < 20_000 else { continue }
      #expect(needed > first.tokens)
      asked += 1
      // Half as much again: the figure itself moves.
      while stretches.count * 20 < needed * 3 / 2 { stretches.append(text.stretch(20)) }
      settled += check().outcome.isSure ? 1 : 0
    }
    #expect(asked > 50)
    #expect(Double(settled) / Double(asked) > 0.5)
  }
}
