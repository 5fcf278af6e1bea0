import Foundation

/// What a candidate lost against its reference over a text.
public struct DivergenceSummary: Sendable {
  /// Positions compared.
  public let positions: Int
  /// Stretches of text.
  public let stretches: Int
  /// `KL(reference ‖ candidate)` in nats.
  public let divergence: ClusteredMean
  /// `KL(candidate ‖ reference)` in nats.
  public let reverseDivergence: ClusteredMean
  /// Jensen's and Shannon's divergence in nats.
  public let jensenShannon: ClusteredMean
  /// Divergences in rising order; any that are no numbers come last.
  public let sortedDivergences: [Double]
  /// Mean `−ln p` of the text, the reference's.
  public let referenceLoss: ClusteredMean
  /// Mean `−ln q` of the text, the candidate's.
  public let candidateLoss: ClusteredMean
  /// The candidate's loss less the reference's, position by position.
  public let lossChange: ClusteredMean
  /// Correlation of the losses.
  public let lossCorrelation: Double
  /// Share of positions with the same likeliest token.
  public let topAgreement: ClusteredMean
  /// Mean share of the five likeliest tokens that both have.
  public let top5Agreement: ClusteredMean
  /// Change of the probability of the token that follows.
  public let rightChange: ClusteredMean
  /// Root of the mean square of that change.
  public let rightChangeRMS: Double
  /// Change of the probability of the reference's likeliest token.
  public let topChange: ClusteredMean
  /// Change of the entropy in nats.
  public let entropyChange: ClusteredMean

  /// Whether the models nowhere differ at all.
  public var isSame: Bool { sortedDivergences.allSatisfy { $0 == 0 } && !sortedDivergences.isEmpty }
  /// The reference's perplexity.
  public var referencePerplexity: Double { exp(referenceLoss.mean) }
  /// The candidate's perplexity.
  public var candidatePerplexity: Double { exp(candidateLoss.mean) }
  /// The candidate's perplexity over the reference's.
  public var perplexityRatio: Double { exp(lossChange.mean) }
  /// An interval of the ratio, from the paired differences.
  public func perplexityRatioInterval(_ confidence: Double = 0.95) -> ClosedRange<Double>? {
    lossChange.interval(confidence).map { exp($0.lowerBound)...exp($0.upperBound) }
  }

  /// Sums up.
  ///
  /// - Parameter stretches: The comparisons of each stretch.
  public init(_ stretches: [[TokenComparison]]) {
    func mean(_ value: (TokenComparison) -> Double) -> ClusteredMean {
      ClusteredMean(stretches.map { $0.map(value) })
    }
    let all = stretches.flatMap { $0 }
    positions = all.count
    self.stretches = stretches.count
    divergence = mean(\.divergence)
    reverseDivergence = mean(\.reverseDivergence)
    jensenShannon = mean(\.jensenShannon)
    sortedDivergences = NumberOrder.rising(all.map(\.divergence))
    referenceLoss = mean(\.referenceLoss)
    candidateLoss = mean(\.candidateLoss)
    lossChange = mean { $0.candidateLoss - $0.referenceLoss }
    lossCorrelation = Self.correlation(all.map(\.referenceLoss), all.map(\.candidateLoss))
    topAgreement = mean { $0.agreesOnTop ? 1 : 0 }
    top5Agreement = mean { Double($0.sharedTop5) / 5 }
    rightChange = mean(\.rightChange)
    rightChangeRMS =
      (all.reduce(0.0) { $0 + $1.rightChange * $1.rightChange } / Double(max(1, all.count)))
      .squareRoot()
    topChange = mean(\.topChange)
    entropyChange = mean { $0.candidateEntropy - $0.referenceEntropy }
  }

  /// The divergence below which a share of the positions lies, between neighbours by a straight
  /// line.
  public func percentile(_ share: Double) -> Double { Self.percentile(sortedDivergences, share) }

  /// The value of a rising list below which a share of it lies, between neighbours by a straight
  /// line; 0 if it is empty.
  static func percentile(_ sorted: [Double], _ share: Double) -> Double {
    guard let last = sorted.indices.last else { return 0 }
    let place = share * Double(last)
    let below = Int(place)
    let above = min(last, below + 1)
    let part = place - Double(below)
    return sorted[below] * (1 - part) + sorted[above] * part
  }

  private static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    let count = Double(max(1, x.count))
    let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
      xy += (a - meanX) * (b - meanY)
    }
    guard !(xx + yy).isNaN else { return .nan }
    return xx == 0 || yy == 0
      ? 1 : NumberOrder.atMost(1, xy / (xx.squareRoot() * yy.squareRoot()))
  }
}
