/// Byte-pair encoding over bytes (Sennrich and others, 2016, Radford and others, 2019): each word
/// that the pre-tokenizer splits off starts as its bytes, and the pair whose merge has the lowest
/// rank is merged until there is none.
struct BytePairEncoder: Sendable {
  private struct Pair: Hashable {
    let left: Int32
    let right: Int32
  }

  private struct Merge {
    let rank: Int32
    let result: Int32
  }

  private let merges: [Pair: Merge]
  private let byteTokens: [Int32]  // [256], −1 where there is none
  private let preTokenizer: PreTokenizer
  private let vocabulary: Vocabulary
  /// Whether a word that is a piece is taken whole, whatever the merges say.
  private let ignoresMerges: Bool

  init(
    _ vocabulary: Vocabulary, _ preTokenizer: PreTokenizer, ignoresMerges: Bool, source: String
  ) throws(TokenizerError) {
    self.vocabulary = vocabulary
    self.preTokenizer = preTokenizer
    self.ignoresMerges = ignoresMerges
    byteTokens = (0..<256).map { byte in
      vocabulary.id(of: ByteCharacters.encoded[byte]) ?? -1
    }
    var merges: [Pair: Merge] = [:]
    merges.reserveCapacity(vocabulary.merges.count)
    for (rank, merge) in vocabulary.merges.enumerated() {
      guard let space = merge.dropFirst().firstIndex(of: 32), space < merge.count - 1 else {
        throw TokenizerError(
          "\(source): tokenizer.ggml.merges: element \(rank) is not two pieces with a space between"
        )
      }
      // A merge of pieces that the vocabulary lacks can never apply.
      guard let left = vocabulary.id(of: Array(merge[..<space])),
        let right = vocabulary.id(of: Array(merge[(space + 1)...])),
        let result = vocabulary.id(of: Array(merge[..<space] + merge[(space + 1)...]))
      else { continue }
      let pair = Pair(left: left, right: right)
      if merges[pair] == nil { merges[pair] = Merge(rank: Int32(rank), result: result) }
    }
    self.merges = merges
  }

  /// Appends the tokens of a text without special tokens.
  func encode(_ text: ArraySlice<UInt8>, into tokens: inout [Int32]) {
    preTokenizer.split(text) { word in encode(word: word, into: &tokens) }
  }

  private struct Symbol {
    var token: Int32
    var previous: Int
    var next: Int
  }

  private struct Candidate: Comparable {
    let rank: Int32
    let left: Int
    let pair: Pair
    let result: Int32

    /// Whether the other goes first: the lowest rank, then the leftmost.
    static func < (a: Self, b: Self) -> Bool {
      a.rank > b.rank || (a.rank == b.rank && a.left > b.left)
    }
  }

  private func encode(word: ArraySlice<UInt8>, into tokens: inout [Int32]) {
    if ignoresMerges || word.count == 1 {
      let whole = word.flatMap { ByteCharacters.encoded[Int($0)] }
      if let id = vocabulary.id(of: whole) {
        tokens.append(id)
        return
      }
    }
    var symbols: [Symbol] = []
    symbols.reserveCapacity(word.count)
    for byte in word {
      let token = byteTokens[Int(byte)]
      guard token >= 0 else { continue }
      symbols.append(
        Symbol(token: token, previous: symbols.count - 1, next: symbols.count + 1))
    }
    guard !symbols.isEmpty else { return }
    symbols[symbols.count - 1].next = -1
    var queue = MaximumHeap<Candidate>()
    for left in symbols.indices.dropLast() { push(left, symbols, &queue) }
    while let candidate = queue.pop() {
      let left = candidate.left
      // Stale once either symbol has changed: a merged one has another token, a gone one −1.
      guard symbols[left].token == candidate.pair.left, symbols[left].next >= 0,
        symbols[symbols[left].next].token == candidate.pair.right
      else { continue }
      let right = symbols[left].next
      symbols[left].token = candidate.result
      symbols[left].next = symbols[right].next
      symbols[right].token = -1
      if symbols[left].next >= 0 {
        symbols[symbols[left].next].previous = left
        push(left, symbols, &queue)
      }
      if symbols[left].previous >= 0 { push(symbols[left].previous, symbols, &queue) }
    }
    var index = 0
    while index >= 0 {
      tokens.append(symbols[index].token)
      index = symbols[index].next
    }
  }

  private func push(_ left: Int, _ symbols: [Symbol], _ queue: inout MaximumHeap<Candidate>) {
    let pair = Pair(left: symbols[left].token, right: symbols[symbols[left].next].token)
    guard let merge = merges[pair] else { return }
    queue.push(Candidate(rank: merge.rank, left: left, pair: pair, result: merge.result))
  }
}

/// The characters by which GPT-2's vocabularies write bytes: printable ones as themselves, others
/// as characters from U+0100 on.
enum ByteCharacters {
  /// The character of each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 256
    return (0..<256).map { byte -> Unicode.Scalar in
      let isPrintable =
        (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      if isPrintable { return Unicode.Scalar(UInt8(byte)) }
      defer { next += 1 }
      return Unicode.Scalar(next) ?? " "
    }
  }()

  /// The character of each byte in UTF-8.
  static let encoded: [[UInt8]] = scalars.map { Array(String($0).utf8) }

  /// The bytes that a piece spells; a character that stands for none spells itself.
  static func decode(_ piece: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(piece.count)
    for scalar in String(decoding: piece, as: UTF8.self).unicodeScalars {
      if scalar.value < table.count, table[Int(scalar.value)] >= 0 {
        bytes.append(UInt8(table[Int(scalar.value)]))
      } else {
        bytes.append(contentsOf: String(scalar).utf8)
      }
    }
    return bytes
  }

  /// By scalar, −1 where none.
  private static let table: [Int16] = {
    var table = [Int16](repeating: -1, count: 512)
    for (byte, scalar) in scalars.enumerated() { table[Int(scalar.value)] = Int16(byte) }
    return table
  }()
}
