/// What merges with what, and how soon.
protocol MergeRules {
  /// The merge of two neighbours that reach from `left.start` to `end`; nil if they never merge.
  func merge(_ left: WordMerger.Symbol, _ right: WordMerger.Symbol, end: Int) -> Merge?
}

/// A merge of two neighbours: the lowest rank goes first.
struct Merge {
  let rank: UInt32
  let token: Int32
}
