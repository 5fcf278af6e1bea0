import Inference

/// The dimensions of a model, without its weights.
///
/// What a model's speed depends on: a file of this shape runs as fast as the published model, and
/// needs no download.
public struct ModelShape: Sendable, Equatable {
  /// The name under which it is asked for.
  public let name: String
  /// The graph.
  public let architecture: Architecture
  /// Transformer blocks.
  public var blockCount: Int
  /// Width of the hidden state.
  public let embeddingLength: Int
  /// Width of the feed-forward network, of one expert where there are experts.
  public let feedForwardLength: Int
  /// Query heads.
  public let headCount: Int
  /// Key and value heads.
  public let kvHeadCount: Int
  /// Values in a head.
  public let headSize: Int
  /// Rotated values of a head.
  public let rotaryDimensions: Int
  /// Tokens.
  public let vocabularySize: Int
  /// Positions.
  public let contextLength: Int
  /// Positions before LongRoPE's long factors; nil without factors.
  public var originalContextLength: Int?
  /// How many positions a query sees; nil for all.
  public var slidingWindow: Int?
  /// Whether the embedding is the output matrix too.
  public var isTied = false
  /// Experts in a block; 0 for a dense network.
  public var expertCount = 0
}

extension ModelShape {
  /// The shape of a name, in any case and with or without "instruct".
  public init?(named name: String) {
    let key = name.lowercased().replacing("-instruct", with: "")
    guard let shape = Self.published.first(where: { $0.name == key }) else { return nil }
    self = shape
  }

  /// The family's shapes, from the `config.json` of each published model, and SmolLM2's, which
  /// many programs are measured with.
  public static let published: [ModelShape] = [
    phi2("phi-1", blocks: 24, width: 2048, heads: 32),
    phi2("phi-1.5", blocks: 24, width: 2048, heads: 32),
    phi2("phi-2", blocks: 32, width: 2560, heads: 32),
    mini("phi-3-mini-4k", context: 4096, window: 2047),
    mini("phi-3-mini-128k", context: 131072),
    mini("phi-3.5-mini", context: 131072),
    medium("phi-3-medium-4k", vocabulary: 32064, context: 4096, window: 2047),
    medium("phi-3-medium-128k", vocabulary: 32064, context: 131072),
    medium("phi-4", vocabulary: 100_352, context: 16384),
    medium("phi-4-reasoning", vocabulary: 100_352, context: 32768),
    ModelShape(
      name: "phi-4-mini", architecture: .phi3, blockCount: 32, embeddingLength: 3072,
      feedForwardLength: 8192, headCount: 24, kvHeadCount: 8, headSize: 128,
      rotaryDimensions: 96, vocabularySize: 200_064, contextLength: 131072,
      originalContextLength: 4096, isTied: true),
    experts("phi-3.5-moe", inner: 6400, heads: 32, kvHeads: 8),
    experts("phi-mini-moe", inner: 960, heads: 32, kvHeads: 8),
    experts("phi-tiny-moe", inner: 448, heads: 16, kvHeads: 4),
    ModelShape(
      name: "smollm2-135m", architecture: .llama, blockCount: 30, embeddingLength: 576,
      feedForwardLength: 1536, headCount: 9, kvHeadCount: 3, headSize: 64, rotaryDimensions: 64,
      vocabularySize: 49152, contextLength: 8192, isTied: true),
  ]

  private static func phi2(_ name: String, blocks: Int, width: Int, heads: Int) -> ModelShape {
    ModelShape(
      name: name, architecture: .phi2, blockCount: blocks, embeddingLength: width,
      feedForwardLength: 4 * width, headCount: heads, kvHeadCount: heads, headSize: width / heads,
      rotaryDimensions: 32, vocabularySize: 51200, contextLength: 2048)
  }

  private static func mini(_ name: String, context: Int, window: Int? = nil) -> ModelShape {
    ModelShape(
      name: name, architecture: .phi3, blockCount: 32, embeddingLength: 3072,
      feedForwardLength: 8192, headCount: 32, kvHeadCount: 32, headSize: 96, rotaryDimensions: 96,
      vocabularySize: 32064, contextLength: context,
      originalContextLength: context > 4096 ? 4096 : nil, slidingWindow: window)
  }

  private static func medium(
    _ name: String, vocabulary: Int, context: Int, window: Int? = nil
  ) -> ModelShape {
    ModelShape(
      name: name, architecture: .phi3, blockCount: 40, embeddingLength: 5120,
      feedForwardLength: 17920, headCount: 40, kvHeadCount: 10, headSize: 128,
      rotaryDimensions: 128,
      vocabularySize: vocabulary, contextLength: context,
      originalContextLength: context == 131072 ? 4096 : nil, slidingWindow: window)
  }

  private static func experts(_ name: String, inner: Int, heads: Int, kvHeads: Int) -> ModelShape {
    ModelShape(
      name: name, architecture: .phimoe, blockCount: 32, embeddingLength: 4096,
      feedForwardLength: inner, headCount: heads, kvHeadCount: kvHeads, headSize: 128,
      rotaryDimensions: 128,
      vocabularySize: 32064, contextLength: 131072, originalContextLength: 4096, expertCount: 16)
  }
}
