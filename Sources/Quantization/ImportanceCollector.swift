import GGUF
import Inference
import Kernels

/// Measures a model's importance matrix: runs a text through it and sums the squares of what its
/// matrices are multiplied with.
public final class ImportanceCollector {
  /// A matrix of the model in memory.
  private struct Target {
    let name: String
    let start: UnsafeRawPointer
    let expertBytes: Int
    let columns: Int
    var sums: [Double]
    var counts: [Double]
  }

  private let session: Session
  private var targets: [Target]  // by address
  private let chunkLength: Int

  /// A collector.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - chunkLength: Tokens that are read together, each stretch on its own.
  ///   - options: Threads and kernels.
  /// - Throws: As `Session.init`.
  public init(
    _ model: Model, chunkLength: Int = 512, options: SessionOptions = SessionOptions()
  ) throws {
    self.chunkLength = min(chunkLength, model.configuration.contextLength)
    var options = options
    options.contextLength = self.chunkLength
    session = try Session(model, options)
    targets = model.file.tensors.compactMap(Self.target).sorted { $0.start < $1.start }
  }

  /// Runs a text and returns what was measured.
  ///
  /// - Parameters:
  ///   - tokens: The text.
  ///   - dataset: What to call it.
  ///   - maximumChunks: How many stretches to read at most.
  ///   - progress: Is told after each stretch how many of how many are done; false ends the run,
  ///     and what was measured so far is returned.
  /// - Returns: Sums over all stretches.
  /// - Throws: `QuantizationError` if the text is shorter than a stretch.
  public func collect(
    _ tokens: [Int32], dataset: String, maximumChunks: Int = .max,
    progress: (Int, Int) -> Bool = { _, _ in true }
  ) throws -> ImportanceMatrix {
    let count = min(tokens.count / chunkLength, maximumChunks)
    guard count > 0 else {
      throw QuantizationError(
        "\(dataset): found \(tokens.count) tokens, expected at least \(chunkLength)")
    }
    let vocabulary = session.model.tokenizer.vocabulary
    session.observeProducts { [self] matrix, x, tokens in observe(matrix, x, tokens) }
    defer { session.observeProducts(nil) }
    var done = 0
    for chunk in 0..<count {
      var part = Array(tokens[chunk * chunkLength..<(chunk + 1) * chunkLength])
      if vocabulary.addsBOS, let bos = vocabulary.bos { part[0] = bos }
      session.rewind(to: 0)
      try session.append(part)
      done += 1
      guard progress(done, count) else { break }
    }
    let entries = targets.compactMap { target -> (String, ImportanceMatrix.Entry)? in
      guard target.counts.contains(where: { $0 > 0 }) else { return nil }
      return (
        target.name,
        ImportanceMatrix.Entry(
          sums: target.sums.map(Float.init), counts: target.counts.map(Float.init))
      )
    }
    return ImportanceMatrix(
      entries: Dictionary(uniqueKeysWithValues: entries), datasets: [dataset], chunkCount: done,
      chunkLength: chunkLength)
  }

  /// The model's quantizable matrices but for the embedding and the output.
  private static func target(_ tensor: TensorView) -> Target? {
    guard MixRules.isQuantized(name: tensor.name, shape: tensor.shape),
      tensor.name.hasPrefix("blk."), let start = tensor.bytes.baseAddress
    else { return nil }
    let experts = tensor.shape.count > 2 ? tensor.shape[2] : 1
    let columns = tensor.shape[0]
    return Target(
      name: tensor.name, start: start, expertBytes: tensor.bytes.count / experts, columns: columns,
      sums: Array(repeating: 0, count: columns * experts),
      counts: Array(repeating: 0, count: experts))
  }

  private func observe(_ matrix: Matrix, _ x: UnsafePointer<Float>, _ tokens: Int) {
    guard let index = index(of: matrix.weights) else { return }
    let columns = targets[index].columns
    let expert = (matrix.weights - targets[index].start) / targets[index].expertBytes
    targets[index].counts[expert] += Double(tokens)
    targets[index].sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums.baseAddress.unsafelyUnwrapped + expert * columns
      for token in 0..<tokens {
        let row = x + token * columns
        for column in 0..<columns {
          sums[column] += Double(row[column]) * Double(row[column])
        }
      }
    }
  }

  /// The target that an address lies in, found by halving.
  private func index(of address: UnsafeRawPointer) -> Int? {
    var (low, high) = (0, targets.count)
    while low < high {
      let middle = (low + high) / 2
      if targets[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let target = targets[low - 1]
    return address < target.start + target.expertBytes * target.counts.count ? low - 1 : nil
  }
}
