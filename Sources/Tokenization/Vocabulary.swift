/// What a token is, by its id in `tokenizer.ggml.token_type`.
public enum TokenKind: Int, Sendable {
  case normal = 1
  case unknown, control, userDefined, unused, byte
}

/// The tokens of a model: their texts, kinds and scores, and the ids that mean something.
public struct Vocabulary: Sendable {
  /// Each token's text as the file writes it.
  public let pieces: [[UInt8]]
  /// Each token's kind.
  public let kinds: [TokenKind]
  /// Each token's score; empty where the model has none.
  public let scores: [Float]
  /// Merges of byte-pair encoding, the most frequent first, as the file writes them.
  let merges: [[UInt8]]
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

  private let index: PieceIndex

  init(
    pieces: [[UInt8]], kinds: [TokenKind], scores: [Float] = [], merges: [[UInt8]] = [],
    bos: Int32? = nil, eos: Int32? = nil, eot: Int32? = nil, unknown: Int32? = nil,
    padding: Int32? = nil, addsBOS: Bool = false, addsEOS: Bool = false,
    addsSpacePrefix: Bool = true
  ) {
    self.pieces = pieces
    self.kinds = kinds
    self.scores = scores
    self.merges = merges
    self.bos = bos
    self.eos = eos
    self.eot = eot
    self.unknown = unknown
    self.padding = padding
    self.addsBOS = addsBOS
    self.addsEOS = addsEOS
    self.addsSpacePrefix = addsSpacePrefix
    index = PieceIndex(pieces)
  }

  /// How many tokens there are.
  public var count: Int { pieces.count }

  /// The first token with a text; nil if there is none.
  public func id(of piece: [UInt8]) -> Int32? { piece.withUnsafeBytes { index.find($0, pieces) } }

  /// The first token with a text; nil if there is none.
  public func id(of piece: String) -> Int32? { id(of: Array(piece.utf8)) }

  /// The first token with the text of a stretch of bytes.
  func id(of bytes: UnsafeRawBufferPointer) -> Int32? { index.find(bytes, pieces) }
}

/// Finds pieces by their bytes: a table with open addressing, which is built several times faster
/// than a dictionary of strings.
struct PieceIndex: Sendable {
  private var slots: [Int32]
  private let mask: Int

  init(_ pieces: [[UInt8]]) {
    var capacity = 16
    while capacity < pieces.count * 2 { capacity *= 2 }
    mask = capacity - 1
    slots = [Int32](repeating: -1, count: capacity)
    for (id, piece) in pieces.enumerated() {
      var slot = piece.withUnsafeBytes { Self.hash($0) } & mask
      while slots[slot] >= 0, pieces[Int(slots[slot])] != piece { slot = (slot + 1) & mask }
      // Of equal pieces the first counts.
      if slots[slot] < 0 { slots[slot] = Int32(id) }
    }
  }

  func find(_ bytes: UnsafeRawBufferPointer, _ pieces: [[UInt8]]) -> Int32? {
    var slot = Self.hash(bytes) & mask
    while slots[slot] >= 0 {
      let id = slots[slot]
      if pieces[Int(id)].count == bytes.count, pieces[Int(id)].elementsEqual(bytes) { return id }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// FNV-1a, folded so that the low bits depend on all.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: (hash ^ (hash >> 29)) & 0x7FFF_FFFF)
  }
}
