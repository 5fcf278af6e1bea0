import Inference
import Kernels
import Platform

/// Rows of logits of two models, some at a time, which are compared on all threads.
final class ComparedRows {
  /// Rows in memory at once.
  static let group = 64

  /// Logits of a row.
  let vocabulary: Int
  private let parallel: Parallel
  private let reference: Buffer<Float>  // [row][vocabulary]
  private let candidate: Buffer<Float>  // [row][vocabulary]

  init(vocabulary: Int, options: SessionOptions) throws(MemoryError) {
    self.vocabulary = vocabulary
    parallel = Parallel(threads: max(1, options.threads ?? Parallel.processorCount))
    reference = try Buffer(count: Self.group * vocabulary, for: "logits")
    candidate = try Buffer(count: Self.group * vocabulary, for: "logits")
  }

  /// Reads tokens with the reference, and keeps the logits of all but the first ones.
  func readReference(_ tokens: [Int32], skipping skipped: Int, _ session: Session) throws {
    try read(tokens, skipped, session, into: reference)
  }

  /// Reads tokens with the candidate, and keeps the logits of all but the first ones.
  func readCandidate(_ tokens: [Int32], skipping skipped: Int, _ session: Session) throws {
    try read(tokens, skipped, session, into: candidate)
  }

  /// The reference's logits of a row, to be filled in.
  func referenceRow(_ row: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: reference.pointer + row * vocabulary, count: vocabulary)
  }

  /// Compares the rows.
  ///
  /// - Parameters:
  ///   - next: The token that follows each.
  ///   - floor: As for `TokenComparison`.
  /// - Returns: A comparison for each.
  func compare(_ next: [Int32], floor: Double? = nil) -> [TokenComparison] {
    let (reference, candidate, vocabulary) = (reference, candidate, vocabulary)
    return Array(unsafeUninitializedCapacity: next.count) { result, count in
      // Every row has a place of its own.
      nonisolated(unsafe) let result = result.baseAddress.unsafelyUnwrapped
      parallel(over: next.count) { row, _ in
        let start = row * vocabulary
        (result + row).initialize(
          to: TokenComparison(
            reference: UnsafeBufferPointer(start: reference.pointer + start, count: vocabulary),
            candidate: UnsafeBufferPointer(start: candidate.pointer + start, count: vocabulary),
            next: next[row], floor: floor))
      }
      count = next.count
    }
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
}
