import GGUF
import Tokenization

/// A file's tokens, as far as they can be read: lists of the wrong length and tokens that are there
/// twice do no harm.
struct RoughVocabulary {
  /// The tokens' texts; empty where there are none.
  private let pieces: PieceTable
  /// The tokens' kinds by their ids in the file; nil where the file has none for each token.
  let kinds: [Int]?
  /// The first token whose text an earlier one has, and how many there are.
  let repeated: (first: Int, second: Int, count: Int)?
  /// `tokenizer.ggml.model`.
  let model: String?

  init(_ metadata: GGUFMetadata) {
    model = metadata["tokenizer.ggml.model"]?.text
    var table = PieceTable(capacity: 0)
    var repeated: (first: Int, second: Int, count: Int)?
    if let array = metadata["tokenizer.ggml.tokens"]?.array, array.elementType == .string,
      array.count <= Int(Int32.max) / 4
    {
      table = PieceTable(capacity: array.count)
      array.forEachString { piece in
        guard table.byteCount + piece.count <= PieceTable.maximumBytes else { return }
        if let first = table.append(piece), !piece.isEmpty {
          repeated =
            repeated.map { ($0.first, $0.second, $0.count + 1) }
            ?? (Int(first), table.count - 1, 1)
        }
      }
    }
    pieces = table
    self.repeated = repeated
    let kinds = metadata["tokenizer.ggml.token_type"]?.array.flatMap { array in
      array.count == table.count ? array.integers : nil
    }
    self.kinds = kinds
  }

  /// How many tokens there are.
  var count: Int { pieces.count }
  /// Whether texts are split as SentencePiece does it.
  var isSentencePiece: Bool { model == "llama" }

  /// The token with a text.
  func id(of piece: String) -> Int? {
    guard count > 0 else { return nil }
    return Array(piece.utf8).withUnsafeBytes { pieces.find($0) }.map { Int($0) }
  }

  /// The text of a token, safe to show; nil if there is no such token.
  func piece(_ id: Int) -> String? {
    guard pieces.indices.contains(id) else { return nil }
    return String(decoding: pieces[id], as: UTF8.self)
  }

  /// A token for people: its id and text.
  func describe(_ id: Int) -> String {
    guard let piece = piece(id) else { return "\(id)" }
    return "\(id) '\(MetadataValue.text(piece).description(limit: 40))'"
  }
}
