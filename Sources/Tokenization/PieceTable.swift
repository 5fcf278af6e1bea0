/// The texts of tokens in one stretch of memory, found by id or by their bytes.
///
/// A table with open addressing over flat bytes: a vocabulary of 200,000 pieces is read in
/// milliseconds, without an allocation for each.
public struct PieceTable: Sendable, RandomAccessCollection {
  private var bytes: [UInt8] = []
  private var ends: [UInt32] = []
  private var slots: [Int32]  // ids, −1 where free
  private let mask: Int
  /// Hashes begin with it, so that no file can be made whose pieces all collide.
  private let seed = UInt64.random(in: 0...UInt64.max)

  /// An empty table with room for a number of pieces.
  package init(capacity: Int) {
    var count = 16
    while count < capacity * 2 { count *= 2 }
    mask = count - 1
    slots = [Int32](repeating: -1, count: count)
    ends.reserveCapacity(capacity)
    bytes.reserveCapacity(capacity * 8)
  }

  /// A table of pieces, of which equal ones are found by the first.
  init(_ pieces: [[UInt8]]) {
    self.init(capacity: pieces.count)
    for piece in pieces { piece.withUnsafeBytes { _ = append($0) } }
  }

  /// Bytes of all pieces, at most `maximumBytes`.
  package var byteCount: Int { bytes.count }

  /// As many as the table can hold.
  package static let maximumBytes = 1 << 30

  /// Adds a piece, for which there must be room, and returns the earlier id of an equal one if any.
  package mutating func append(_ piece: UnsafeRawBufferPointer) -> Int32? {
    let id = ends.count
    precondition(id * 2 <= mask + 1, "the table has no room")
    bytes.append(contentsOf: piece)
    ends.append(UInt32(bytes.count))
    let slot = slot(of: piece)
    if slots[slot] >= 0 { return slots[slot] }
    slots[slot] = Int32(id)
    return nil
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { ends.count }

  /// A piece by its id.
  public subscript(_ id: Int) -> [UInt8] { Array(bytes[range(id)]) }

  /// Calls the body with a piece's bytes.
  func withBytes<T>(of id: Int, _ body: (UnsafeRawBufferPointer) -> T) -> T {
    bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range(id)])) }
  }

  /// Whether a piece is two texts joined.
  func isJoined(_ id: Int, _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer)
    -> Bool
  {
    guard indices.contains(id) else { return false }
    let range = range(id)
    guard range.count == first.count + second.count else { return false }
    return bytes.withUnsafeBytes { bytes in
      Self.areEqual(first, bytes, at: range.lowerBound)
        && Self.areEqual(second, bytes, at: range.lowerBound + first.count)
    }
  }

  /// The id of the piece with some bytes.
  package func find(_ piece: UnsafeRawBufferPointer) -> Int32? {
    let id = slots[slot(of: piece)]
    return id >= 0 ? id : nil
  }

  private func range(_ id: Int) -> Range<Int> {
    (id == 0 ? 0 : Int(ends[id - 1]))..<Int(ends[id])
  }

  /// The slot that holds a piece, or the free one where it belongs.
  private func slot(of piece: UnsafeRawBufferPointer) -> Int {
    var slot = Int(truncatingIfNeeded: hash(piece)) & mask
    bytes.withUnsafeBytes { bytes in
      while slots[slot] >= 0 {
        let range = range(Int(slots[slot]))
        if range.count == piece.count, Self.areEqual(piece, bytes, at: range.lowerBound) { return }
        slot = (slot + 1) & mask
      }
    }
    return slot
  }

  private static func areEqual(
    _ piece: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer, at start: Int
  ) -> Bool {
    for index in 0..<piece.count where piece[index] != bytes[start + index] { return false }
    return true
  }

  private func hash(_ piece: UnsafeRawBufferPointer) -> UInt64 {
    var hash = seed ^ UInt64(piece.count)
    var index = 0
    while index + 8 <= piece.count {
      hash = hash.mixed(with: piece.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    var tail: UInt64 = 0
    while index < piece.count {
      tail = tail << 8 | UInt64(piece[index])
      index += 1
    }
    return hash.mixed(with: tail)
  }
}

extension UInt64 {
  /// A step of a hash: the halves of a full product, folded (Yi, wyhash).
  func mixed(with other: UInt64) -> UInt64 {
    let product = (self ^ other ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(
      by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}
