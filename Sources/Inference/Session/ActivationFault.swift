/// Activations that are no numbers, or too large for the cache.
struct ActivationFault: Sendable {
  /// Where in a block they come from.
  enum Stage: String, Sendable {
    case embedding = "the embedding"
    case projection = "the queries, keys and values"
    case cache = "the keys and values"
    case attention = "attention"
    case router = "the router"
    case feedForward = "the feed-forward network"
    case hidden = "the hidden state"
  }

  /// The block; nil for the embedding before the first one.
  let block: Int?
  let stage: Stage
  /// The first value that is none.
  let value: Float

  /// Largest magnitude that a half-precision float holds after rounding.
  static let halfLimit = Float(65520).nextDown
}
