/// How far the candidate's hidden state has drifted from the reference's after a layer, over the
/// tokens of a text.
public struct LayerDrift: Sendable, Equatable {
  /// The block; nil for the embedding, before the first one.
  public let block: Int?
  /// Root of the mean, over tokens, of the squared error's norm over the reference's.
  ///
  /// Each token counts alike, though a few have hidden states a thousand times as large as others.
  public let relativeError: Double
  /// Mean cosine of both hidden states.
  public let cosine: Double
  /// The relative error that the layer makes alone: the candidate's layer on the reference's hidden
  /// state.
  public let added: Double

  /// GGUF's name: `blk.N`, or `token_embd`.
  public var name: String { block.map { "blk.\($0)" } ?? "token_embd" }
}
