/// The order in which the sixteen parts of a group, 16 values each, lie in memory.
///
/// A format's bytes hold weights of several parts each, as low and high nibbles, say. Where
/// activations lie in the order in which masks and shifts of whole vectors bring the weights forth,
/// none of them need be moved.
public struct GroupOrder: Equatable, Sendable {
  /// The parts: a hexadecimal digit for each, the first one last.
  @usableFromInline let digits: UInt64

  @inlinable @inline(__always)
  init(_ digits: UInt64) { self.digits = digits }

  /// One part after the other.
  @inlinable public static var natural: GroupOrder {
    @inline(__always) get { GroupOrder(0xFEDC_BA98_7654_3210) }
  }
  /// 0 2 4 6 1 3 5 7 of each eight parts: low and high nibbles of four blocks.
  @inlinable public static var evenParts: GroupOrder {
    @inline(__always) get { GroupOrder(0xFDB9_ECA8_7531_6420) }
  }
  /// 0 1 4 5 2 3 6 7 of each eight parts: low and high nibbles of 64 bytes, where each 32 bytes hold
  /// 64 weights.
  @inlinable public static var evenPairs: GroupOrder {
    @inline(__always) get { GroupOrder(0xFEBA_DC98_7632_5410) }
  }
  /// 0 1 8 9, 2 3 10 11 and so on: the pairs of bits of 64 bytes, where each 32 bytes hold 128
  /// weights.
  @inlinable public static var bothHalves: GroupOrder {
    @inline(__always) get { GroupOrder(0xFE76_DC54_BA32_9810) }
  }

  // The one that the compiler would write is not inlined in other modules.
  @inlinable @inline(__always)
  public static func == (a: GroupOrder, b: GroupOrder) -> Bool { a.digits == b.digits }

  /// The order that has, where this one has the part at a place, the place of a part.
  @inlinable @inline(__always)
  var inverse: GroupOrder {
    var digits: UInt64 = 0
    var place = 0
    while place < 16 {
      digits |= UInt64(truncatingIfNeeded: place) &<< UInt64(4 &* part(at: place))
      place &+= 1
    }
    return GroupOrder(digits)
  }

  /// The part that lies at a place.
  @inlinable @inline(__always)
  func part(at place: Int) -> Int { Int(truncatingIfNeeded: digits &>> UInt64(4 &* place)) & 15 }
}
