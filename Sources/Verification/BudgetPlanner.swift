import Foundation
import GGUF
import Inference
import Kernels
import Quantization

/// Chooses the format of every matrix so that the model diverges least from itself for a number of
/// bytes.
///
/// Each matrix is put into the model alone in a coarse format, and the divergence measured over a
/// text. Divergence grows with the square of the weights' error, so the error of every other format
/// on the same matrix, weighted by what its columns are multiplied with, gives that format's cost.
/// Costs of different matrices add up, and the cheapest choice within the budget lies on the
/// matrices' convex hulls.
public final class BudgetPlanner {
  /// What a format would cost a matrix.
  public struct Choice: Sendable, Equatable {
    /// The format.
    public let type: TensorType
    /// Bytes of the matrix.
    public let bytes: Int
    /// Divergence that it is expected to add, in nats.
    public let cost: Double
  }

  /// A matrix, and what it may become.
  public struct Candidate: Sendable {
    /// The matrix.
    public let name: String
    /// By bytes, costs falling: the convex hull of all formats.
    public let choices: [Choice]
  }

  private static let formats: [TensorType] = [
    .q2_K, .q3_K, .q4_K, .iq4_XS, .q5_K, .q6_K, .q8_0, .q4_0, .iq4_NL, .q5_0, .q5_1, .f16,
  ]

  private let probe: DivergenceProbe
  private let importance: ImportanceMatrix
  private let threads: Int
  private let effort: EncodingEffort

  /// A planner for the probe's reference.
  ///
  /// - Parameters:
  ///   - probe: The reference and the text to measure on.
  ///   - importance: The reference's importance matrix.
  ///   - threads: Threads.
  ///   - effort: How thoroughly the nearest codes are searched, here and later.
  public init(
    _ probe: DivergenceProbe, importance: ImportanceMatrix, threads: Int, effort: EncodingEffort
  ) {
    self.probe = probe
    self.importance = importance
    self.threads = threads
    self.effort = effort
  }

  /// Measures what formats cost every matrix of the reference.
  ///
  /// - Parameter progress: Is told how many of how many matrices are done, and stops by throwing.
  /// - Returns: The matrices in the file's order.
  /// - Throws: What is wrong with the weights, or what `progress` threw.
  public func measure(progress: (Int, Int) throws -> Void = { _, _ in }) throws -> [Candidate] {
    let file = probe.reference.file
    let matrices = file.tensors.filter { MixRules.isQuantized(name: $0.name, shape: $0.shape) }
    return try matrices.enumerated().map { index, tensor in
      try progress(index, matrices.count)
      return try candidate(StoredTensor(tensor, in: file))
    }
  }

  /// Bytes of a matrix in the smallest format that it can have.
  public static func leastBytes(of shape: [Int]) -> Int {
    formats.map { type in
      TensorDescription(
        name: "", type: MixRules.fitting(type, columns: shape.first ?? 1), shape: shape
      ).byteCount
    }.min() ?? 0
  }

  /// The formats of least cost whose bytes together are within a budget.
  ///
  /// - Parameters:
  ///   - candidates: The matrices.
  ///   - bytes: The budget for all of them.
  /// - Returns: A format for each matrix; nil if even the smallest formats take more.
  public static func choose(_ candidates: [Candidate], bytes: Int) -> [String: TensorType]? {
    var picks = candidates.map { _ in 0 }
    var left = bytes - candidates.reduce(0) { $0 + ($1.choices.first?.bytes ?? 0) }
    guard left >= 0 else { return nil }
    // On convex hulls, the best next step anywhere is the steepest: divergence saved for a byte.
    var blocked: Set<Int> = []
    while true {
      var best: (matrix: Int, gain: Double, bytes: Int)?
      for (index, candidate) in candidates.enumerated()
      where !blocked.contains(index) && picks[index] + 1 < candidate.choices.count {
        let (now, next) = (candidate.choices[picks[index]], candidate.choices[picks[index] + 1])
        let gain = (now.cost - next.cost) / Double(next.bytes - now.bytes)
        if gain > best?.gain ?? 0 { best = (index, gain, next.bytes - now.bytes) }
      }
      guard let best else { break }
      if best.bytes <= left {
        left -= best.bytes
        picks[best.matrix] += 1
      } else {
        blocked.insert(best.matrix)
      }
    }
    return Dictionary(
      uniqueKeysWithValues: zip(candidates, picks).map { ($0.name, $0.choices[$1].type) })
  }

  private func candidate(_ source: StoredTensor) throws -> Candidate {
    let columns = source.shape[0]
    let weights =
      try importance.weights(for: source.name, shape: source.shape)
    let coarse = MixRules.fitting(.q3_K, columns: columns)
    let types = Set(Self.formats.map { MixRules.fitting($0, columns: columns) })
    let divergence = try divergence(of: source, as: coarse, weights)
    let error = FormatError(effort: effort)
    let coarseError = try error.squares(of: source, as: coarse, weights).noise
    let scale = coarseError == 0 ? 0 : divergence / coarseError
    // A format that cannot hold the matrix's largest values is no choice.
    let choices = try types.map { type in
      Choice(
        type: type, bytes: source.description(as: type).byteCount,
        cost: scale * (try error.squares(of: source, as: type, weights).noise))
    }.filter(\.cost.isFinite)
    guard !choices.isEmpty else {
      throw QuantizationError("\(source.name): no format holds its values")
    }
    return Candidate(name: source.name, choices: Self.hull(choices))
  }

  /// What the coarse format alone does to the model.
  private func divergence(
    of source: StoredTensor, as type: TensorType, _ weights: [Float]?
  ) throws -> Double {
    let encoded = try EncodedTensor(
      .init(source, as: type, importance: weights), threads: threads, effort: effort)
    let model = try Model(probe.reference, replacing: [encoded.view], keeping: encoded)
    return try probe.divergence(of: model)
  }

  /// Choices that no mixture of others beats, by bytes.
  private static func hull(_ choices: [Choice]) -> [Choice] {
    var hull: [Choice] = []
    for choice in choices.sorted(by: { ($0.bytes, $0.cost) < ($1.bytes, $1.cost) }) {
      if let last = hull.last, choice.cost >= last.cost { continue }
      func slope(_ a: Choice, _ b: Choice) -> Double {
        (a.cost - b.cost) / Double(b.bytes - a.bytes)
      }
      while hull.count > 1,
        slope(hull[hull.count - 2], hull[hull.count - 1]) <= slope(hull[hull.count - 1], choice)
      {
        hull.removeLast()
      }
      hull.append(choice)
    }
    return hull
  }
}
