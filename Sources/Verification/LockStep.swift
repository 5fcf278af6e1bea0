import Inference

/// Two models that read the same tokens, and what they say of each: in memory, with no file of
/// logits.
public final class LockStep {
  /// The one that is taken to be right.
  public let reference: Model
  /// The one that is judged.
  public let candidate: Model
  private let referenceSession: Session
  private let candidateSession: Session
  private let rows: ComparedRows

  /// Two models.
  ///
  /// - Parameters:
  ///   - reference: The reference.
  ///   - candidate: A model of the same vocabulary.
  ///   - options: Threads, kernels, and the longest stretch as the context.
  ///   - candidateOptions: The candidate's, where they differ.
  /// - Throws: `ModelError` if the vocabularies differ; as `Session.init`.
  public init(
    reference: Model, candidate: Model, options: SessionOptions = SessionOptions(),
    candidateOptions: SessionOptions? = nil
  ) throws {
    try Self.check(reference, candidate)
    self.reference = reference
    self.candidate = candidate
    referenceSession = try Session(reference, options)
    candidateSession = try Session(candidate, candidateOptions ?? options)
    rows = try ComparedRows(vocabulary: reference.vocabularySize, options: options)
  }

  /// Reads a stretch from its beginning and compares what the models say of what follows.
  ///
  /// - Parameters:
  ///   - tokens: The stretch.
  ///   - first: The first position to compare; it says something of token `first + 1`.
  /// - Returns: The comparisons of all positions but the last.
  /// - Throws: As `Session.append`.
  public func compare(_ tokens: [Int32], from first: Int = 0) throws -> [TokenComparison] {
    guard tokens.count - 1 > first else { return [] }
    referenceSession.rewind(to: 0)
    candidateSession.rewind(to: 0)
    // The stretch is read in parts, and yet all of it under one set of factors.
    referenceSession.minimumLength = tokens.count
    candidateSession.minimumLength = tokens.count
    var result: [TokenComparison] = []
    for start in stride(from: 0, to: tokens.count - 1, by: ComparedRows.group) {
      let end = min(tokens.count - 1, start + ComparedRows.group)
      let skipped = max(0, first - start)
      let part = Array(tokens[start..<end])
      try rows.readReference(part, skipping: skipped, referenceSession)
      try rows.readCandidate(part, skipping: skipped, candidateSession)
      guard part.count > skipped else { continue }
      result += rows.compare(Array(tokens[start + skipped + 1..<end + 1]))
    }
    return result
  }

  /// The first difference of two vocabularies, as an error.
  static func check(_ reference: Model, _ candidate: Model) throws {
    let (a, b) = (reference.tokenizer.vocabulary, candidate.tokenizer.vocabulary)
    func fail(_ problem: String) -> ModelError {
      ModelError(
        "\(candidate.file.path): \(problem), expected the vocabulary of \(reference.file.path)")
    }
    guard reference.vocabularySize == candidate.vocabularySize else {
      throw fail("found \(candidate.vocabularySize) logits instead of \(reference.vocabularySize)")
    }
    guard a.count == b.count else { throw fail("found \(b.count) tokens instead of \(a.count)") }
    for token in 0..<Int32(a.count) {
      let (x, y) = (
        reference.tokenizer.bytes(of: token, renderSpecial: true),
        candidate.tokenizer.bytes(of: token, renderSpecial: true)
      )
      guard x == y else {
        throw fail(
          "token \(token) is \(String(decoding: y, as: UTF8.self).debugDescription) instead of "
            + String(decoding: x, as: UTF8.self).debugDescription)
      }
    }
  }
}
