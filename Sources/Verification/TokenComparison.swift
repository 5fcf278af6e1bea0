import Foundation

/// What two models say of one position.
///
/// The reference's distribution of the next token is `p`, the candidate's `q`; divergences are in
/// nats.
public struct TokenComparison: Sendable, Equatable {
  /// `KL(p ‖ q)`.
  public let divergence: Double
  /// `KL(q ‖ p)`.
  public let reverseDivergence: Double
  /// The divergence of Jensen and Shannon: the mean of both to the distribution between.
  public let jensenShannon: Double
  /// The reference's `−ln p` of the token that follows.
  public let referenceLoss: Double
  /// The candidate's `−ln q` of the token that follows.
  public let candidateLoss: Double
  /// The reference's entropy.
  public let referenceEntropy: Double
  /// The candidate's entropy.
  public let candidateEntropy: Double
  /// The reference's likeliest token.
  public let referenceTop: Int32
  /// The candidate's likeliest token.
  public let candidateTop: Int32
  /// The reference's probability of its likeliest token.
  public let referenceTopProbability: Double
  /// The candidate's probability of its likeliest token.
  public let candidateTopProbability: Double
  /// How many of the reference's five likeliest are among the candidate's.
  public let sharedTop5: Int
  /// The change of the probability of the reference's likeliest token.
  public let topChange: Double
  /// The change of the probability of the candidate's likeliest token.
  public let candidateTopChange: Double
  /// The token that follows.
  public let next: Int32

  /// Whether both models' distributions are numbers throughout; every other figure is NaN if not.
  public var isNumber: Bool { !(referenceLoss.isNaN || candidateLoss.isNaN) }
  /// Whether both find the same token the likeliest; false where logits are no numbers.
  public var agreesOnTop: Bool { isNumber && referenceTop == candidateTop }
  /// The reference's probability of the token that follows.
  public var referenceProbability: Double { exp(-referenceLoss) }
  /// The candidate's probability of the token that follows.
  public var candidateProbability: Double { exp(-candidateLoss) }
  /// The change of the probability of the token that follows.
  public var rightChange: Double { candidateProbability - referenceProbability }

  /// Compares logits.
  ///
  /// - Parameters:
  ///   - reference: The reference's, `[vocabulary]`.
  ///   - candidate: The candidate's, `[vocabulary]`.
  ///   - next: The token that follows in the text.
  ///   - floor: Given where the reference's are logarithms of probabilities from a file that holds
  ///     none below about this: they are taken as they are, and only those above it count for the
  ///     divergence, as llama.cpp does it.
  public init(
    reference: UnsafeBufferPointer<Float>, candidate: UnsafeBufferPointer<Float>, next: Int32,
    floor: Double? = nil
  ) {
    precondition(reference.count == candidate.count, "vocabularies of different sizes")
    let p = floor == nil ? LogSoftmax(reference) : LogSoftmax(normalized: reference)
    let floor = floor ?? -.infinity
    let q = LogSoftmax(candidate)
    var (forward, backward, middle) = (0.0, 0.0, 0.0)
    var (entropyP, entropyQ) = (0.0, 0.0)
    for index in reference.indices {
      let logP = Double(reference[index]) - p.normalizer
      let logQ = Double(candidate[index]) - q.normalizer
      let (a, b) = (exp(logP), exp(logQ))
      // Terms of zero probability add nothing, however far apart the logits are. What is no number
      // is no zero, and goes into every sum.
      if a != 0, !(logP <= floor) {
        forward += a * (logP - logQ)
        entropyP -= a * logP
      }
      if b != 0 {
        backward += b * (logQ - logP)
        entropyQ -= b * logQ
      }
      if a != b {
        let logM = log((a + b) / 2)
        middle += (a != 0 ? a * (logP - logM) : 0) + (b != 0 ? b * (logQ - logM) : 0)
      }
    }
    // Rounding alone can make sums of what cancels negative; stored logarithms do not add up to 1,
    // and llama.cpp keeps what comes of that.
    divergence = floor.isFinite ? forward : NumberOrder.atLeast(0, forward)
    reverseDivergence = NumberOrder.atLeast(0, backward)
    jensenShannon = NumberOrder.atLeast(0, middle) / 2
    referenceEntropy = entropyP
    candidateEntropy = entropyQ
    referenceLoss = p.normalizer - Double(reference[Int(next)])
    candidateLoss = q.normalizer - Double(candidate[Int(next)])
    referenceTop = Int32(p.top)
    candidateTop = Int32(q.top)
    referenceTopProbability = exp(Double(reference[p.top]) - p.normalizer)
    candidateTopProbability = exp(Double(candidate[q.top]) - q.normalizer)
    topChange = exp(Double(candidate[p.top]) - q.normalizer) - referenceTopProbability
    candidateTopChange =
      candidateTopProbability - exp(Double(reference[q.top]) - p.normalizer)
    let five = Self.likeliest(candidate)
    sharedTop5 =
      referenceLoss.isNaN || candidateLoss.isNaN
      ? 0 : Self.likeliest(reference).filter(five.contains).count
    self.next = next
  }

  /// `−ln` of the probability that logits give a token.
  static func loss(_ logits: UnsafeBufferPointer<Float>, of token: Int32) -> Double {
    LogSoftmax(logits).normalizer - Double(logits[Int(token)])
  }

  /// The five likeliest tokens; of equal ones the first.
  static func likeliest(_ logits: UnsafeBufferPointer<Float>) -> [Int] {
    var best: [Int] = []
    for index in logits.indices {
      if best.count == 5, !(logits[index] > logits[best[4]]) { continue }
      let place = best.firstIndex { logits[index] > logits[$0] } ?? best.count
      best.insert(index, at: place)
      if best.count > 5 { best.removeLast() }
    }
    return best
  }
}

/// What turns logits into logarithms of probabilities.
struct LogSoftmax {
  /// The likeliest token.
  let top: Int
  /// The logarithm of the sum of the exponentials.
  let normalizer: Double

  init(_ logits: UnsafeBufferPointer<Float>) {
    top = Self.top(of: logits)
    let largest = Double(logits[top])
    var sum = 0.0
    for logit in logits { sum += exp(Double(logit) - largest) }
    normalizer = largest + log(sum)
  }

  /// Of what are logarithms of probabilities already.
  init(normalized logs: UnsafeBufferPointer<Float>) {
    top = Self.top(of: logs)
    normalizer = 0
  }

  private static func top(of logits: UnsafeBufferPointer<Float>) -> Int {
    var top = 0
    for index in logits.indices where logits[index] > logits[top] { top = index }
    return top
  }
}
