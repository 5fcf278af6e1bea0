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
    /// The profile that some of them are from.
    public var profile: String?

    /// Limits.
    public init(
      divergence: Double? = nil, topAgreement: Double? = nil, perplexityRatio: Double? = nil,
      profile: String? = nil
    ) {
      self.profile = profile
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

  /// What can have a limit.
  public enum Figure: String, Sendable {
    case divergence = "mean divergence"
    case topAgreement = "same top token"
    case perplexityRatio = "perplexity ratio"
  }

  /// One figure against its limit.
  public struct Check: Sendable {
    /// What was measured.
    public let figure: Figure
    /// The figure.
    public let value: Double
    /// Its 95 % interval; nil where the text has a single stretch.
    public let interval: ClosedRange<Double>?
    /// The limit.
    public let limit: Double
    /// Whether the limit is the largest that is allowed, not the smallest.
    public let isMaximum: Bool
    /// Tokens that the figure is from.
    public let tokens: Int
    /// Stretches that they are in.
    public let stretches: Int

    init(
      _ figure: Figure, value: Double, interval: ClosedRange<Double>?, limit: Double,
      isMaximum: Bool,
      tokens: Int = 0, stretches: Int = ClusteredMean.leastClusters
    ) {
      self.figure = figure
      self.value = value
      self.interval = interval
      self.limit = limit
      self.isMaximum = isMaximum
      self.tokens = tokens
      self.stretches = stretches
    }

    /// What was measured, in words.
    public var name: String { figure.rawValue }
    /// Whether the figure is within the limit.
    public var isWithin: Bool { isMaximum ? value <= limit : value >= limit }

    /// About how many tokens would tell on which side of the limit the figure is, if it stays what
    /// it is; nil where that is told, or no text would.
    public var tokensNeeded: Int? {
      guard !outcome.isSure, value.isFinite, stretches > 0 else { return nil }
      let least =
        Double(tokens) * max(1, Double(ClusteredMean.leastClusters) / Double(stretches))
      guard let interval else { return Int(least) }
      let distance = abs(value - limit)
      let reach =
        isMaximum == isWithin ? interval.upperBound - value : value - interval.lowerBound
      // Intervals shrink with the root of the tokens.
      let needed = max(least, Double(tokens) * (reach / distance) * (reach / distance))
      return needed < 1e12 ? Int(needed) : nil
    }

    /// What the check found.
    public var outcome: Outcome {
      guard let interval, stretches >= ClusteredMean.leastClusters else {
        return isWithin ? .passedUnsurely : .failedUnsurely
      }
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
  /// The profile that limits are from; nil if all were given.
  public let profile: String?

  /// How often intervals are to hold the truth.
  static func confidence(looks: Bool) -> Double {
    // Bonferroni's bound for as many as ten looks, at twice the stretches each.
    looks ? 0.995 : 0.95
  }

  /// Holds a summary against limits.
  ///
  /// - Parameters:
  ///   - summary: The figures.
  ///   - limits: The limits.
  ///   - looks: Whether the figures are looked at again and again while the text goes on: intervals
  ///     are then so wide that all looks together err as rarely as one.
  public init(_ summary: DivergenceSummary, _ limits: Limits, looks: Bool = false) {
    let confidence = Self.confidence(looks: looks)
    var checks: [Check] = []
    profile = limits.profile
    func add(
      _ figure: Figure, _ value: Double, _ interval: ClosedRange<Double>?, _ limit: Double?,
      isMaximum: Bool
    ) {
      guard let limit else { return }
      checks.append(
        Check(
          figure, value: value, interval: interval, limit: limit, isMaximum: isMaximum,
          tokens: summary.positions, stretches: summary.stretches))
    }
    add(
      .divergence, summary.divergence.mean, summary.divergence.interval(confidence),
      limits.divergence, isMaximum: true)
    add(
      .topAgreement, summary.topAgreement.mean, summary.topAgreement.interval(confidence),
      limits.topAgreement, isMaximum: false)
    add(
      .perplexityRatio, summary.perplexityRatio, summary.perplexityRatioInterval(confidence),
      limits.perplexityRatio, isMaximum: true)
    self.checks = checks
  }

  /// Whether every figure is within its limit.
  public var isWithin: Bool { checks.allSatisfy(\.outcome.isWithin) }
  /// Whether more text cannot change that, as far as the intervals say.
  public var isSure: Bool {
    isWithin
      ? checks.allSatisfy { $0.outcome == .passed } : checks.contains { $0.outcome == .failed }
  }
  /// About how many tokens would make every check sure; nil where all are, or no text would.
  public var tokensNeeded: Int? {
    let needed = checks.compactMap(\.tokensNeeded)
    return needed.count == checks.filter { !$0.outcome.isSure }.count ? needed.max() : nil
  }
}
