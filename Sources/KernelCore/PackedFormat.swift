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
/// A kernel walks a row in groups of 256 weights, and a group in four steps of 64.
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
  /// The same bytes as words, each perhaps a multiple of what it should be: of each four, the first
  /// and the third, then the second and the fourth.
  static func words<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> (even: Bits, odd: Bits)
  /// Whether `wordScales` are sixteen.
  static var hasSmallWordBlocks: Bool { get }
  /// The scales of `words`: less their multiples. Eight come with the eight minimums.
  static func wordScales<S: InstructionSet>(_ group: UnsafeRawPointer, _: S.Type) -> Floats
}

extension PackedFormat {
  @inlinable @inline(__always)
  public static func smallMinimums<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats { S.splat(0) }

  @inlinable @inline(__always)
  public static func words<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _: S.Type
  ) -> (even: Bits, odd: Bits) { widened(unpack(group, step: step, S.self), S.self) }

  @inlinable @inline(__always)
  public static func wordScales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> Floats { scales(group, S.self) }

  @inlinable @inline(__always)
  public static var hasSmallWordBlocks: Bool { hasSmallBlocks }

  /// The scale of each lane of a step.
  @inlinable @inline(__always)
  static func spread<S: InstructionSet>(_ scales: Floats, _ step: Int, _: S.Type) -> Floats {
    hasSmallWordBlocks ? S.spread4(scales, step) : S.spread8(scales, step)
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

  /// Words of what 32 bytes that are there twice have under a mask for each time: multiples of the
  /// codes, where those are no low bits.
  @inlinable @inline(__always)
  static func inPlace<S: InstructionSet>(
    _ bytes: Bits, _ first: Int64, _ second: Int64, _: S.Type
  ) -> (even: Bits, odd: Bits) {
    let (low, high) = (Int64.words(first), Int64.words(second))
    let mask = Bits(low, low, low, low, high, high, high, high)
    return (bytes & mask, S.oddBytes(bytes) & mask)
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

extension Int64 {
  /// The same word of 16 bits four times.
  @inlinable @inline(__always)
  static func words(_ x: Int64) -> Int64 { x &* 0x0001_0001_0001_0001 }
}
