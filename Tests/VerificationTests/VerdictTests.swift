import Testing

@testable import Verification

@Suite("Verdicts")
struct VerdictTests {
  func check(_ value: Double, _ interval: ClosedRange<Double>?, isMaximum: Bool) -> Verdict.Outcome
  {
    Verdict.Check(
      .divergence, value: value, interval: interval, limit: 0.5, isMaximum: isMaximum
    ).outcome
  }

  @Test("An outcome is sure when the whole interval is on one side of the limit")
  func outcomes() {
    #expect(check(0.3, 0.2...0.4, isMaximum: true) == .passed)
    #expect(check(0.3, 0.1...0.6, isMaximum: true) == .passedUnsurely)
    #expect(check(0.7, 0.6...0.8, isMaximum: true) == .failed)
    #expect(check(0.7, 0.4...0.9, isMaximum: true) == .failedUnsurely)
    #expect(check(0.3, nil, isMaximum: true) == .passedUnsurely)
    #expect(check(0.7, 0.6...0.8, isMaximum: false) == .passed)
    #expect(check(0.3, 0.2...0.6, isMaximum: false) == .failedUnsurely)
    #expect(check(0.3, 0.2...0.4, isMaximum: false) == .failed)
    #expect(check(.nan, nil, isMaximum: true) == .failedUnsurely)
  }
}
