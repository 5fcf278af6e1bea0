/// SentencePiece's byte-pair model (Kudo and Richardson 2018).
///
/// From single characters on, the neighbours whose union has the highest score are merged, the
/// leftmost of equals first; a character without a piece becomes its bytes.
struct SentencePieceEncoder: Sendable {
  private let pieces: PieceTable
  private let ranks: [UInt32]  // [token], low for high scores; .max for what no text spells
  private let byteTokens: [Int32?]  // [256]
  private let unknown: Int32?
  private let prefix: SpacePrefix?
  /// Whether no piece reaches over the beginning of a word, so that words can be merged one by one.
  private let endsAtWords: Bool

  init(_ vocabulary: Vocabulary) {
    pieces = vocabulary.pieces
    ranks = zip(vocabulary.kinds, vocabulary.scores).map { kind, score in
      switch kind {
      case .normal, .userDefined, .unused: Self.rank(score)
      case .control, .unknown, .byte: .max
      }
    }
    byteTokens = (0..<256).map { vocabulary.id(of: BytePiece.text(UInt8($0))) }
    unknown = vocabulary.unknown
    prefix = vocabulary.addsSpacePrefix ? vocabulary.spacePrefix : nil
    endsAtWords = !vocabulary.pieces.indices.contains { id in
      vocabulary.pieces.withBytes(of: id) { SpaceMark.isInside($0) }
    }
  }

  /// An integer that orders as scores do, from the highest to the lowest.
  private static func rank(_ score: Float) -> UInt32 {
    // Zeros are equal, whatever their sign.
    let bits = (score == 0 ? 0 : score).bitPattern
    let ascending = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
    return min(~ascending, .max - 1)
  }

  /// Appends the tokens of a text without special tokens.
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - isFirst: Whether it is the beginning of all.
  ///   - isContinued: Whether it belongs to a text that has its space already.
  ///   - tokens: Where they go.
  func encode(
    _ text: UnsafeRawBufferPointer, isFirst: Bool = false, isContinued: Bool = false,
    into tokens: inout [Int32]
  ) {
    var marked: [UInt8] = []
    marked.reserveCapacity(text.count + text.count / 2 + 3)
    if !isContinued, addsPrefix(to: text, isFirst: isFirst) {
      marked.append(contentsOf: SpaceMark.bytes)
    }
    for byte in text {
      if byte == UInt8(ascii: " ") {
        marked.append(contentsOf: SpaceMark.bytes)
      } else {
        marked.append(byte)
      }
    }
    var merger = WordMerger()
    var afterUnknown = false
    marked.withUnsafeBytes { bytes in
      var start = 0
      while start < bytes.count {
        let end = endsAtWords ? SpaceMark.endOfWord(bytes, from: start) : bytes.count
        let word = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        encode(word: word, &merger, &afterUnknown, into: &tokens)
        start = end
      }
    }
  }

  private func addsPrefix(to text: UnsafeRawBufferPointer, isFirst: Bool) -> Bool {
    switch prefix {
    case nil: false
    case .always: true
    case .unmarked: !SpaceMark.begins(text)
    case .first: isFirst && !SpaceMark.begins(text)
    }
  }

  private func encode(
    word: UnsafeRawBufferPointer, _ merger: inout WordMerger, _ afterUnknown: inout Bool,
    into tokens: inout [Int32]
  ) {
    merger.removeAll()
    var start = 0
    while start < word.count {
      let end = min(start + Self.width(word[start]), word.count)
      let token = token(word, start, end)
      merger.append(WordMerger.Symbol(start: start, token: token ?? -1))
      start = end
    }
    let rules = Rules(encoder: self, word: word)
    merger.merge(using: rules, count: word.count) { symbol, end in
      if symbol.token >= 0 {
        tokens.append(symbol.token)
        afterUnknown = false
        return
      }
      let bytes = word[Int(symbol.start)..<end].compactMap { byteTokens[Int($0)] }
      if bytes.count == end - Int(symbol.start) {
        tokens.append(contentsOf: bytes)
        afterUnknown = false
      } else if let unknown, !afterUnknown {
        // A run of unknown characters is one unknown token.
        tokens.append(unknown)
        afterUnknown = true
      }
    }
  }

  /// The token that a stretch of text spells.
  private func token(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int32? {
    guard let id = pieces.find(UnsafeRawBufferPointer(rebasing: text[start..<end])),
      ranks[Int(id)] < .max
    else { return nil }
    return id
  }

  /// Bytes of the character that begins with a byte.
  private static func width(_ lead: UInt8) -> Int {
    lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  }

  private struct Rules: MergeRules {
    let encoder: SentencePieceEncoder
    let word: UnsafeRawBufferPointer

    func merge(_ left: WordMerger.Symbol, _ right: WordMerger.Symbol, end: Int) -> Merge? {
      encoder.token(word, Int(left.start), end).map {
        Merge(rank: encoder.ranks[Int($0)], token: $0)
      }
    }
  }
}
