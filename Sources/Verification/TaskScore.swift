import Foundation
import Inference
import Tokenization

/// Two models' answers to questions with one right answer.
public struct TaskScore: Sendable {
  /// A question's tokens and its answer.
  public struct Question: Sendable {
    /// What kind of question it is.
    public let task: String
    /// The prompt.
    public let prompt: [Int32]
    /// The right answer, compared without white space around it.
    public let answer: String

    /// A question.
    public init(task: String, prompt: [Int32], answer: String) {
      self.task = task
      self.prompt = prompt
      self.answer = answer.trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  /// Questions that both answer rightly.
  public private(set) var both = 0
  /// Questions that the reference alone answers rightly.
  public private(set) var referenceOnly = 0
  /// Questions that the candidate alone answers rightly.
  public private(set) var candidateOnly = 0
  /// Questions that neither answers rightly.
  public private(set) var neither = 0
  /// By kind: how many were asked, and how many each answered rightly.
  public private(set) var tasks: [String: (asked: Int, reference: Int, candidate: Int)] = [:]

  /// No question yet.
  public init() {}

  /// Questions asked.
  public var asked: Int { both + referenceOnly + candidateOnly + neither }
  /// Share that the reference answers rightly.
  public var referenceAccuracy: Double { Double(both + referenceOnly) / Double(max(1, asked)) }
  /// Share that the candidate answers rightly.
  public var candidateAccuracy: Double { Double(both + candidateOnly) / Double(max(1, asked)) }

  /// Adds what two models made of a question.
  public mutating func add(_ task: String, reference: Bool, candidate: Bool) {
    switch (reference, candidate) {
    case (true, true): both += 1
    case (true, false): referenceOnly += 1
    case (false, true): candidateOnly += 1
    case (false, false): neither += 1
    }
    var row = tasks[task] ?? (0, 0, 0)
    row.asked += 1
    row.reference += reference ? 1 : 0
    row.candidate += candidate ? 1 : 0
    tasks[task] = row
  }

  /// The probability of a difference at least this large if both were equally good: McNemar's exact
  /// test on the questions that only one answers rightly.
  public var probabilityOfEqual: Double {
    let count = referenceOnly + candidateOnly
    guard count > 0 else { return 1 }
    let least = min(referenceOnly, candidateOnly)
    var tail = 0.0
    for k in 0...least {
      let ways = lgamma(Double(count) + 1) - lgamma(Double(k) + 1) - lgamma(Double(count - k) + 1)
      tail += exp(ways - Double(count) * log(2))
    }
    return min(1, 2 * tail)
  }

  /// Whether a model's greedy answer is the right one; it is stopped where it departs from it.
  ///
  /// - Parameters:
  ///   - question: The question.
  ///   - session: A session of the model; what it has read is forgotten.
  /// - Returns: Whether the answer, without white space around it, is the right one.
  /// - Throws: As `Session.append`.
  public static func answers(_ question: Question, _ session: Session) throws -> Bool {
    let tokenizer = session.model.tokenizer
    session.rewind(to: 0)
    var logits = try session.append(question.prompt)
    var written: [Int32] = []
    while session.remaining > 0 {
      guard let token = logits.indices.max(by: { logits[$0] < logits[$1] }) else { return false }
      if tokenizer.endOfGeneration.contains(Int32(token)) { break }
      written.append(Int32(token))
      let text = tokenizer.decode(written).trimmingCharacters(in: .whitespacesAndNewlines)
      // A piece of a character decodes to a replacement until the rest is there.
      guard question.answer.hasPrefix(text) || text.hasSuffix("\u{FFFD}") else { return false }
      guard written.count <= question.answer.utf8.count + 8 else { return false }
      logits = try session.append([Int32(token)])
    }
    let text = tokenizer.decode(written).trimmingCharacters(in: .whitespacesAndNewlines)
    return text == question.answer
  }
}
