import GGUF
import Tokenization

/// A vocabulary on its way from a model's files to GGUF.
struct ConvertedVocabulary {
  /// How texts are split and merged.
  enum Model {
    /// By scores, with a space before texts or none.
    case sentencePiece(SpacePrefix?)
    /// By a list of merges.
    case bytePair(preTokenizer: String, merges: [String])
  }

  /// How texts are split and merged.
  let model: Model
  private(set) var texts: [[UInt8]]
  private(set) var scores: [Float]
  private(set) var kinds: [TokenKind]
  /// How tokens beside the trained ones are found in a text, where the files say it.
  var flags: [Int: TokenFlags] = [:]
  /// Whether a word that is a piece is taken whole, whatever the merges say.
  var takesWholeWords = false
  /// The score of pieces that no merge makes.
  var lowestScore: Float = 0
  /// What the files say and is not kept, each in one line.
  var notes: [String] = []

  /// A vocabulary of a size in which no token is used yet.
  init(_ model: Model, count: Int) {
    self.model = model
    texts = (0..<count).map { Array("[PAD\($0)]".utf8) }
    scores = [Float](repeating: -10000, count: count)
    kinds = [TokenKind](repeating: .unused, count: count)
  }

  /// Puts a token in its place.
  ///
  /// - Throws: `QuantizationError` if the model's embedding has no row for it.
  mutating func set(
    _ id: Int, _ text: [UInt8], _ kind: TokenKind, score: Float = -1000, in file: String
  ) throws {
    guard texts.indices.contains(id) else {
      let text = String(decoding: text.prefix(80), as: UTF8.self)
      throw QuantizationError(
        "\(file): the token '\(text)' has the id \(id), but the embedding has \(texts.count) rows: "
          + "resize it (resize_token_embeddings) and save the model again, or take the tokenizer "
          + "that belongs to the weights")
    }
    texts[id] = text
    kinds[id] = kind
    scores[id] = score
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
    case .sentencePiece(let prefix):
      return [
        ("tokenizer.ggml.model", .text("llama")), ("tokenizer.ggml.pre", .text("default")),
        ("tokenizer.ggml.tokens", .strings(texts)), ("tokenizer.ggml.scores", .floats(scores)),
        ("tokenizer.ggml.token_type", types),
        ("tokenizer.ggml.add_space_prefix", .bool(prefix != nil)),
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
