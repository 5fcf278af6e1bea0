/// SentencePiece's byte-pair model (Kudo and Richardson 2018): from single characters, the
/// neighbours whose union has the highest score are merged, the leftmost of equals first; a
/// character without a piece becomes its bytes.
struct SentencePieceEncoder: Sendable {
  private let pieces: PieceTable
  /// By token, the higher the score the lower; `.max` for what no text spells.
  private let ranks: [UInt32]
  private let byteTokens: [Int32?]  // [256]
  private let unknown: Int32?
  private let addsSpacePrefix: Bool
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
    addsSpacePrefix = vocabulary.addsSpacePrefix
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
  func encode(_ text: UnsafeRawBufferPointer, into tokens: inout [Int32]) {
    guard !text.isEmpty else { return }
    var marked: [UInt8] = []
    marked.reserveCapacity(text.count + text.count / 2 + 3)
    if addsSpacePrefix { marked.append(contentsOf: SpaceMark.bytes) }
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

/// `▁`, which stands for a space in SentencePiece's pieces.
enum SpaceMark {
  /// Its UTF-8.
  static let bytes: [UInt8] = [0xE2, 0x96, 0x81]

  private static func isMark(_ text: UnsafeRawBufferPointer, _ index: Int) -> Bool {
    index + 3 <= text.count && text[index] == 0xE2 && text[index + 1] == 0x96
      && text[index + 2] == 0x81
  }

  /// Where the word that begins at a place ends: before the next mark that follows other text.
  static func endOfWord(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
    var index = start
    while isMark(text, index) { index += 3 }
    while index < text.count, !isMark(text, index) { index += 1 }
    return index
  }

  /// Whether a piece has a mark that follows other text.
  static func isInside(_ piece: UnsafeRawBufferPointer) -> Bool {
    endOfWord(piece, from: 0) < piece.count
  }

  /// A piece with its marks as spaces.
  static func removed(from piece: [UInt8]) -> [UInt8] {
    guard piece.contains(0xE2) else { return piece }
    return piece.withUnsafeBytes { piece in
      var bytes: [UInt8] = []
      var index = 0
      while index < piece.count {
        let isMark = isMark(piece, index)
        bytes.append(isMark ? UInt8(ascii: " ") : piece[index])
        index += isMark ? 3 : 1
      }
      return bytes
    }
  }
}

/// SentencePiece's pieces for bytes, such as `<0x0A>`.
enum BytePiece {
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// The piece of a byte.
  static func text(_ byte: UInt8) -> [UInt8] {
    Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
  }

  /// The byte of a piece; nil if it is of another form.
  static func byte(_ piece: [UInt8]) -> UInt8? {
    guard piece.count == 6, piece.starts(with: Array("<0x".utf8)), piece[5] == UInt8(ascii: ">")
    else { return nil }
    let values = piece[3..<5].compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    return values.count == 2 ? UInt8(values[0] * 16 + values[1]) : nil
  }
}
