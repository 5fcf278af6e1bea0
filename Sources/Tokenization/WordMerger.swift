/// Merges the symbols of a word until no rule applies: in O(n log n), with memory that is kept from
/// one word to the next.
struct WordMerger {
  /// A part of the word that is one token so far.
  struct Symbol {
    /// Where it begins in the word's bytes.
    var start: UInt32
    /// −1 if no token has its text.
    var token: Int32
    fileprivate(set) var previous: Int32 = -1  // −1 for none
    fileprivate(set) var next: Int32 = -1  // −1 for none
    // The merge with the next symbol that is waiting; a place in the queue with another is stale.
    fileprivate var rank: UInt32 = .max
    fileprivate var union: Int32 = -1

    init(start: Int, token: Int32) {
      self.start = UInt32(start)
      self.token = token
    }
  }

  private var symbols: [Symbol] = []
  private var queue = MergeQueue()

  /// Begins a word.
  mutating func removeAll() { symbols.removeAll(keepingCapacity: true) }

  /// Adds a symbol at the word's end.
  mutating func append(_ symbol: Symbol) { symbols.append(symbol) }

  /// Merges all that the rules let merge in a word of a number of bytes, and calls the body with
  /// each symbol that is left and where it ends.
  mutating func merge(
    using rules: some MergeRules, count: Int, _ body: (Symbol, _ end: Int) -> Void
  ) {
    guard !symbols.isEmpty else { return }
    queue.removeAll()
    for index in symbols.indices {
      symbols[index].previous = Int32(index - 1)
      symbols[index].next = Int32(index + 1)
    }
    symbols[symbols.count - 1].next = -1
    for left in symbols.indices.dropLast() { enqueue(left, rules, count) }
    while let (rank, left) = queue.pop() {
      guard symbols[left].rank == rank else { continue }
      let right = Int(symbols[left].next)
      symbols[left].token = symbols[left].union
      symbols[left].next = symbols[right].next
      symbols[right].rank = .max
      if symbols[left].next >= 0 { symbols[Int(symbols[left].next)].previous = Int32(left) }
      enqueue(left, rules, count)
      if symbols[left].previous >= 0 { enqueue(Int(symbols[left].previous), rules, count) }
    }
    var index = 0
    while index >= 0 {
      let symbol = symbols[index]
      index = Int(symbol.next)
      body(symbol, index >= 0 ? Int(symbols[index].start) : count)
    }
  }

  /// Notes the merge of a symbol with the next.
  private mutating func enqueue(_ left: Int, _ rules: some MergeRules, _ count: Int) {
    symbols[left].rank = .max
    let next = Int(symbols[left].next)
    guard next >= 0 else { return }
    let after = Int(symbols[next].next)
    let end = after >= 0 ? Int(symbols[after].start) : count
    guard let merge = rules.merge(symbols[left], symbols[next], end: end) else { return }
    symbols[left].rank = merge.rank
    symbols[left].union = merge.token
    queue.push(rank: merge.rank, place: left)
  }
}
