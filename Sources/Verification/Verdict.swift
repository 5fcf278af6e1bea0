import Foundation

/// Whether a candidate is good enough: figures held against limits, with what the text can say.
public struct Verdict: Sendable {
  /// Limits on what a candidate may lose; nil for no limit.
  public struct Limits: Sendable, Equatable {
    /// The mean divergence at most, in nats.
    public var divergence: Double?
    /// Share of positions with the same likeliest token at least.
    public var topAgreement: Double?
    /// The candidate's perplexity over the reference's at most.
    public var perplexityRatio: Double?

    /// Limits.
    public init(
      divergence: Double? = nil, topAgreement: Double? = nil, perplexityRatio: Double? = nil
    ) {
      self.divergence = divergence
      self.topAgreement = topAgreement
      self.perplexityRatio = perplexityRatio
    }
  }

  /// What a check found.
  public enum Outcome: String, Sendable {
    /// The whole interval is within the limit.
    case passed
    /// The whole interval is outside the limit.
    case failed
    /// The figure is within the limit, but the interval is not: more text would tell.
    case passedUnsurely = "passed, unsurely"
    /// The figure is outside the limit, but the interval reaches into it: more text would tell.
    case failedUnsurely = "failed, unsurely"

    /// Whether the figure is within the limit.
    public var isWithin: Bool { self == .passed || self == .passedUnsurely }
    /// Whether more text cannot change the outcome, as far as the interval says.
    public var isSure: Bool { self == .passed || self == .failed }
  }

  /// One figure against its limit.
  public struct Check: Sendable {
    /// What was measured.
    public let name: String
    /// The figure.
    public let value: Double
    /// Its 95 % interval; nil where the text has a single stretch.
    public let interval: ClosedRange<Double>?
    /// The limit.
    public let limit: Double
    /// Whether the limit is the largest that is allowed, not the smallest.
    public let isMaximum: Bool

    /// What the check found.
    public var outcome: Outcome {
      let isWithin = isMaximum ? value <= limit : value >= limit
      guard let interval else { return isWithin ? .passedUnsurely : .failedUnsurely }
      let worst = isMaximum ? interval.upperBound : interval.lowerBound
      let best = isMaximum ? interval.lowerBound : interval.upperBound
      if isWithin {
        return (isMaximum ? worst <= limit : worst >= limit) ? .passed : .passedUnsurely
      }
      return (isMaximum ? best > limit : best < limit) ? .failed : .failedUnsurely
    }
  }

  /// The checks, one for each limit.
  public let checks: [Check]

  /// Holds a summary against limits.
  ///
  /// - Parameters:
  ///   - summary: The figures.
  ///   - limits: The limits.
  ///   - looks: Whether the figures are looked at again and again while the text goes on: intervals
  ///     are then so wide that all looks together err as rarely as one.
  public init(_ summary: DivergenceSummary, _ limits: Limits, looks: Bool = false) {
    // Bonferroni's bound for as many as ten looks, at twice the stretches each.
    let confidence = looks ? 0.995 : 0.95
    var checks: [Check] = []
    if let limit = limits.divergence {
      checks.append(
        Check(
          name: "mean divergence", value: summary.divergence.mean,
          interval: summary.divergence.interval(confidence), limit: limit, isMaximum: true))
    }
    if let limit = limits.topAgreement {
      checks.append(
        Check(
          name: "same top token", value: summary.topAgreement.mean,
          interval: summary.topAgreement.interval(confidence), limit: limit, isMaximum: false))
    }
    if let limit = limits.perplexityRatio {
      checks.append(
        Check(
          name: "perplexity ratio", value: summary.perplexityRatio,
          interval: summary.perplexityRatioInterval(confidence), limit: limit, isMaximum: true))
    }
    self.checks = checks
  }

  /// Whether every figure is within its limit.
  public var isWithin: Bool { checks.allSatisfy(\.outcome.isWithin) }
  /// Whether more text cannot change that, as far as the intervals say.
  public var isSure: Bool {
    isWithin
      ? checks.allSatisfy { $0.outcome == .passed } : checks.contains { $0.outcome == .failed }
  }
}
