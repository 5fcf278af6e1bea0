import Foundation

/// A mean over positions that hang together within a stretch of text but not across stretches, and
/// how sure it is.
///
/// The standard error is the cluster-robust one (Liang and Zeger, 1986) with the correction for few
/// clusters; intervals take Student's t with one degree of freedom less than there are stretches.
public struct ClusteredMean: Sendable, Equatable {
  /// The mean.
  public let mean: Double
  /// Its standard error; nil with fewer than two stretches.
  public let standardError: Double?
  /// Stretches.
  public let clusters: Int

  /// Clusters below which intervals of skewed values cover the mean too rarely to be relied on.
  public static let leastClusters = 8

  /// The mean of all values.
  ///
  /// - Parameter clusters: The values of each stretch.
  public init(_ clusters: [[Double]]) {
    let count = clusters.reduce(0) { $0 + $1.count }
    let mean = clusters.reduce(0.0) { $0 + $1.reduce(0, +) } / Double(max(1, count))
    self.mean = mean
    let filled = clusters.filter { !$0.isEmpty }
    self.clusters = filled.count
    guard filled.count > 1 else {
      standardError = nil
      return
    }
    let squares = filled.reduce(0.0) { sum, values in
      let deviation = values.reduce(0.0) { $0 + ($1 - mean) }
      return sum + deviation * deviation
    }
    let correction = Double(filled.count) / Double(filled.count - 1)
    standardError = (squares * correction).squareRoot() / Double(count)
  }

  /// The interval that holds the true mean with a probability; nil with fewer than two stretches,
  /// and where a value is no number or infinite.
  public func interval(_ confidence: Double = 0.95) -> ClosedRange<Double>? {
    guard let standardError, mean.isFinite, standardError.isFinite else { return nil }
    let t = StudentT(degrees: Double(clusters - 1)).quantile((1 + confidence) / 2)
    return mean - t * standardError...mean + t * standardError
  }
}

/// Student's distribution.
struct StudentT {
  let degrees: Double

  /// The value below which a share of the distribution lies, by halving.
  func quantile(_ share: Double) -> Double {
    guard share != 0.5 else { return 0 }
    if share < 0.5 { return -quantile(1 - share) }
    var (low, high) = (0.0, 1.0)
    while cumulative(high) < share, high < 1e9 { high *= 2 }
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if cumulative(middle) < share { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The share below a value.
  func cumulative(_ t: Double) -> Double {
    let x = degrees / (degrees + t * t)
    let tail = Self.incompleteBeta(x, degrees / 2, 0.5) / 2
    return t >= 0 ? 1 - tail : tail
  }

  /// The regularized incomplete beta function, by its continued fraction (DLMF 8.17.22).
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let normalizer = lgamma(a + b) - lgamma(a) - lgamma(b)
    let front = exp(normalizer + a * log(x) + b * log(1 - x)) / a
    // Lentz's method.
    let tiny = 1e-300
    var (c, d, fraction) = (1.0, 0.0, 1.0)
    for step in 0...500 {
      let m = Double(step / 2)
      let numerator: Double
      if step == 0 {
        numerator = 1
      } else if step % 2 == 0 {
        let below = (a + 2 * m - 1) * (a + 2 * m)
        numerator = m * (b - m) * x / below
      } else {
        let below = (a + 2 * m) * (a + 2 * m + 1)
        numerator = -(a + m) * (a + b + m) * x / below
      }
      d = 1 + numerator * d
      d = 1 / (abs(d) < tiny ? tiny : d)
      c = 1 + numerator / c
      if abs(c) < tiny { c = tiny }
      fraction *= c * d
      if abs(1 - c * d) < 1e-14 { break }
    }
    return front * (fraction - 1)
  }
}
