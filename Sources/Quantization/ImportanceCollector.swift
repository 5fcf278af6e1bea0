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
    let sums: Buffer<Double>  // [expert][column]
    var counts: [Double]

    init?(_ tensor: TensorView) throws(MemoryError) {
      guard let start = tensor.bytes.baseAddress else { return nil }
      let experts = tensor.shape.count > 2 ? max(1, tensor.shape[2]) : 1
      name = tensor.name
      self.start = start
      columns = tensor.shape[0]
      expertBytes = tensor.bytes.count / experts
      sums = try Buffer(count: columns * experts, for: "the importance of \(name)")
      counts = Array(repeating: 0, count: experts)
    }
  }

  private let session: Session
  private var targets: [Target]  // by address
  private let chunkLength: Int
  private let includesOutput: Bool

  /// A collector.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - chunkLength: Tokens that are read together, each stretch on its own.
  ///   - options: Threads and kernels.
  ///   - includesOutput: Whether every matrix that the model multiplies with is measured, the output
  ///     after each token and routers too; files for quantizing have neither.
  /// - Throws: As `Session.init`.
  public init(
    _ model: Model, chunkLength: Int = 512, options: SessionOptions = SessionOptions(),
    includesOutput: Bool = false
  ) throws {
    self.includesOutput = includesOutput
    self.chunkLength = min(chunkLength, model.configuration.contextLength)
    var options = options
    options.contextLength = self.chunkLength
    session = try Session(model, options)
    targets = try model.file.tensors.filter {
      includesOutput
        ? $0.shape.count > 1
        : MixRules.isQuantized(name: $0.name, shape: $0.shape) && $0.name.hasPrefix("blk.")
    }.compactMap { try Target($0) }.sorted { $0.start < $1.start }
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
    let stretches = (0..<count).lazy.map { [chunkLength] chunk in
      var part = Array(tokens[chunk * chunkLength..<(chunk + 1) * chunkLength])
      if vocabulary.addsBOS, let bos = vocabulary.bos { part[0] = bos }
      return part
    }
    return try collect(stretches, dataset: dataset, progress: progress)
  }

  /// Runs stretches of text as they are and returns what was measured.
  ///
  /// - Parameters:
  ///   - stretches: The text; each stretch is at most as long as a chunk.
  ///   - dataset: What to call it.
  ///   - progress: Is told after each stretch how many of how many are done; false ends the run,
  ///     and what was measured so far is returned.
  /// - Returns: Sums over all stretches.
  /// - Throws: As `Session.append`, which refuses activations that are no numbers;
  ///   `QuantizationError` if a matrix's sums overflow.
  public func collect(
    _ stretches: some Collection<[Int32]>, dataset: String,
    progress: (Int, Int) -> Bool = { _, _ in true }
  ) throws -> ImportanceMatrix {
    session.observeProducts { [self] matrix, x, tokens in observe(matrix, x, tokens) }
    defer { session.observeProducts(nil) }
    var done = 0
    for part in stretches {
      session.rewind(to: 0)
      if includesOutput {
        try session.appendEach(part) { _ in }
      } else {
        try session.append(part)
      }
      done += 1
      guard progress(done, stretches.count) else { break }
    }
    let entries = try targets.compactMap { target -> (String, ImportanceMatrix.Entry)? in
      guard target.counts.contains(where: { $0 > 0 }) else { return nil }
      let entry = ImportanceMatrix.Entry(
        sums: (0..<target.sums.count).map { Float(target.sums.pointer[$0]) },
        counts: target.counts.map(Float.init))
      if let problem = entry.problem {
        throw QuantizationError("\(session.model.file.path): \(target.name): \(problem)")
      }
      return (target.name, entry)
    }
    return ImportanceMatrix(
      entries: Dictionary(uniqueKeysWithValues: entries), datasets: [dataset], chunkCount: done,
      chunkLength: chunkLength)
  }

  private func observe(_ matrix: Matrix, _ x: UnsafePointer<Float>, _ tokens: Int) {
    guard let index = index(of: matrix.weights) else { return }
    let columns = targets[index].columns
    let expert = (matrix.weights - targets[index].start) / targets[index].expertBytes
    targets[index].counts[expert] += Double(tokens)
    let sums = targets[index].sums.pointer + expert * columns
    for token in 0..<tokens {
      let row = x + token * columns
      for column in 0..<columns { sums[column] += Double(row[column]) * Double(row[column]) }
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
