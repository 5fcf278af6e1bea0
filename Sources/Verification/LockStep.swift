import Inference
import Kernels

/// Two models that read the same tokens, and what they say of each: in memory, with no file of
/// logits.
public final class LockStep {
  /// The one that is taken to be right.
  public let reference: Model
  /// The one that is judged.
  public let candidate: Model
  private let referenceSession: Session
  private let candidateSession: Session
  private let parallel: Parallel
  private var logits = Buffer<Float>(count: 0)  // [position][vocabulary], the reference's
  private var others = Buffer<Float>(count: 0)  // the candidate's

  /// Positions whose logits are in memory at once.
  private static let group = 64

  /// Two models.
  ///
  /// - Parameters:
  ///   - reference: The reference.
  ///   - candidate: A model of the same vocabulary.
  ///   - options: Threads, kernels, and the longest stretch as the context.
  /// - Throws: `ModelError` if the vocabularies differ; as `Session.init`.
  public init(
    reference: Model, candidate: Model, options: SessionOptions = SessionOptions()
  ) throws {
    try Self.check(reference, candidate)
    self.reference = reference
    self.candidate = candidate
    referenceSession = try Session(reference, options)
    candidateSession = try Session(candidate, options)
    parallel = Parallel(threads: max(1, options.threads ?? Parallel.processorCount))
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
    let size = reference.vocabularySize
    if logits.count == 0 {
      logits = Buffer(count: Self.group * size)
      others = Buffer(count: Self.group * size)
    }
    var result: [TokenComparison] = []
    for start in stride(from: 0, to: tokens.count - 1, by: Self.group) {
      let end = min(tokens.count - 1, start + Self.group)
      let skipped = max(0, first - start)
      let part = Array(tokens[start..<end])
      try read(part, skipped, referenceSession, into: logits)
      try read(part, skipped, candidateSession, into: others)
      let count = part.count - skipped
      guard count > 0 else { continue }
      result += compare(Array(tokens[start + skipped + 1..<end + 1]), size)
    }
    return result
  }

  private func read(
    _ tokens: [Int32], _ skipped: Int, _ session: Session, into buffer: Buffer<Float>
  ) throws {
    var row = 0
    try session.appendEach(tokens, skipping: skipped) { logits in
      (buffer.pointer + row * logits.count).update(
        from: logits.baseAddress.unsafelyUnwrapped, count: logits.count)
      row += 1
    }
  }

  /// Compares the rows in memory on all threads.
  private func compare(_ next: [Int32], _ size: Int) -> [TokenComparison] {
    let (logits, others) = (logits, others)
    return Array(unsafeUninitializedCapacity: next.count) { result, count in
      // Every row has a place of its own.
      nonisolated(unsafe) let result = result.baseAddress.unsafelyUnwrapped
      parallel(over: next.count) { row, _ in
        (result + row).initialize(
          to: TokenComparison(
            reference: UnsafeBufferPointer(start: logits.pointer + row * size, count: size),
            candidate: UnsafeBufferPointer(start: others.pointer + row * size, count: size),
            next: next[row]))
      }
      count = next.count
    }
  }

  /// The first difference of two vocabularies, as an error.
  private static func check(_ reference: Model, _ candidate: Model) throws {
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
