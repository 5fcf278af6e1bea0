import GGUF
import Inference

/// The published models that a file's tensors have the shapes of; those of one shape are told apart
/// by the context length.
struct PublishedModel: Sendable {
  /// What a file of a context length must have.
  struct Variant: Sendable {
    let name: String
    let contextLength: Int
    /// Positions before LongRoPE's long factors; as many as the context without factors.
    let originalContextLength: Int
    /// Positions that a query sees, 0 for all; nil where it is not certain.
    let slidingWindow: Int?
    /// The base of the rotation's frequencies; nil where it is not certain.
    let ropeBase: Float?
  }

  /// Models that have the file's shape, at least one.
  private let shapes: [ModelShape]

  /// The dimensions that all of them share.
  var shape: ModelShape { shapes[0] }

  /// The models' names.
  var name: String { Self.name(shapes) }

  /// Context lengths of the models, each once.
  var contextLengths: [Int] { Set(shapes.map(\.contextLength)).sorted() }

  /// The model of a context length.
  func variant(contextLength: Int?) -> Variant? {
    let matching = shapes.filter { $0.contextLength == contextLength }
    guard let first = matching.first else { return nil }
    return Variant(
      name: Self.name(matching), contextLength: first.contextLength,
      originalContextLength: first.originalContextLength ?? first.contextLength,
      // Windows wider than the context, as Phi-3.5-mini's, are none.
      slidingWindow: first.architecture == .phi3 ? first.slidingWindow ?? 0 : nil,
      ropeBase: Self.ropeBase(first))
  }

  /// The published model with a file's tensors.
  static func find(_ file: GGUFFile, _ architecture: Architecture) -> PublishedModel? {
    guard let embedding = file.tensor(named: "token_embd.weight")?.shape, embedding.count >= 2
    else { return nil }
    let down =
      file.tensor(named: "blk.0.ffn_down.weight")
      ?? file.tensor(named: "blk.0.ffn_down_exps.weight")
    let shapes = known.filter { shape in
      shape.architecture == architecture && embedding[0] == shape.embeddingLength
        && embedding[1] == shape.vocabularySize && down?.shape.first == shape.feedForwardLength
        && file.tensor(named: "blk.\(shape.blockCount - 1).attn_norm.weight") != nil
        && file.tensor(named: "blk.\(shape.blockCount).attn_norm.weight") == nil
    }
    return shapes.isEmpty ? nil : PublishedModel(shapes: shapes)
  }

  /// Shapes whose every number is certain: of the smaller mixtures, and of Llama's layout, the
  /// context and the rotation are not.
  private static let known = ModelShape.published.filter { shape in
    shape.architecture != .llama && !["phi-mini-moe", "phi-tiny-moe"].contains(shape.name)
  }

  /// `rope_theta` of the models' `config.json`, which a shape does not have.
  private static func ropeBase(_ shape: ModelShape) -> Float? {
    switch shape.name {
    case "phi-4": 250_000
    case "phi-4-reasoning": nil
    default: 10_000
    }
  }

  private static func name(_ shapes: [ModelShape]) -> String {
    shapes.map {
      $0.name.replacing("phi", with: "Phi").replacing("moe", with: "MoE")
    }.joined(separator: " or ")
  }
}
