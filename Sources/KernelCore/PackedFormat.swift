import BlockFormats

/// What the bytes that a format unpacks to mean.
public enum CodeKind: Equatable {
  /// Signed integers.
  case signed
  /// Unsigned integers from which an offset is to be taken.
  case unsigned(offset: Int16)
}

/// A block format that unpacks to bytes, with a scale for every 32 weights or every sixteen.
///
/// A kernel walks a row in groups of 256 weights, and a group in four steps of 64 or, for products
/// with vectors, in two halves.
/// `w = scale * code - minimum`, where the code is the byte less the format's offset.
public protocol PackedFormat: BlockFormat {
  /// What the bytes mean.
  static var codes: CodeKind { get }
  /// The largest magnitude of a code.
  static var largestCode: Int { get }
  /// Whether `minimums` is anything but zero.
  static var hasMinimums: Bool { get }
  /// Whether neighbouring sixteens have scales of their own; else each scale serves 32 weights.
  static var hasSmallBlocks: Bool { get }
  /// The sixteen scales of a group of small blocks; else eight scales, and in the high lanes eight
  /// minimums.
  static func scales<S: InstructionSet>(_ group: UnsafeRawPointer, _: S.Type) -> Floats
  /// The eight scales as `InstructionSet.eachForSums` has them.
  static func scalesForSums<S: InstructionSet>(_ group: UnsafeRawPointer, _: S.Type) -> Floats
  /// The sixteen minimums of a group of small blocks.
  static func smallMinimums<S: InstructionSet>(_ group: UnsafeRawPointer, _: S.Type) -> Floats
  /// Bytes of weights `64 * step …< 64 * (step + 1)` of a group.
  static func unpack<S: InstructionSet>(_ group: UnsafeRawPointer, step: Int, _: S.Type) -> Bits
  /// The order in which `bytes` take a group's weights. Where a group has several blocks, its halves
  /// stay apart.
  static var order: GroupOrder { get }
  /// Half of a group, in that order; signed codes have `flip` in their highest bit.
  static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits)
}

extension PackedFormat {
  @inlinable @inline(__always)
  public static func scalesForSums<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats { S.eachForSums(scales(group, S.self)) }

  @inlinable @inline(__always)
  public static func smallMinimums<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats { S.splat(0) }

  @inlinable @inline(__always)
  public static var order: GroupOrder { .natural }

  @inlinable @inline(__always)
  public static func bytes<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> (Bits, Bits) {
    (unpack(group, step: 2 &* half, S.self), unpack(group, step: 2 &* half &+ 1, S.self))
  }

  /// Whether signed codes stay signed in products of bytes: where a set's have no room for them as
  /// unsigned ones.
  @inlinable @inline(__always)
  static func isSigned<S: InstructionSet>(_: S.Type) -> Bool {
    codes == .signed && S.largestByte < largestCode
  }

  /// The bit that makes a signed code one that is larger by 128; zero if it is to stay.
  @inlinable @inline(__always)
  static func flip<S: InstructionSet>(_: S.Type) -> UInt8 {
    codes == .signed && !isSigned(S.self) ? 128 : 0
  }

  /// What is to be taken off each of `bytes`.
  @inlinable @inline(__always)
  static func byteOffset<S: InstructionSet>(_: S.Type) -> Int16 {
    offset &+ Int16(truncatingIfNeeded: flip(S.self))
  }

  /// Whether the lanes of both `bytes` have the same scales.
  @inlinable @inline(__always)
  static var bytesShareScales: Bool { order == .evenParts }

  /// The scale of each lane of 64 bytes, where each serves 32 weights.
  @inlinable @inline(__always)
  static func spread<S: InstructionSet>(_ scales: Floats, step: Int, _: S.Type) -> Floats {
    func scale(_ place: Int) -> Int { order.part(at: 4 &* step &+ place) &>> 1 }
    return S.spread(scales, (scale(0), scale(1), scale(2), scale(3)))
  }

  /// Whether the products of eight codes as `bytes` give them fit in a word.
  @inlinable @inline(__always)
  static var hasSmallCodes: Bool {
    codes != .signed && (Int(offset) &+ largestCode) &* 127 &* 8 < 32768
  }

  /// Bytes in a group.
  @inlinable @inline(__always)
  public static var groupBytes: Int {
    blockBytes &* (QuantizedActivations.groupSize / blockSize)
  }

  /// The words of 64 bytes as signed integers: of each four, the first and the third, then the
  /// second and the fourth; an offset is not taken off.
  @inlinable @inline(__always)
  static func widened<S: InstructionSet>(_ bytes: Bits, _: S.Type) -> (even: Bits, odd: Bits) {
    codes == .signed
      ? (S.signedEvenBytes(bytes), S.signedOddBytes(bytes))
      : (S.evenBytes(bytes), S.oddBytes(bytes))
  }

  /// Sixteen bytes of each of the four blocks in a half of a group, from an offset on.
  @inlinable @inline(__always)
  static func quarters<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, at offset: Int, _: S.Type
  ) -> Bits {
    S.loadQuarters(group + (4 &* half &* blockBytes &+ offset), stride: blockBytes)
  }

  /// The low nibbles of 64 bytes, then the high ones.
  @inlinable @inline(__always)
  static func nibbles<S: InstructionSet>(_ bytes: Bits, _: S.Type) -> (Bits, Bits) {
    let mask = S.splatByte(15)
    return (bytes & mask, S.shiftedRight(bytes, 4) & mask)
  }

  /// The low nibbles of the four blocks in a half of a group, then the high ones, with their fifth
  /// bits: of a block 32 from an offset on, and the nibbles after them.
  @inlinable @inline(__always)
  static func fiveBits<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, at offset: Int, _: S.Type
  ) -> (Bits, Bits) {
    let fifths = quarters(group, half: half, at: offset, S.self)
    let (low, high) = nibbles(quarters(group, half: half, at: offset &+ 4, S.self), S.self)
    return (
      S.add(16, to: low, where: fifths, ofPair: 0), S.add(16, to: high, where: fifths, ofPair: 1)
    )
  }

  /// What is taken off each code.
  @inlinable @inline(__always)
  static var offset: Int16 {
    switch codes {
    case .signed: 0
    case .unsigned(let offset): offset
    }
  }
}
