import Inference
import Kernels

/// A reference's logits over a text, kept in memory, against which candidates are measured.
public final class DivergenceProbe {
  /// The reference.
  public let reference: Model
  /// The text, in stretches that are read each on its own.
  public let stretches: [[Int32]]
  private let options: SessionOptions
  private let logits: Buffer<Float>  // [position][vocabulary]

  /// Runs the reference over a text.
  ///
  /// - Parameters:
  ///   - reference: The reference.
  ///   - stretches: The text; of each stretch, all positions but the last are compared.
  ///   - options: Threads and kernels.
  ///   - progress: Is told after each stretch how many of how many are done, and stops by throwing.
  /// - Throws: As `Session.init` and `Session.append`.
  public init(
    _ reference: Model, over stretches: [[Int32]], options: SessionOptions = SessionOptions(),
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    self.reference = reference
    self.stretches = stretches.filter { $0.count > 1 }
    var options = options
    options.contextLength = stretches.map(\.count).max() ?? 1
    self.options = options
    let positions = self.stretches.reduce(0) { $0 + $1.count - 1 }
    let size = reference.vocabularySize
    logits = try Buffer(count: positions * size, for: "the reference's logits")
    let session = try Session(reference, options)
    var position = 0
    for (index, stretch) in self.stretches.enumerated() {
      session.rewind(to: 0)
      try session.appendEach(Array(stretch.dropLast())) { row in
        (logits.pointer + position * size).update(from: row.baseAddress!, count: size)
        position += 1
      }
      try progress(index + 1, self.stretches.count)
    }
  }

  /// Positions that are compared.
  public var positions: Int { logits.count / reference.vocabularySize }

  /// Runs a candidate over the text and compares every position.
  ///
  /// - Parameters:
  ///   - candidate: A model with the reference's vocabulary.
  ///   - progress: Is told after each stretch how many of how many are done, and stops by throwing.
  /// - Returns: The comparisons, in the text's order.
  /// - Throws: As `Session.init` and `Session.append`.
  public func compare(
    _ candidate: Model, progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> [TokenComparison] {
    let size = reference.vocabularySize
    let session = try Session(candidate, options)
    var result: [TokenComparison] = []
    result.reserveCapacity(positions)
    for (index, stretch) in stretches.enumerated() {
      session.rewind(to: 0)
      var place = 0
      try session.appendEach(Array(stretch.dropLast())) { row in
        place += 1
        result.append(
          TokenComparison(
            reference: UnsafeBufferPointer(
              start: logits.pointer + result.count * size, count: size),
            candidate: UnsafeBufferPointer(row), next: stretch[place]))
      }
      try progress(index + 1, stretches.count)
    }
    return result
  }

  /// The mean divergence of a candidate, in nats.
  ///
  /// - Parameters:
  ///   - candidate: A model with the reference's vocabulary.
  ///   - progress: Is told after each stretch how many of how many are done, and stops by throwing.
  /// - Returns: The mean over all positions.
  /// - Throws: As `compare`.
  public func divergence(
    of candidate: Model, progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> Double {
    let comparisons = try compare(candidate, progress: progress)
    return comparisons.reduce(0) { $0 + $1.divergence } / Double(max(1, comparisons.count))
  }
}
