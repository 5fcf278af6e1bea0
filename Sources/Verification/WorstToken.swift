import Tokenization

/// A position of a text at which two models differ much.
public struct WorstToken: Sendable, Equatable {
  /// A token that may follow, and how likely each model finds it.
  public struct Choice: Sendable, Equatable {
    /// The token.
    public let token: Int32
    /// The token as text; control tokens as their pieces.
    public let text: String
    /// The reference's probability.
    public let reference: Double
    /// The candidate's probability.
    public let candidate: Double

    init(_ token: Int32, reference: Double, candidate: Double, _ tokenizer: Tokenizer) {
      self.token = token
      text = String(decoding: tokenizer.bytes(of: token, renderSpecial: true), as: UTF8.self)
      self.reference = reference
      self.candidate = candidate
    }

    /// A token by its figures.
    init(token: Int32, text: String, reference: Double, candidate: Double) {
      self.token = token
      self.text = text
      self.reference = reference
      self.candidate = candidate
    }
  }

  /// The stretch, counted from 0.
  public let stretch: Int
  /// The position in the stretch of the token that follows.
  public let position: Int
  /// `KL(reference ‖ candidate)` in nats.
  public let divergence: Double
  /// The text before.
  public let before: String
  /// The token that follows in the text.
  public let next: Choice
  /// What the reference finds likeliest.
  public let referenceTop: Choice
  /// What the candidate finds likeliest.
  public let candidateTop: Choice
}

extension WorstToken {
  /// Tokens of context that are shown.
  private static let context = 24

  /// The positions of largest divergence, the worst first.
  ///
  /// - Parameters:
  ///   - count: How many at most.
  ///   - compared: The comparisons of each stretch.
  ///   - stretches: The stretches' tokens.
  ///   - first: The position of a stretch at which its comparisons begin.
  ///   - tokenizer: The vocabulary.
  /// - Returns: Positions that diverge at all.
  public static func worst(
    _ count: Int, of compared: [[TokenComparison]], in stretches: [[Int32]], from first: Int,
    _ tokenizer: Tokenizer
  ) -> [WorstToken] {
    var worst: [(stretch: Int, index: Int, divergence: Double)] = []
    guard count > 0 else { return [] }
    for (stretch, comparisons) in compared.enumerated() {
      for (index, comparison) in comparisons.enumerated() {
        // What is no number is worse than any.
        let divergence = comparison.divergence.isNaN ? .infinity : comparison.divergence
        if divergence <= 0 { continue }
        if worst.count == count, divergence <= worst[count - 1].divergence { continue }
        let place = worst.firstIndex { $0.divergence < divergence } ?? worst.count
        worst.insert((stretch, index, divergence), at: place)
        if worst.count > count { worst.removeLast() }
      }
    }
    return worst.map { place in
      WorstToken(
        compared[place.stretch][place.index], stretches[place.stretch], stretch: place.stretch,
        position: first + place.index + 1, tokenizer)
    }
  }

  private init(
    _ comparison: TokenComparison, _ tokens: [Int32], stretch: Int, position: Int,
    _ tokenizer: Tokenizer
  ) {
    let before = tokens[max(0, position - Self.context)..<position]
    self.init(
      stretch: stretch, position: position, divergence: comparison.divergence,
      before: tokenizer.decode(Array(before), renderSpecial: true),
      next: Choice(
        comparison.next, reference: comparison.referenceProbability,
        candidate: comparison.candidateProbability, tokenizer),
      referenceTop: Choice(
        comparison.referenceTop, reference: comparison.referenceTopProbability,
        candidate: comparison.referenceTopProbability + comparison.topChange, tokenizer),
      candidateTop: Choice(
        comparison.candidateTop,
        reference: comparison.candidateTopProbability - comparison.candidateTopChange,
        candidate: comparison.candidateTopProbability, tokenizer))
  }
}
