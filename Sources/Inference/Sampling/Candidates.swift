import Foundation

/// A token that may come next.
public struct Candidate: Sendable, Equatable {
  /// The token.
  public var token: Int32
  /// Its logit as the stages have left it.
  public var logit: Float
  /// Its share of the probability, where computed.
  public var probability: Float
}

/// The tokens still in the running, most likely first once sorted.
struct Candidates: Sendable {
  private(set) var list: [Candidate] = []
  private var isSorted = false
  private var hasProbabilities = false

  /// Takes all finite logits; NaN never comes next.
  mutating func fill(_ logits: UnsafeMutableBufferPointer<Float>) {
    list.removeAll(keepingCapacity: true)
    for (token, logit) in logits.enumerated() where logit > -.infinity {
      list.append(
        Candidate(token: Int32(token), logit: min(logit, .greatestFiniteMagnitude), probability: 0))
    }
    isSorted = false
    hasProbabilities = false
  }

  /// Keeps the `count` most likely, sorted; equal logits in the order of tokens.
  mutating func keepTop(_ count: Int) {
    guard count < list.count else { return sort() }
    guard count > 0 else { return list.removeAll(keepingCapacity: true) }
    if isSorted {
      list.removeLast(list.count - count)
    } else {
      select(count)
    }
    hasProbabilities = false
  }

  /// A heap of the best so far, whose worst is at the front: one comparison for most candidates.
  private mutating func select(_ count: Int) {
    var heap = Array(list[..<count])
    func sift(_ start: Int) {
      var parent = start
      while true {
        var child = 2 * parent + 1
        guard child < count else { return }
        if child + 1 < count, Self.precedes(heap[child], heap[child + 1]) { child += 1 }
        guard Self.precedes(heap[parent], heap[child]) else { return }
        heap.swapAt(parent, child)
        parent = child
      }
    }
    for index in stride(from: count / 2 - 1, through: 0, by: -1) { sift(index) }
    for candidate in list[count...] where Self.precedes(candidate, heap[0]) {
      heap[0] = candidate
      sift(0)
    }
    heap.sort(by: Self.precedes)
    list.replaceSubrange(list.indices, with: heap)
    isSorted = true
  }

  /// Puts the most likely first.
  mutating func sort() {
    guard !isSorted else { return }
    list.sort(by: Self.precedes)
    isSorted = true
  }

  private static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
    a.logit > b.logit || (a.logit == b.logit && a.token < b.token)
  }

  /// Turns logits into probabilities.
  mutating func normalize() {
    guard !hasProbabilities, !list.isEmpty else { return }
    let largest = list.reduce(-Float.infinity) { max($0, $1.logit) }
    var sum = 0.0
    for index in list.indices {
      let weight = exp(list[index].logit - largest)
      list[index].probability = weight
      sum += Double(weight)
    }
    for index in list.indices {
      list[index].probability = Float(Double(list[index].probability) / sum)
    }
    hasProbabilities = true
  }

  /// Keeps the first candidates of the order they are in.
  mutating func keepFirst(_ count: Int) {
    guard count < list.count else { return }
    list.removeLast(list.count - count)
    hasProbabilities = false
  }

  /// Drops the first candidates.
  mutating func dropFirst(_ count: Int) {
    list.removeFirst(count)
    hasProbabilities = false
  }

  /// Replaces the candidates by some of them in another order.
  mutating func replace(with list: [Candidate]) {
    self.list = list
    isSorted = false
    hasProbabilities = false
  }

  /// Divides the logits' distances from the largest, so that the smallest temperature does not make
  /// infinities of several: the probabilities are the same.
  mutating func divide(by temperature: Float) {
    let largest = list.reduce(-Float.infinity) { max($0, $1.logit) }
    for index in list.indices {
      list[index].logit = (list[index].logit - largest) / temperature
    }
    hasProbabilities = false
  }

  /// Draws by probability.
  func draw(_ uniform: Double) -> Candidate? {
    var sum = 0.0
    for candidate in list {
      sum += Double(candidate.probability)
      if uniform < sum { return candidate }
    }
    return list.last
  }
}
