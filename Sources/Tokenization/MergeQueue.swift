/// Merges that wait, the lowest rank first and the leftmost of equals.
///
/// Keys of rank and place, in a heap of four branches. A heap that has grown large is sorted into a
/// row, from which taking is cheap: in a long run of one character the same merge waits at each
/// place, and then all of it comes and goes in order.
struct MergeQueue {
  private var heap: [UInt64] = []
  private var row: [UInt64] = []  // ascending
  private var taken = 0  // of the row

  /// From how many keys on a heap is worth sorting: more than fit in the first cache.
  private static let rowSize = 4096

  /// Forgets all.
  mutating func removeAll() {
    heap.removeAll(keepingCapacity: true)
    row.removeAll(keepingCapacity: true)
    taken = 0
  }

  /// Adds a merge.
  mutating func push(rank: UInt32, place: Int) {
    let key = UInt64(rank) << 32 | UInt64(place)
    var child = heap.count
    heap.append(key)
    while child > 0 {
      let parent = (child - 1) / 4
      guard key < heap[parent] else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = key
  }

  /// Takes the first merge.
  mutating func pop() -> (rank: UInt32, place: Int)? {
    if taken == row.count, heap.count >= Self.rowSize {
      swap(&heap, &row)
      row.sort()
      heap.removeAll(keepingCapacity: true)
      taken = 0
    }
    guard let key = isRowFirst ? takeFromRow() : takeFromHeap() else { return nil }
    return (UInt32(key >> 32), Int(key & 0xFFFF_FFFF))
  }

  private var isRowFirst: Bool {
    guard taken < row.count else { return false }
    return heap.isEmpty || row[taken] < heap[0]
  }

  private mutating func takeFromRow() -> UInt64? {
    taken += 1
    return row[taken - 1]
  }

  private mutating func takeFromHeap() -> UInt64? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    var parent = 0
    while 4 * parent + 1 < heap.count {
      var least = 4 * parent + 1
      for child in least..<min(least + 4, heap.count) where heap[child] < heap[least] {
        least = child
      }
      guard heap[least] < last else { break }
      heap[parent] = heap[least]
      parent = least
    }
    heap[parent] = last
    return first
  }
}
