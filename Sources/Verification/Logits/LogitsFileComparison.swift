import GGUF
import Inference

/// A candidate that reads the text of a file of logits, held against what the file says.
///
/// The file keeps 16 bits of each logarithm, so that even the model that wrote it diverges from it,
/// by some 0.0005.
public final class LogitsFileComparison {
  /// The reference's logits.
  public let file: LogitsFile
  /// The model that is judged.
  public let candidate: Model
  private let session: Session
  private let rows: ComparedRows

  /// A candidate and a file.
  ///
  /// - Parameters:
  ///   - file: The reference's logits.
  ///   - candidate: A model of the same vocabulary.
  ///   - options: Threads and kernels.
  /// - Throws: `GGUFError` if the model cannot read the file's tokens; as `Session.init`.
  public init(
    _ file: LogitsFile, candidate: Model, options: SessionOptions = SessionOptions()
  ) throws {
    try file.check(candidate)
    self.file = file
    self.candidate = candidate
    var options = options
    options.contextLength = file.length
    session = try Session(candidate, options)
    rows = try ComparedRows(vocabulary: file.vocabularySize, options: options)
  }

  /// Compares a stretch of the file.
  ///
  /// - Parameter stretch: Which one.
  /// - Returns: The comparisons of its second half but for the last position.
  /// - Throws: `GGUFError` for what is wrong in the file; as `Session.append`.
  public func compare(_ stretch: Int) throws -> [TokenComparison] {
    var tokens = try file.tokens(stretch)
    let vocabulary = candidate.tokenizer.vocabulary
    if vocabulary.addsBOS, let bos = vocabulary.bos { tokens[0] = bos }
    session.rewind(to: 0)
    session.minimumLength = tokens.count
    var result: [TokenComparison] = []
    // In the parts of `LockStep`, so that the candidate says the same to the last bit.
    for start in stride(from: 0, to: tokens.count - 1, by: ComparedRows.group) {
      let end = min(tokens.count - 1, start + ComparedRows.group)
      let skipped = min(end - start, max(0, file.first - start))
      try rows.readCandidate(Array(tokens[start..<end]), skipping: skipped, session)
      for row in start + skipped..<end {
        try file.read(
          row: row - file.first, of: stretch, into: rows.referenceRow(row - start - skipped))
      }
      guard start + skipped < end else { continue }
      result += rows.compare(
        Array(tokens[start + skipped + 1..<end + 1]), floor: StoredLogits.floor)
    }
    return result
  }
}
