import BlockFormats

/// A block format that unpacks to signed bytes and one scale for every lane of four of them.
///
/// A kernel walks a row in groups, and a group in steps of 64 weights. `w = scale * code +
/// minimum` for the weights of a lane, but minimums are kept negated, because the activations' lane
/// sums are (see `InstructionSet.dot`).
public protocol PackedFormat: BlockFormat {
  /// Whether `minimums` is anything but zero.
  static var hasMinimums: Bool { get }
  /// Steps of 64 weights in a group: 4 for a super-block of 256, 1 for two blocks of 32.
  static var stepsPerGroup: Int { get }
  /// What `unpack` needs of a group's scales: each lane one sub-block's.
  static func scales<S: InstructionSet>(_ group: UnsafeRawPointer, _: S.Type) -> (Floats, Floats)
  /// Weights `64 * step …< 64 * (step + 1)` of a group.
  static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _ scales: (Floats, Floats), _: S.Type
  ) -> (codes: Bits, scales: Floats, minimums: Floats)
}

extension PackedFormat {
  /// Weights in a group.
  @inlinable @inline(__always)
  public static var groupSize: Int { stepsPerGroup &* 64 }

  /// Bytes in a group.
  @inlinable @inline(__always)
  public static var groupBytes: Int { blockBytes &* (groupSize / blockSize) }

  /// The half-precision value at an offset.
  @inlinable @inline(__always)
  static func half<S: InstructionSet>(_ p: UnsafeRawPointer, _ offset: Int, _: S.Type) -> Float {
    S.half(p.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }
}
