/// The order in which a list of merges makes pieces, checked for what scores cannot say.
///
/// A list names pairs of pieces, and a GGUF file only gives each piece a score: any two neighbours
/// merge that spell a piece. Both are the same if the list has every pair that spells a piece, and
/// all pairs of one piece follow each other.
struct MergeRanks {
  /// The place of the first merge that makes a piece.
  private(set) var ranks: [[UInt8]: Int] = [:]

  /// The ranks of pieces.
  ///
  /// - Parameters:
  ///   - merges: The list.
  ///   - pieces: The vocabulary.
  ///   - marks: Pieces that no text is merged into.
  ///   - path: The file, for errors.
  /// - Throws: `QuantizationError` if scores would merge in another way.
  init(_ merges: [(String, String)], pieces: [[UInt8]], marks: Set<[UInt8]>, path: String) throws {
    var counts: [[UInt8]: Int] = [:]
    var last: [UInt8] = []
    for (rank, merge) in merges.enumerated() {
      let piece = Array((merge.0 + merge.1).utf8)
      if ranks[piece] == nil {
        ranks[piece] = rank
      } else if piece != last, !marks.contains(piece) {
        throw QuantizationError(
          "\(path): model.merges: merge \(rank) makes '\(merge.0 + merge.1)' again, expected it "
            + "after the others that do: GGUF has one score for a piece")
      }
      counts[piece, default: 0] += 1
      last = piece
    }
    let known = Set(pieces)
    for piece in pieces where !marks.contains(piece) {
      let pairs = Self.splits(piece).count { known.contains($0) && known.contains($1) }
      guard pairs > counts[piece, default: 0] else { continue }
      throw QuantizationError(
        "\(path): model.merges: has \(counts[piece, default: 0]) of \(pairs) pairs that make "
          + "'\(String(decoding: piece, as: UTF8.self))', expected all: GGUF merges any two pieces")
    }
  }

  /// Both parts of a text at each of its inner characters.
  private static func splits(_ text: [UInt8]) -> [([UInt8], [UInt8])] {
    text.indices.dropFirst().filter { text[$0] & 0xC0 != 0x80 }.map {
      (Array(text[..<$0]), Array(text[$0...]))
    }
  }
}
