import GGUF
import Tokenization

/// A vocabulary on its way from a model's files to GGUF.
struct ConvertedVocabulary {
  /// How texts are split and merged.
  enum Model {
    /// By scores.
    case sentencePiece(addsSpacePrefix: Bool)
    /// By a list of merges.
    case bytePair(preTokenizer: String, merges: [String])
  }

  /// How texts are split and merged.
  let model: Model
  private(set) var texts: [[UInt8]]
  private(set) var scores: [Float]
  private(set) var kinds: [TokenKind]

  /// A vocabulary of a size in which no token is used yet.
  init(_ model: Model, count: Int) {
    self.model = model
    texts = (0..<count).map { Array("[PAD\($0)]".utf8) }
    scores = [Float](repeating: -10000, count: count)
    kinds = [TokenKind](repeating: .unused, count: count)
  }

  /// Puts a token in its place; there is no room for ids beyond the model's embedding.
  mutating func set(_ id: Int, _ text: [UInt8], _ kind: TokenKind, score: Float = -1000) {
    guard texts.indices.contains(id) else { return }
    texts[id] = text
    kinds[id] = kind
    scores[id] = score
  }

  /// Puts the tokens beside the trained ones in their places.
  mutating func set(_ added: [TokenizerFiles.Added]) {
    for token in added {
      set(token.id, Array(token.text.utf8), token.isSpecial ? .control : .userDefined)
    }
  }

  /// The token with a text, if it is in use.
  func id(of text: String) -> Int? {
    let text = Array(text.utf8)
    return texts.indices.first { texts[$0] == text && kinds[$0] != .unused }
  }

  /// The token for what no piece spells, if the vocabulary has one.
  var unknown: Int? { kinds.firstIndex(of: .unknown) }

  /// The keys of the vocabulary itself.
  var metadata: [(key: String, value: MetadataValue)] {
    let types = MetadataValue.integers(kinds.map { Int32($0.rawValue) })
    switch model {
    case .sentencePiece(let addsSpacePrefix):
      return [
        ("tokenizer.ggml.model", .text("llama")), ("tokenizer.ggml.pre", .text("default")),
        ("tokenizer.ggml.tokens", .strings(texts)), ("tokenizer.ggml.scores", .floats(scores)),
        ("tokenizer.ggml.token_type", types),
        ("tokenizer.ggml.add_space_prefix", .bool(addsSpacePrefix)),
      ]
    case .bytePair(let preTokenizer, let merges):
      return [
        ("tokenizer.ggml.model", .text("gpt2")), ("tokenizer.ggml.pre", .text(preTokenizer)),
        ("tokenizer.ggml.tokens", .strings(texts)), ("tokenizer.ggml.token_type", types),
        ("tokenizer.ggml.merges", .strings(merges)),
      ]
    }
  }
}
