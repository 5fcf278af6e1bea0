/// Byte-pair encoding over bytes, as GPT-2 has it.
///
/// Each word that the pre-tokenizer splits off starts as its bytes, and the pair whose merge has the
/// lowest rank is merged until there is none (Sennrich, Haddow and Birch 2016).
struct BytePairEncoder: Sendable {
  private let pieces: PieceTable
  private let kinds: [TokenKind]
  private let merges: MergeTable
  private let preTokenizer: PreTokenizer
  /// Whether a word that is a piece is taken whole, whatever the merges say.
  private let takesWholeWords: Bool
  private let byteTokens: [Int32]  // [256], −1 where there is none

  init(
    _ vocabulary: Vocabulary, _ merges: MergeTable, _ preTokenizer: PreTokenizer,
    takesWholeWords: Bool
  ) {
    pieces = vocabulary.pieces
    kinds = vocabulary.kinds
    self.merges = merges
    self.preTokenizer = preTokenizer
    self.takesWholeWords = takesWholeWords
    byteTokens = ByteCharacters.encoded.map { vocabulary.id(of: $0) ?? -1 }
  }

  /// Appends the tokens of a text without special tokens.
  ///
  /// A byte without a token is left out, as in the reference.
  func encode(_ text: UnsafeRawBufferPointer, into tokens: inout [Int32]) {
    var merger = WordMerger()
    preTokenizer.split(text) { word in
      if word.count == 1 {
        if byteTokens[Int(word[0])] >= 0 { tokens.append(byteTokens[Int(word[0])]) }
        return
      }
      if takesWholeWords, let token = whole(word) {
        tokens.append(token)
        return
      }
      merger.removeAll()
      for (index, byte) in word.enumerated() where byteTokens[Int(byte)] >= 0 {
        merger.append(WordMerger.Symbol(start: index, token: byteTokens[Int(byte)]))
      }
      merger.merge(using: Rules(merges: merges), count: word.count) { symbol, _ in
        tokens.append(symbol.token)
      }
    }
  }

  private func whole(_ word: UnsafeRawBufferPointer) -> Int32? {
    let piece = word.flatMap { ByteCharacters.encoded[Int($0)] }
    let token = piece.withUnsafeBytes { pieces.find($0) }
    // A control token is no text, however it is spelled.
    return token.flatMap { kinds[Int($0)] == .control ? nil : $0 }
  }

  private struct Rules: MergeRules {
    let merges: MergeTable

    func merge(_ left: WordMerger.Symbol, _ right: WordMerger.Symbol, end: Int) -> Merge? {
      merges.find(left.token, right.token)
    }
  }
}
