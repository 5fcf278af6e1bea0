import GGUF
import Inference
import Quantization

/// What a model's matrices are multiplied with on a text, by which an error in them counts.
public struct Activity: Sendable {
  /// What the squared errors of a tensor weigh.
  enum Weights {
    /// Mean squares of what the columns are multiplied with, `[expert][column]`.
    case columns([Float], rowsOfExpert: Int)
    /// How often a row is looked up, of all look-ups.
    case rows([Int32: Double])
  }

  private let importance: ImportanceMatrix
  private let frequencies: [Int32: Double]

  /// Runs a text through a model and observes.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - stretches: The text, in stretches that are read each on its own.
  ///   - options: Threads and kernels.
  ///   - progress: Is told how many of how many stretches are done; false ends the run.
  /// - Throws: As `ImportanceCollector`.
  public init(
    of model: Model, over stretches: [[Int32]], options: SessionOptions = SessionOptions(),
    progress: (Int, Int) -> Bool = { _, _ in true }
  ) throws {
    let collector = try ImportanceCollector(
      model, chunkLength: stretches.map(\.count).max() ?? 1, options: options, includesOutput: true)
    importance = try collector.collect(stretches, dataset: "text", progress: progress)
    let tokens = stretches.reduce(0) { $0 + $1.count }
    var counts: [Int32: Int] = [:]
    for token in stretches.joined() { counts[token, default: 0] += 1 }
    frequencies = counts.mapValues { Double($0) / Double(max(1, tokens)) }
  }

  /// What the squared errors of a tensor weigh; nil if the text says nothing of it.
  func weights(for tensor: TensorView) throws -> Weights? {
    guard tensor.shape.count > 1 else { return nil }
    if let squares = try importance.weights(for: tensor.name, shape: tensor.shape) {
      return .columns(squares, rowsOfExpert: max(1, tensor.shape[1]))
    }
    // An embedding of its own is looked up, never multiplied with.
    return tensor.name == "token_embd.weight" ? .rows(frequencies) : nil
  }

  /// Mean squares by column, for an encoder.
  func squares(for tensor: TensorView) throws -> [Float]? {
    try importance.weights(for: tensor.name, shape: tensor.shape)
  }
}
