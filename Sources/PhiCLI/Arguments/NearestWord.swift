/// Finds what the user most likely meant by a word that is not known.
enum NearestWord {
  /// The candidate closest to the word, or nil when none is close enough to be worth naming.
  static func to(_ word: String, among candidates: [String]) -> String? {
    guard !word.isEmpty, word.utf8.count <= 64 else { return nil }
    // A third of the word may be wrong, and always one edit of a word of two letters or more.
    let allowed = max(word.count / 3, word.count >= 2 ? 1 : 0)
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      var distance = distance(word, candidate)
      if distance > allowed, min(word.count, candidate.count) >= 3,
        candidate.hasPrefix(word) || word.hasPrefix(candidate)
      {
        distance = allowed
      }
      if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
  }

  /// How many insertions, deletions, substitutions and swaps of neighbours lead from `a` to `b`.
  static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a.lowercased())
    let b = Array(b.lowercased())
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, beforeLast[j - 1] + 1)
        }
        row.append(best)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
