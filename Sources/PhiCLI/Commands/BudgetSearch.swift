import Foundation
import Kernels
import Phidelity

/// The formats that `phi quantize --budget` chooses.
struct BudgetSearch {
  private let file: GGUFFile
  private let arguments: Arguments
  private let threads: Int

  init(_ file: GGUFFile, _ arguments: Arguments) throws {
    self.file = file
    self.arguments = arguments
    threads = try arguments.int("threads", in: 1...1024) ?? Parallel.processorCount
  }

  /// Whether a budget was given.
  static func isWanted(_ arguments: Arguments) -> Bool {
    arguments.has("budget") || arguments.has("bits")
  }

  /// Measures the model and chooses.
  func options() throws -> QuantizationPlan.Options {
    try withProgress(options)
  }

  private func options(_ line: ProgressLine) throws -> QuantizationPlan.Options {
    let budget = try budget()
    func show(_ text: String) throws {
      guard !Interrupt.shared.isRequested else { throw CancellationError() }
      line.update(text)
    }
    try check(budget)
    let model = ModelOptions.told(try Model(file))
    var session = try ModelOptions.measuring(arguments)
    session.threads = threads
    let stretches = try stretches(model, session) {
      try show("writing text: \($0) of \($1) tokens")
    }
    let importance = try importance(model, stretches, session)
    let probe = try DivergenceProbe(model, over: stretches, options: session) {
      try show("reading text: \($0) of \($1) stretches")
    }
    let planner = BudgetPlanner(
      probe, importance: importance, threads: threads, effort: try QuantizeOptions.effort(arguments)
    )
    let candidates = try planner.measure { try show("measuring: \($0) of \($1) matrices") }
    guard let types = BudgetPlanner.choose(candidates, bytes: budget) else {
      throw tooSmall(candidates.reduce(0) { $0 + ($1.choices.first?.bytes ?? 0) })
    }
    let cost = candidates.reduce(0.0) { sum, candidate in
      sum + (candidate.choices.first { $0.type == types[candidate.name] }?.cost ?? 0)
    }
    line.finish()
    StandardError.write(
      String(format: "expected divergence %.3g nats, measured on ", cost)
        + "\(probe.positions) tokens\n")
    var options = QuantizationPlan.Options(Self.mix(of: types, file))
    options.types = types
    options.importance = importance
    return options
  }

  private var matrices: [TensorView] {
    file.tensors.filter { MixRules.isQuantized(name: $0.name, shape: $0.shape) }
  }

  /// Bytes for all matrices: the budget without everything else.
  private func budget() throws -> Int {
    if let bits = try arguments.float("bits", in: 1...32) {
      return Int(Double(bits) / 8 * Double(matrices.reduce(0) { $0 + $1.elementCount }))
    }
    return (try QuantizeOptions.size(arguments, "budget") ?? 0) - overhead
  }

  /// Bytes of the file beside the matrices: head, norms, padding.
  private var overhead: Int {
    let matrices = matrices
    let names = Set(matrices.map(\.name))
    let others = file.tensors.map { tensor in
      TensorDescription(
        name: tensor.name, type: tensor.type,
        shape: names.contains(tensor.name) ? [0] : tensor.shape)
    }
    // Every matrix may be padded to the alignment.
    return GGUFWriter.size(metadata: file.metadata.entries, tensors: others) + 64 * matrices.count
      + 1024
  }

  /// Refuses, before anything is measured, a budget below the smallest formats.
  private func check(_ budget: Int) throws {
    let least = matrices.reduce(0) { sum, matrix in
      sum + BudgetPlanner.leastBytes(of: matrix.shape)
    }
    guard budget >= least else { throw tooSmall(least) }
  }

  /// The error about a budget below what the matrices take at least.
  private func tooSmall(_ least: Int) -> QuantizationError {
    if let bits = arguments.string("bits") {
      let values = matrices.reduce(0) { $0 + $1.elementCount }
      return QuantizationError(
        "--bits: the matrices take at least "
          + String(format: "%.2f", Double(least) * 8 / Double(max(1, values)))
          + " bits a weight, found '\(bits)'")
    }
    return QuantizationError(
      "--budget: the file takes at least \(Bytes.text(least + overhead)) "
        + "(\(least + overhead) bytes), found '\(arguments.string("budget") ?? "")'")
  }

  /// The text to measure on: a file's, or the model's own.
  private func stretches(
    _ model: Model, _ session: SessionOptions, progress: (Int, Int) throws -> Void
  ) throws -> [[Int32]] {
    let count = try arguments.int("probe-tokens", in: 16...1 << 16) ?? 512
    guard let path = arguments.string("text") else {
      return try SelfText.stretches(of: model, tokens: count, options: session, progress: progress)
    }
    let tokens = model.tokenizer.encode(try InputText.read(path, as: .measured))
    guard tokens.count > 1 else {
      throw QuantizationError(
        "\(path): found \(tokens.count) tokens, expected a text to measure on")
    }
    let length = min(256, tokens.count, model.configuration.contextLength)
    let available = tokens.count / length
    let wanted = min(available, max(1, count / length))
    // From everywhere in the text.
    return (0..<wanted).map { index in
      let start = index * available / wanted * length
      return Array(tokens[start..<start + length])
    }
  }

  /// The importance matrix given, or one measured on the text.
  private func importance(
    _ model: Model, _ stretches: [[Int32]], _ session: SessionOptions
  ) throws -> ImportanceMatrix {
    if let path = arguments.string("imatrix") { return try ImportanceMatrix(path: path) }
    let length = stretches.map(\.count).min() ?? 2
    let collector = try ImportanceCollector(model, chunkLength: length, options: session)
    return try collector.collect(
      stretches.flatMap { $0.prefix(length) }, dataset: arguments.string("text") ?? "own text")
  }

  /// The mix to name the file by: the one whose base takes the most bytes.
  private static func mix(of types: [String: TensorType], _ file: GGUFFile) -> Mix {
    var bytes: [TensorType: Int] = [:]
    for tensor in file.tensors {
      guard let type = types[tensor.name] else { continue }
      bytes[type, default: 0] +=
        TensorDescription(name: tensor.name, type: type, shape: tensor.shape).byteCount
    }
    let most = bytes.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key
    return Mix.allCases.last { $0.base == most } ?? .f16
  }
}
