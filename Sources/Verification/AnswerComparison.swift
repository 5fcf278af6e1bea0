/// Two models' greedy answers to a prompt, and where they part.
public struct AnswerComparison: Sendable {
  /// One model's answer.
  public struct Answer: Sendable, Equatable {
    /// The tokens, without the one that ends it.
    public let tokens: [Int32]
    /// The text.
    public let text: String
    /// Whether the model ended it itself.
    public let isFinished: Bool
  }

  /// The first place at which the answers differ.
  public struct Parting: Sendable {
    /// Tokens that are the same before it.
    public let index: Int
    /// The likeliest tokens of both models there, the reference's first choice first.
    public let choices: [WorstToken.Choice]
    /// What the reference writes there.
    public let reference: WorstToken.Choice
    /// What the candidate writes there.
    public let candidate: WorstToken.Choice

    /// How much likelier the reference finds its own token than the candidate's.
    public var referenceMargin: Double { reference.reference - candidate.reference }
    /// How much likelier the candidate finds its own token than the reference's.
    public var candidateMargin: Double { candidate.candidate - reference.candidate }
  }

  /// The prompt as it was given.
  public let prompt: String
  /// The text that both write before they part.
  public let common: String
  /// The reference's answer.
  public let reference: Answer
  /// The candidate's answer.
  public let candidate: Answer
  /// Where they part; nil where the answers are the same.
  public let parting: Parting?
}
