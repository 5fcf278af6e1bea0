import Foundation

/// The stages that drop unlikely candidates; each keeps at least one.
extension Candidates {
  /// The most likely that reach a probability together (Holtzman and others, 2020).
  mutating func keepTopP(_ p: Float) {
    guard p < 1 else { return }
    sort()
    normalize()
    var sum: Float = 0
    let count = list.firstIndex { candidate in
      sum += candidate.probability
      return sum >= p
    }
    keepFirst(max(1, (count ?? list.count - 1) + 1))
  }

  /// Those at least as likely as a share of the most likely (Nguyen and others, 2024).
  mutating func keepMinP(_ p: Float) {
    guard p > 0 else { return }
    sort()
    guard let first = list.first else { return }
    let least = first.logit + log(p)
    keepFirst(max(1, list.firstIndex { $0.logit < least } ?? list.count))
  }

  /// Those whose surprise is nearest to the entropy, up to a probability (Meister and others,
  /// 2022).
  mutating func keepTypical(_ p: Float) {
    guard p < 1 else { return }
    sort()
    normalize()
    let entropy = list.reduce(Float(0)) { sum, candidate in
      candidate.probability > 0 ? sum - candidate.probability * log(candidate.probability) : sum
    }
    let distances = list.map { abs(-log($0.probability) - entropy) }
    let ordered = list.indices.sorted { a, b in
      distances[a] < distances[b] || (distances[a] == distances[b] && a < b)
    }
    var sum: Float = 0
    var kept: [Candidate] = []
    for index in ordered {
      kept.append(list[index])
      sum += list[index].probability
      if sum > p { break }
    }
    replace(with: kept)
    sort()
  }

  /// Drops all candidates above a threshold but the least likely of them, by chance (XTC, by
  /// p-e-w, text-generation-webui 6335).
  mutating func excludeTop(_ probability: Float, _ threshold: Float, _ random: inout RandomSource) {
    // Above one half, no two candidates can pass the threshold.
    guard probability > 0, threshold <= 0.5, list.count >= 2 else { return }
    guard random.uniform() < Double(probability) else { return }
    sort()
    normalize()
    let likely = list.firstIndex { $0.probability < threshold } ?? list.count
    if likely >= 2 { dropFirst(likely - 1) }
  }

  /// Those whose surprise is at most `limit` bits.
  mutating func keepSurprise(atMost limit: Float) {
    sort()
    normalize()
    keepFirst(max(1, list.firstIndex { -log2($0.probability) > limit } ?? list.count))
  }
}
