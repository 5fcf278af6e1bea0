import GGUF
import Kernels
import Tokenization

/// A model ready to run: numbers, weights and tokenizer of one file, none of which ever change.
///
/// Any number of sessions may run it at once.
public final class Model: Sendable {
  /// The mapped file that the weights lie in.
  public let file: GGUFFile
  /// The model's numbers.
  public let configuration: ModelConfiguration
  /// Text to tokens and back.
  public let tokenizer: Tokenizer
  /// What a person should know of the file, a line each: what in it was not used.
  public let notes: [String]
  /// The format of most weights that every token is multiplied with: those of the blocks.
  public let mainFormat: WeightFormat

  let graph: any ModelGraph
  let rotary: RotaryEmbedding

  /// Opens a file and checks that it can run.
  ///
  /// - Parameter path: A GGUF file, or the first of a split set.
  /// - Throws: `GGUFError` if the file is malformed, `TokenizerError` if its vocabulary is, and
  ///   `ModelError` if a tensor or key is missing, does not fit the others, or asks for a computation
  ///   that the runtime does not do.
  public convenience init(path: String) throws { try self.init(GGUFFile(path: path)) }

  /// Checks that an open file can run.
  ///
  /// - Parameter file: The file.
  /// - Throws: As `init(path:)`.
  public init(_ file: GGUFFile) throws {
    self.file = file
    let metadata = file.metadata.recording()
    configuration = try ModelConfiguration(metadata)
    (graph, rotary) = try configuration.graph(file)
    mainFormat = WeightFormat(mostOf: file)
    tokenizer = try Tokenizer(metadata)
    notes = try UnusedKeys.check(metadata, configuration)
    guard tokenizer.vocabulary.count <= graph.embeddings.rows else {
      throw ModelError(
        "\(file.path): token_embd.weight: expected \(tokenizer.vocabulary.count) rows, one for "
          + "each token, found \(graph.embeddings.rows)")
    }
  }

  /// The same model with other weights in the place of some.
  ///
  /// - Parameters:
  ///   - base: The model.
  ///   - tensors: Tensors of the model's names and shapes, in any format.
  ///   - owner: What keeps their bytes alive.
  /// - Throws: `ModelError` if a tensor does not fit the others.
  public init(
    _ base: Model, replacing tensors: [TensorView], keeping owner: any AnyObject & Sendable
  ) throws {
    file = GGUFFile(base.file, replacing: tensors, keeping: owner)
    configuration = base.configuration
    tokenizer = base.tokenizer
    notes = base.notes
    (graph, rotary) = try configuration.graph(file)
    mainFormat = WeightFormat(mostOf: file)
  }

  /// How many logits a token gives: the rows of the embedding, of which a file may have more than
  /// tokens.
  public var vocabularySize: Int { graph.output.matrix.rows }
}

extension ModelConfiguration {
  /// The architecture's weights, and its rotation.
  fileprivate func graph(_ file: GGUFFile) throws -> (any ModelGraph, RotaryEmbedding) {
    let reader = WeightReader(file)
    let graph: any ModelGraph =
      switch architecture {
      case .phi2: try Phi2(reader, self)
      case .phi3, .llama: try Phi3(reader, self)
      case .phimoe: try PhiMoE(reader, self)
      }
    let rotary = try RotaryEmbedding(reader, self)
    try reader.use.checkAll(of: file, architecture)
    return (graph, rotary)
  }
}

extension WeightFormat {
  /// The format of most weights of the blocks.
  fileprivate init(mostOf file: GGUFFile) {
    var counts: [WeightFormat: Int] = [:]
    for tensor in file.tensors where tensor.shape.count > 1 && tensor.name.hasPrefix("blk.") {
      guard let format = WeightFormat(tensor.type) else { continue }
      counts[format, default: 0] += tensor.shape.reduce(1, *)
    }
    // A dictionary has no order: of as many weights, the format with more bits.
    self = counts.max { ($0.value, $0.key.bits) < ($1.value, $1.key.bits) }?.key ?? .f32
  }
}

extension RotaryEmbedding {
  /// LongRoPE's two sets where the file has them, or Llama 3's one.
  init(_ reader: WeightReader, _ configuration: ModelConfiguration) throws {
    let half = configuration.rope.dimensions / 2
    func factors(_ name: String) throws -> Vector? {
      guard reader.has(name) else { return nil }
      let factors = try reader.vector(name, count: half)
      for index in 0..<half where !(factors.pointer[index] > 0 && factors.pointer[index].isFinite) {
        throw ModelError(
          "\(reader.file.path): \(name): found \(factors.pointer[index]), expected positive numbers"
        )
      }
      return factors
    }
    let (short, long) = ("rope_factors_short.weight", "rope_factors_long.weight")
    guard reader.has(short) == reader.has(long) else {
      let (missing, found) = reader.has(short) ? (long, short) : (short, long)
      throw ModelError("\(reader.file.path): \(missing) is missing, though \(found) is there")
    }
    self.init(
      configuration.rope, short: try factors(short) ?? factors("rope_freqs.weight"),
      long: try factors(long))
  }
}
