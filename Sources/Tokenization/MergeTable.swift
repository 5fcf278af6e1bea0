/// Which pairs of tokens merge into which, in the order of a file's list.
struct MergeTable: Sendable {
  private struct Entry {
    let left: Int32
    let right: Int32
    let result: Int32
  }

  private var entries: [Entry] = []  // by rank
  private var slots: [Int32]  // ranks, −1 where free
  private let mask: Int
  /// Hashes begin with it, so that no file can be made whose merges all collide.
  private let seed = UInt64.random(in: 0...UInt64.max)

  /// An empty table with room for a number of merges.
  init(capacity: Int) {
    var count = 16
    while count < capacity * 2 { count *= 2 }
    mask = count - 1
    slots = [Int32](repeating: -1, count: count)
    entries.reserveCapacity(capacity)
  }

  /// The list of a vocabulary's merges, each two pieces with a space between.
  init(_ merges: [[UInt8]], of pieces: PieceTable) throws(MergeError) {
    self.init(capacity: merges.count)
    for merge in merges {
      try merge.withUnsafeBufferPointer { bytes throws(MergeError) in
        try append(UnsafeRawBufferPointer(bytes), of: pieces)
      }
    }
  }

  /// Adds the next merge of the list, for which there must be room; of equal pairs the first counts.
  mutating func append(
    _ merge: UnsafeRawBufferPointer, of pieces: PieceTable
  ) throws(MergeError) {
    let rank = entries.count
    precondition(rank * 2 <= mask + 1, "the table has no room")
    func problem(_ text: String) -> MergeError { MergeError(rank: rank, problem: text) }
    func unknown(_ piece: some Sequence<UInt8>) -> MergeError {
      problem("'\(String(decoding: Array(piece), as: UTF8.self))' is not among the tokens")
    }
    var space = 1
    while space < merge.count, merge[space] != UInt8(ascii: " ") { space += 1 }
    guard space + 1 < merge.count else {
      let text = String(decoding: merge, as: UTF8.self)
      throw problem("found '\(text)', expected two pieces with a space between")
    }
    let first = UnsafeRawBufferPointer(rebasing: merge[..<space])
    let second = UnsafeRawBufferPointer(rebasing: merge[(space + 1)...])
    guard let left = pieces.find(first) else { throw unknown(first) }
    guard let right = pieces.find(second) else { throw unknown(second) }
    guard let result = join(first, second, pieces) else { throw unknown(Array(first) + second) }
    entries.append(Entry(left: left, right: right, result: result))
    let slot = slot(of: left, right)
    if slots[slot] < 0 { slots[slot] = Int32(rank) }
  }

  /// The token of two pieces joined.
  private func join(
    _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer, _ pieces: PieceTable
  ) -> Int32? {
    // Tokens usually stand in the order of the merges that make them.
    if let last = entries.last, pieces.isJoined(Int(last.result) + 1, first, second) {
      return last.result + 1
    }
    return (Array(first) + second).withUnsafeBytes { pieces.find($0) }
  }

  /// The merge of two tokens; nil if they never merge.
  func find(_ left: Int32, _ right: Int32) -> Merge? {
    let rank = slots[slot(of: left, right)]
    return rank >= 0 ? Merge(rank: UInt32(rank), token: entries[Int(rank)].result) : nil
  }

  /// The slot that holds a pair, or the free one where it belongs.
  private func slot(of left: Int32, _ right: Int32) -> Int {
    let pair = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    var slot = Int(truncatingIfNeeded: seed.mixed(with: pair)) & mask
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.left == left, entry.right == right { break }
      slot = (slot + 1) & mask
    }
    return slot
  }
}
