import Testing

@testable import Quantization
@testable import Verification

@Suite("Verdicts")
struct VerdictTests {
  func check(
    _ value: Double, _ interval: ClosedRange<Double>?, isMaximum: Bool, tokens: Int = 1000,
    stretches: Int = 10
  ) -> Verdict.Check {
    Verdict.Check(
      .divergence, value: value, interval: interval, limit: 0.5, isMaximum: isMaximum,
      tokens: tokens, stretches: stretches)
  }

  @Test("An outcome is sure when the whole interval is on one side of the limit")
  func outcomes() {
    #expect(check(0.3, 0.2...0.4, isMaximum: true).outcome == .passed)
    #expect(check(0.3, 0.1...0.6, isMaximum: true).outcome == .passedUnsurely)
    #expect(check(0.7, 0.6...0.8, isMaximum: true).outcome == .failed)
    #expect(check(0.7, 0.4...0.9, isMaximum: true).outcome == .failedUnsurely)
    #expect(check(0.3, nil, isMaximum: true).outcome == .passedUnsurely)
    #expect(check(0.7, 0.6...0.8, isMaximum: false).outcome == .passed)
    #expect(check(0.3, 0.2...0.6, isMaximum: false).outcome == .failedUnsurely)
    #expect(check(0.3, 0.2...0.4, isMaximum: false).outcome == .failed)
    #expect(check(.nan, nil, isMaximum: true).outcome == .failedUnsurely)
  }

  @Test("Fewer than eight stretches are never sure")
  func fewStretches() {
    #expect(check(0.3, 0.2...0.4, isMaximum: true, stretches: 7).outcome == .passedUnsurely)
    #expect(check(0.7, 0.6...0.8, isMaximum: true, stretches: 7).outcome == .failedUnsurely)
    #expect(check(0.3, 0.2...0.4, isMaximum: true, tokens: 700, stretches: 7).tokensNeeded == 800)
    #expect(check(0.3, nil, isMaximum: true, tokens: 100, stretches: 1).tokensNeeded == 800)
  }

  @Test("The tokens needed are those that shrink the interval to the limit")
  func tokensNeeded() {
    // The interval reaches twice as far as the limit is away: four times the tokens.
    #expect(check(0.25, 0...0.75, isMaximum: true).tokensNeeded == 4000)
    #expect(check(0.75, 0.25...1.25, isMaximum: true).tokensNeeded == 4000)
    #expect(check(0.75, 0.25...1.25, isMaximum: false).tokensNeeded == 4000)
    #expect(check(0.3, 0.2...0.4, isMaximum: true).tokensNeeded == nil)
    #expect(check(0.5, 0.4...0.6, isMaximum: true).tokensNeeded == nil)
    #expect(check(.nan, nil, isMaximum: true).tokensNeeded == nil)
  }

  @Test("Profiles allow more the fewer bits there are, and Phi-4-mini more at four")
  func profiles() throws {
    let order: [Mix] = [.f16, .q8_0, .q6_K, .q5_K_M, .q4_K_M, .q4_0, .q3_K_M, .q2_K]
    let limits = order.map { VerdictProfile($0).limits }
    let divergences = limits.compactMap(\.divergence)
    let agreements = limits.compactMap(\.topAgreement)
    #expect(divergences == divergences.sorted() && divergences.count == order.count)
    #expect(agreements == agreements.sorted(by: >) && agreements.count == order.count)
    let mini = VerdictProfile(.q4_K_M, isPhi4Mini: true)
    #expect(mini.limits.divergence == 0.1)
    #expect(abs((mini.limits.topAgreement ?? 0) - 0.87) < 1e-12)
    #expect(mini.name == "Q4_K_M of a Phi-4-mini")
    #expect(VerdictProfile(.q8_0, isPhi4Mini: true) == VerdictProfile(.q8_0))
  }
}
