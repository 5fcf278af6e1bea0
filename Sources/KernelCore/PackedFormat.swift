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
  /// The sixteen minimums of a group of small blocks.
  static func smallMinimums<S: InstructionSet>(_ group: UnsafeRawPointer, _: S.Type) -> Floats
  /// Bytes of weights `64 * step …< 64 * (step + 1)` of a group.
  static func unpack<S: InstructionSet>(_ group: UnsafeRawPointer, step: Int, _: S.Type) -> Bits
  /// The order in which `words` take a group's weights. Where a group has several blocks, its halves
  /// stay apart.
  static var order: GroupOrder { get }
  /// Half of a group, in that order, as words that may be multiples of what they should be: of 64
  /// weights those at even places and those at odd ones, then likewise of the other 64.
  static func words<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> FourBits
  /// The scales, divided by the multiples that `words` are.
  static func wordScales<S: InstructionSet>(_ scales: Floats, _: S.Type) -> Floats
}

extension PackedFormat {
  @inlinable @inline(__always)
  public static func smallMinimums<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats { S.splat(0) }

  @inlinable @inline(__always)
  public static var order: GroupOrder { .natural }

  @inlinable @inline(__always)
  public static func words<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, _: S.Type
  ) -> FourBits {
    words(
      unpack(group, step: 2 &* half, S.self), unpack(group, step: 2 &* half &+ 1, S.self), S.self)
  }

  @inlinable @inline(__always)
  public static func wordScales<S: InstructionSet>(_ scales: Floats, _: S.Type) -> Floats {
    scales
  }

  /// Whether the lanes of all four `words`, then of the same multiple, have the same scales.
  @inlinable @inline(__always)
  static var wordsShareScales: Bool { order == .evenParts && !hasSmallBlocks }

  /// The scale of each lane of 64 words.
  @inlinable @inline(__always)
  static func spread<S: InstructionSet>(_ scales: Floats, step: Int, _: S.Type) -> Floats {
    func scale(_ place: Int) -> Int {
      let part = order.part(at: 4 &* step &+ place)
      return hasSmallBlocks ? part : part &>> 1
    }
    return S.spread(scales, (scale(0), scale(1), scale(2), scale(3)))
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

  /// The words of twice 64 bytes.
  @inlinable @inline(__always)
  static func words<S: InstructionSet>(_ first: Bits, _ second: Bits, _: S.Type) -> FourBits {
    let (a, b) = (widened(first, S.self), widened(second, S.self))
    return (a.even, a.odd, b.even, b.odd)
  }

  /// Sixteen bytes of each of the four blocks in a half of a group, from an offset on.
  @inlinable @inline(__always)
  static func quarters<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, at offset: Int, _: S.Type
  ) -> Bits {
    S.loadQuarters(
      group, offset: 4 &* half &* blockBytes &+ offset, stride: blockBytes, of: groupBytes)
  }

  /// The low nibbles of 64 bytes as words, then the high ones.
  @inlinable @inline(__always)
  static func nibbles<S: InstructionSet>(_ bytes: Bits, _: S.Type) -> FourBits {
    let mask = S.splatWord(15)
    return (
      bytes & mask, S.shiftedRight(bytes, 8) & mask, S.shiftedRight(bytes, 4) & mask,
      S.shiftedRight(bytes, 12)
    )
  }

  /// The low nibbles of the four blocks in a half of a group as words, then the high ones, with
  /// their fifth bits: of a block 32 from an offset on, and the nibbles after them.
  @inlinable @inline(__always)
  static func fiveBits<S: InstructionSet>(
    _ group: UnsafeRawPointer, half: Int, at offset: Int, _: S.Type
  ) -> FourBits {
    let fifths = quarters(group, half: half, at: offset, S.self)
    let nibbles = quarters(group, half: half, at: offset &+ 4, S.self)
    let (mask, fifth) = (S.splatByte(15), S.splatByte(16))
    return words(
      nibbles & mask | S.expandBits(fifths, ofPair: 0) & fifth,
      S.shiftedRight(nibbles, 4) & mask | S.expandBits(fifths, ofPair: 1) & fifth, S.self)
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
