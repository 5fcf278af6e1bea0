import Inference

/// What the configuration classes of `transformers` 5.24 take where a `config.json` leaves a key out.
struct ConfigurationDefaults: Sendable {
  var vocabularySize = 32064
  var embeddingLength = 4096
  var feedForwardLength = 8192
  var blockCount = 32
  var headCount = 32
  /// Heads of keys and values; nil for as many as heads of queries.
  var kvHeadCount: Int?
  var contextLength = 4096
  var normEpsilon = 1e-5
  var ropeBase = 10_000.0
  /// The share of a head that is rotated.
  var rotaryShare = 1.0

  init(_ architecture: Architecture) {
    switch architecture {
    case .phi2:
      vocabularySize = 51200
      embeddingLength = 2048
      blockCount = 24
      contextLength = 2048
      rotaryShare = 0.5
    case .phi3:
      embeddingLength = 3072
    case .phimoe:
      feedForwardLength = 6400
      kvHeadCount = 8
      contextLength = 4096 * 32
      ropeBase = 1_000_000
    case .llama:
      vocabularySize = 32000
      feedForwardLength = 11008
      contextLength = 2048
      normEpsilon = 1e-6
    }
  }

  /// `original_max_position_embeddings` of Phi-3's class.
  static let phi3OriginalContextLength = 4096
}
