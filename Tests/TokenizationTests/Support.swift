import Testing

@testable import Tokenization

/// Random numbers that are the same in each run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

extension Tokenizer {
  /// A byte-pair tokenizer of pieces, of which some are control tokens or the user's.
  convenience init(
    bytePair pieces: [[UInt8]], merges: [(String, String)], control: [String] = [],
    userDefined: [String] = [], takesWholeWords: Bool = false
  ) {
    let pieces = pieces + (control + userDefined).map { Array($0.utf8) }
    let added = control.count + userDefined.count
    var kinds = [TokenKind](repeating: .normal, count: pieces.count - added)
    kinds += control.map { _ in .control } + userDefined.map { _ in .userDefined }
    let vocabulary = Vocabulary(pieces: PieceTable(pieces), kinds: kinds)
    var table = MergeTable(capacity: merges.count)
    for (left, right) in merges {
      Array("\(left) \(right)".utf8).withUnsafeBytes { merge in
        do { try table.append(merge, of: vocabulary.pieces) } catch { Issue.record(error) }
      }
    }
    self.init(
      vocabulary,
      .bytePair(BytePairEncoder(vocabulary, table, .gpt2, takesWholeWords: takesWholeWords)))
  }

  /// A SentencePiece tokenizer of pieces with scores, of which some are control tokens.
  convenience init(
    sentencePiece pieces: [(String, Float)], control: [String] = [], addsSpacePrefix: Bool = true
  ) {
    let texts = pieces.map { Array($0.0.utf8) } + control.map { Array($0.utf8) }
    var kinds = [TokenKind](repeating: .normal, count: pieces.count)
    kinds += control.map { _ in .control }
    let vocabulary = Vocabulary(
      pieces: PieceTable(texts), kinds: kinds, scores: pieces.map(\.1) + control.map { _ in 0 },
      addsSpacePrefix: addsSpacePrefix)
    self.init(vocabulary, .sentencePiece(SentencePieceEncoder(vocabulary)))
  }

  /// The pieces of a text's tokens.
  func pieces(_ text: String, parseSpecial: Bool = true) -> [String] {
    encode(text, addBOS: false, parseSpecial: parseSpecial).map {
      String(decoding: vocabulary.pieces[Int($0)], as: UTF8.self)
    }
  }
}
