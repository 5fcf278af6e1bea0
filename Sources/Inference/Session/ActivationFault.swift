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

  /// Largest magnitude of a hidden state of some values that a norm can take.
  ///
  /// Beyond it the sum of squares may overflow: the norm then makes zeros of all values, and every
  /// token is as likely as any other. A layer norm squares differences, up to twice as large.
  static func hiddenLimit(width: Int) -> Float {
    (Float.greatestFiniteMagnitude / Float(4 * width)).squareRoot()
  }
}
