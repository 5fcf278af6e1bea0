/// SentencePiece's byte-pair model (Kudo and Richardson 2018): from single characters, the
/// neighbours whose union has the highest score are merged, the leftmost of equals first; a
/// character without a piece becomes its bytes.
struct SentencePieceEncoder: Sendable {
  private let vocabulary: Vocabulary
  private let byteTokens: [Int32?]  // [256]

  init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    let digits = Array("0123456789ABCDEF".utf8)
    byteTokens = (0..<256).map { byte in
      vocabulary.id(
        of: Array("<0x".utf8) + [digits[byte >> 4], digits[byte & 15]] + [UInt8(ascii: ">")])
    }
  }

  /// A part of the text that is one piece so far; empty once merged into its neighbour.
  private struct Symbol {
    var start: Int
    var count: Int
    var previous: Int
    var next: Int
  }

  /// Two neighbours that may merge.
  private struct Bigram: Comparable {
    let score: Float
    let left: Int
    let right: Int
    let count: Int

    /// Whether the other goes first.
    static func < (a: Self, b: Self) -> Bool {
      a.score < b.score || (a.score == b.score && a.left > b.left)
    }
  }

  /// Appends the tokens of a text whose spaces are already `▁`.
  func encode(_ text: [UInt8], into tokens: inout [Int32]) {
    guard !text.isEmpty else { return }
    text.withUnsafeBytes { bytes in
      var symbols = Self.characters(bytes)
      var queue = MaximumHeap<Bigram>()
      for left in symbols.indices.dropLast() { push(left, left + 1, symbols, bytes, &queue) }
      while let bigram = queue.pop() {
        let (left, right) = (bigram.left, bigram.right)
        // A bigram is stale once one of its symbols has grown or gone.
        guard symbols[left].count > 0, symbols[right].count > 0,
          symbols[left].count + symbols[right].count == bigram.count
        else { continue }
        symbols[left].count = bigram.count
        symbols[right].count = 0
        let next = symbols[right].next
        symbols[left].next = next
        if next >= 0 {
          symbols[next].previous = left
          push(left, next, symbols, bytes, &queue)
        }
        if symbols[left].previous >= 0 {
          push(symbols[left].previous, left, symbols, bytes, &queue)
        }
      }
      var index = 0
      while index >= 0 {
        let symbol = symbols[index]
        append(
          UnsafeRawBufferPointer(rebasing: bytes[symbol.start..<symbol.start + symbol.count]),
          &tokens)
        index = symbol.next
      }
    }
  }

  private func push(
    _ left: Int, _ right: Int, _ symbols: [Symbol], _ bytes: UnsafeRawBufferPointer,
    _ queue: inout MaximumHeap<Bigram>
  ) {
    let start = symbols[left].start
    let count = symbols[left].count + symbols[right].count
    let union = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
    guard let id = vocabulary.id(of: union), canMerge(id) else { return }
    queue.push(
      Bigram(
        score: vocabulary.scores.isEmpty ? 0 : vocabulary.scores[Int(id)], left: left,
        right: right, count: count))
  }

  /// Control tokens and bytes are never spelled by a text.
  private func canMerge(_ id: Int32) -> Bool {
    switch vocabulary.kinds[Int(id)] {
    case .normal, .userDefined, .unused: true
    case .control, .unknown, .byte: false
    }
  }

  /// A piece's token, or its bytes', or the unknown one.
  private func append(_ piece: UnsafeRawBufferPointer, _ tokens: inout [Int32]) {
    if let id = vocabulary.id(of: piece), canMerge(id) {
      tokens.append(id)
      return
    }
    let bytes = piece.compactMap { byteTokens[Int($0)] }
    if bytes.count == piece.count {
      tokens.append(contentsOf: bytes)
    } else if let unknown = vocabulary.unknown {
      tokens.append(unknown)
    }
  }

  private static func characters(_ bytes: UnsafeRawBufferPointer) -> [Symbol] {
    var symbols: [Symbol] = []
    symbols.reserveCapacity(bytes.count)
    var start = 0
    while start < bytes.count {
      var count = 1
      while start + count < bytes.count, bytes[start + count] & 0xC0 == 0x80 { count += 1 }
      let index = symbols.count
      symbols.append(Symbol(start: start, count: count, previous: index - 1, next: index + 1))
      start += count
    }
    symbols[symbols.count - 1].next = -1
    return symbols
  }
}
