import Foundation

/// A figure and its standard error.
struct Uncertain {
  /// The figure.
  let value: Double
  /// Its standard error.
  let error: Double

  /// Both times a factor.
  func scaled(_ factor: Double) -> Uncertain {
    Uncertain(value: value * factor, error: error * factor)
  }

  /// Both, by a format of two numbers.
  func text(_ format: String) -> String { String(format: format, value, error) }
}

/// Sums over positions, and the figures that llama.cpp makes of them.
struct LlamaSums {
  /// Positions.
  private(set) var count = 0
  private var loss = Moments()
  private var baseLoss = Moments()
  private var product = 0.0
  private var kld = Moments()
  private var difference = Moments()
  private var squaredDifference = Moments()
  private var sameTop = 0

  private struct Moments {
    var sum = 0.0
    var squares = 0.0

    mutating func add(_ value: Double) {
      sum += value
      squares += value * value
    }
  }

  /// Adds a position.
  mutating func add(_ comparison: TokenComparison) {
    count += 1
    loss.add(comparison.candidateLoss)
    baseLoss.add(comparison.referenceLoss)
    product += comparison.candidateLoss * comparison.referenceLoss
    kld.add(comparison.divergence)
    difference.add(comparison.rightChange)
    squaredDifference.add(comparison.rightChange * comparison.rightChange)
    sameTop += comparison.agreesOnTop ? 1 : 0
  }

  /// The mean, and its error as if positions were independent; 0 for ten or fewer.
  private func mean(_ moments: Moments) -> Uncertain {
    let mean = moments.sum / Double(max(1, count))
    let variance = moments.squares / Double(max(1, count)) - mean * mean
    return Uncertain(
      value: mean,
      error: variance <= 0 || count <= 10 ? 0 : (variance / Double(count - 1)).squareRoot())
  }

  /// The covariance of both mean losses; 0 for fewer than ten positions.
  private var covariance: Double {
    guard count >= 10 else { return 0 }
    let n = Double(count)
    return (product / n - loss.sum / n * (baseLoss.sum / n)) / (n - 1)
  }

  /// The mean divergence.
  var divergence: Uncertain { mean(kld) }
  /// The mean change of the right token's probability.
  var change: Uncertain { mean(difference) }

  /// The root of the mean square of that change.
  var changeRMS: Uncertain {
    let square = mean(squaredDifference)
    let root = square.value.squareRoot()
    return Uncertain(value: root, error: root == 0 ? 0 : square.error / (2 * root))
  }

  /// Share of positions with the same likeliest token.
  var topAgreement: Uncertain {
    let share = Double(sameTop) / Double(max(1, count))
    return Uncertain(
      value: share, error: (share * (1 - share) / Double(max(1, count - 1))).squareRoot())
  }

  private static func perplexity(_ loss: Uncertain) -> Uncertain {
    Uncertain(value: exp(loss.value), error: exp(loss.value) * loss.error)
  }

  /// The candidate's mean loss less the reference's, its error by their covariance.
  private var logRatio: Uncertain {
    let (a, b) = (mean(loss), mean(baseLoss))
    let variance = a.error * a.error + b.error * b.error - 2 * covariance
    return Uncertain(value: a.value - b.value, error: NumberOrder.atLeast(0, variance).squareRoot())
  }

  /// The figures so far in one line.
  func line(_ chunk: Int) -> String {
    String(format: "%4d", chunk)
      + "    " + Self.perplexity(mean(loss)).text("%9.4f ± %9.4f")
      + "    " + logRatio.text("%10.5f ± %10.5f")
      + "    " + divergence.text("%10.5f ± %10.5f")
      + "    " + changeRMS.scaled(100).text("%6.3f ± %6.3f %%")
      + "    " + topAgreement.scaled(100).text("%6.3f ± %6.3f %%")
  }

  /// The block of perplexities.
  var perplexityLines: [String] {
    let (a, b) = (mean(loss), mean(baseLoss))
    let (own, base) = (Self.perplexity(a), Self.perplexity(b))
    let ratio = logRatio
    let variance =
      own.error * own.error + base.error * base.error - 2 * own.value * base.value * covariance
    let gap = Uncertain(
      value: own.value - base.value, error: NumberOrder.atLeast(0, variance).squareRoot())
    let spread = a.error * b.error
    let correlation = spread == 0 && !covariance.isNaN ? 1 : covariance / spread
    return [
      "Mean PPL(Q)                   : " + own.text("%10.6f ± %10.6f"),
      "Mean PPL(base)                : " + base.text("%10.6f ± %10.6f"),
      String(format: "Cor(ln(PPL(Q)), ln(PPL(base))): %6.2f%%", 100 * correlation),
      "Mean ln(PPL(Q)/PPL(base))     : " + ratio.text("%10.6f ± %10.6f"),
      "Mean PPL(Q)/PPL(base)         : " + Self.perplexity(ratio).text("%10.6f ± %10.6f"),
      "Mean PPL(Q)-PPL(base)         : " + gap.text("%10.6f ± %10.6f"),
    ]
  }
}
