import Testing

@testable import Tokenization

@Suite struct MergeTests {
  @Test(arguments: [0, 1, 4, 5, 100, 4095, 4096, 4097, 10_000])
  func theQueueGivesTheLowestRankAndThenTheLeftmost(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    var queue = MergeQueue()
    var waiting: [UInt64] = []
    func add() {
      let rank = UInt32.random(in: 0...50, using: &generator)
      let place = Int.random(in: 0...1_000_000, using: &generator)
      waiting.append(UInt64(rank) << 32 | UInt64(place))
      queue.push(rank: rank, place: place)
    }
    for _ in 0..<count { add() }
    waiting.sort(by: >)
    for step in 0..<count {
      let first = queue.pop()
      #expect(first.map { UInt64($0.rank) << 32 | UInt64($0.place) } == waiting.popLast())
      // Some come while others are taken.
      if step % 97 == 0 {
        add()
        waiting.sort(by: >)
      }
    }
    while let first = queue.pop() {
      #expect(UInt64(first.rank) << 32 | UInt64(first.place) == waiting.popLast())
    }
    #expect(waiting.isEmpty)
  }

  /// Merges by the book: looks through the whole word for the best pair, again and again.
  private func mergedSlowly(_ word: String, _ merges: [(String, String)]) -> [String] {
    var symbols = word.map { String($0) }
    while symbols.count > 1 {
      let pairs = symbols.indices.dropLast().compactMap { index -> (rank: Int, index: Int)? in
        let rank = merges.firstIndex { $0 == symbols[index] && $1 == symbols[index + 1] }
        return rank.map { ($0, index) }
      }
      guard let best = pairs.min(by: { $0 < $1 }) else { break }
      symbols[best.index] += symbols.remove(at: best.index + 1)
    }
    return symbols
  }

  @Test func mergesInAnyOrderAreThoseOfTheSlowWay() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<60 {
      // Merges that no training would give: long before short, the same text by several ways.
      var pieces = ["a", "b", "c"]
      var merges: [(String, String)] = []
      for _ in 0..<25 {
        let left = pieces.randomElement(using: &generator) ?? "a"
        let right = pieces.randomElement(using: &generator) ?? "a"
        guard (left + right).count < 12 else { continue }
        merges.append((left, right))
        if !pieces.contains(left + right) { pieces.append(left + right) }
      }
      merges.shuffle(using: &generator)
      let tokenizer = Tokenizer(bytePair: pieces.map { Array($0.utf8) }, merges: merges)
      for _ in 0..<20 {
        let length = Int.random(in: 1...40, using: &generator)
        let word = String((0..<length).map { _ in "abc".randomElement(using: &generator) ?? "a" })
        #expect(tokenizer.pieces(word) == mergedSlowly(word, merges), "\(word) \(merges)")
      }
    }
  }

  @Test func wholeWordsAreTakenOnlyWhereMergesAreIgnored() {
    let pieces = ["a", "b", "Ġ", "ab", "abab", "Ġab"].map { Array($0.utf8) }
    func split(_ takesWholeWords: Bool) -> [String] {
      Tokenizer(bytePair: pieces, merges: [("a", "b")], takesWholeWords: takesWholeWords)
        .pieces("abab ab ababab")
    }
    #expect(split(true) == ["abab", "Ġab", "Ġ", "ab", "ab", "ab"])
    #expect(split(false) == ["ab", "ab", "Ġ", "ab", "Ġ", "ab", "ab", "ab"])
  }

  @Test func equalScoresMergeTheLeftmost() {
    let tokenizer = Tokenizer(
      sentencePiece: [("a", 0), ("aa", -1), ("aaa", -1), ("b", 0), ("ab", -0.0), ("ba", 0)],
      addsSpacePrefix: false)
    #expect(tokenizer.pieces("aaaaa") == ["aaa", "aa"])
    #expect(tokenizer.pieces("aba") == ["ab", "a"])
    #expect(tokenizer.pieces("bab") == ["ba", "b"])
  }

  @Test func infiniteScoresOrderToo() {
    let tokenizer = Tokenizer(
      sentencePiece: [
        ("a", 0), ("b", 0), ("c", 0), ("ab", -.infinity), ("bc", .infinity), ("abc", 1),
      ], addsSpacePrefix: false)
    #expect(tokenizer.pieces("abc") == ["abc"])
    #expect(tokenizer.pieces("abab") == ["ab", "ab"])
    #expect(tokenizer.pieces("bcab") == ["bc", "ab"])
  }

  @Test func wordsThatPiecesReachOverAreMergedTogether() {
    let tokenizer = Tokenizer(
      sentencePiece: [("▁", 0), ("a", 0), ("b", 0), ("a▁", -1), ("a▁b", -2), ("▁a", -3)])
    #expect(tokenizer.pieces("a b") == ["▁", "a▁b"])
  }

  @Test func unknownCharactersInARowAreOneToken() throws {
    let vocabulary = Vocabulary(
      pieces: PieceTable(["<unk>", "▁", "a"].map { Array($0.utf8) }),
      kinds: [.unknown, .normal, .normal], scores: [0, -1, -2], unknown: 0)
    let tokenizer = Tokenizer(vocabulary, .sentencePiece(SentencePieceEncoder(vocabulary)))
    #expect(tokenizer.encode("日本a語 é") == [1, 0, 2, 0, 1, 0])
    #expect(tokenizer.encode("") == [])
  }

  @Test func piecesAreFoundByTheirBytes() {
    var generator = SeededGenerator(seed: 5)
    let pieces = (0..<3000).map { index in
      (0..<(index % 40)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        + withUnsafeBytes(of: Int32(index)) { Array($0) }
    }
    let table = PieceTable(pieces + [pieces[7]])
    for (id, piece) in pieces.enumerated() {
      #expect(table[id] == piece)
      #expect(piece.withUnsafeBytes { table.find($0) } == Int32(id))
      let longer = piece + [0]
      #expect(longer.withUnsafeBytes { table.find($0) } == nil)
    }
    #expect(table.count == 3001)
  }
}
