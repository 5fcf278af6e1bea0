/// What a token is, by its id in `tokenizer.ggml.token_type`.
public enum TokenKind: UInt8, Sendable {
  case normal = 1
  case unknown, control, userDefined, unused, byte
}

/// The tokens of a model: their texts, kinds and scores, and the ids that mean something.
public struct Vocabulary: Sendable {
  /// Each token's text as the file writes it.
  public let pieces: PieceTable
  /// Each token's kind.
  public let kinds: [TokenKind]
  /// Each token's score; empty where the model has none.
  public let scores: [Float]
  /// Begins a sequence.
  public let bos: Int32?
  /// Ends a sequence, by the file.
  public let eos: Int32?
  /// Ends a turn, by the file.
  public let eot: Int32?
  /// Stands for what no piece spells.
  public let unknown: Int32?
  /// Fills a batch.
  public let padding: Int32?
  /// Whether a text begins with `bos`.
  public let addsBOS: Bool
  /// Whether a text ends with `eos`.
  public let addsEOS: Bool
  /// Whether SentencePiece puts a space before a text.
  public let addsSpacePrefix: Bool
  /// When it does.
  package var spacePrefix = SpacePrefix.always
  /// Ids that end a text or a turn beside `eos` and `eot`, by the file.
  package var otherEnds: [Int32] = []
  /// How tokens are found, by the file's lists; a token that is in none has no flags.
  package var flags: [Int32: TokenFlags] = [:]
  /// Whether the file has lists about white space: else the family's rule holds.
  package var namesStrips = false

  init(
    pieces: PieceTable, kinds: [TokenKind], scores: [Float] = [], bos: Int32? = nil,
    eos: Int32? = nil, eot: Int32? = nil, unknown: Int32? = nil, padding: Int32? = nil,
    addsBOS: Bool = false, addsEOS: Bool = false, addsSpacePrefix: Bool = true
  ) {
    self.pieces = pieces
    self.kinds = kinds
    self.scores = scores
    self.bos = bos
    self.eos = eos
    self.eot = eot
    self.unknown = unknown
    self.padding = padding
    self.addsBOS = addsBOS
    self.addsEOS = addsEOS
    self.addsSpacePrefix = addsSpacePrefix
  }

  /// How many tokens there are.
  public var count: Int { pieces.count }

  /// The token with a text; nil if there is none.
  public func id(of piece: [UInt8]) -> Int32? { piece.withUnsafeBytes { pieces.find($0) } }

  /// The token with a text; nil if there is none.
  public func id(of piece: String) -> Int32? { id(of: Array(piece.utf8)) }

  /// Tokens that end a turn or a text: every one that the families use, whatever `eos` says, since
  /// many files name only one of them.
  var endOfGeneration: Set<Int32> {
    let marks = Self.endMarks.compactMap { id(of: $0) }.filter { kinds[Int($0)] != .normal }
    return Set(marks + otherEnds + [eos, eot].compactMap { $0 })
  }

  /// The key of the program's own for ids that end a text, where GGUF's keys do not suffice.
  package static let endsKey = "phidelity.tokenizer.end_of_generation_tokens"

  /// The key of the program's own for a byte-pair vocabulary that takes a word which is a piece
  /// whole, where the pre-tokenizer's name says otherwise.
  package static let wholeWordsKey = "phidelity.tokenizer.ignore_merges"

  /// Pieces that end a turn or a text in the families that are known.
  package static let endMarks = [
    "<|end|>", "<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>",
    "<|end_of_text|>", "<end_of_utterance>", "</s>",
  ]
}
