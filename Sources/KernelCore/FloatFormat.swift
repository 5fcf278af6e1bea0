import BlockFormats

/// A format whose values are floats of some width.
public protocol FloatFormat: BlockFormat {
  /// Sixteen values.
  static func load<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Floats
  /// One value.
  static func value<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Float
  /// Thirty-two values as `InstructionSet.pairsOfFours`.
  static func pairsOfFours<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Bits
}

extension FloatFormat {
  /// Up to fifteen values, the other lanes zero.
  @inlinable @inline(__always)
  static func load<S: InstructionSet>(
    _ p: UnsafeRawPointer, count: Int, _: S.Type
  ) -> Floats {
    var v = S.splat(0)
    var lane = 0
    while lane < count {
      v[lane] = value(p + lane &* blockBytes, S.self)
      lane &+= 1
    }
    return v
  }

  @inlinable @inline(__always)
  public static func pairsOfFours<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Bits {
    S.pairsOfFours(load(p, S.self), load(p + 16 &* blockBytes, S.self))
  }

  /// Up to 32 values as `InstructionSet.pairsOfFours`, the others zero.
  @inlinable @inline(__always)
  static func pairsOfFours<S: InstructionSet>(
    _ p: UnsafeRawPointer, count: Int, _: S.Type
  ) -> Bits {
    if count >= 32 { return pairsOfFours(p, S.self) }
    let (low, high) = count < 16 ? (count, 0) : (16, count &- 16)
    return S.pairsOfFours(
      load(p, count: low, S.self), load(p + 16 &* blockBytes, count: high, S.self))
  }
}

extension F32: FloatFormat {
  @inlinable @inline(__always)
  public static func load<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Floats {
    unsafeBitCast(S.loadBits(p), to: Floats.self)
  }

  @inlinable @inline(__always)
  public static func value<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Float {
    p.loadUnaligned(as: Float.self)
  }
}

extension F16: FloatFormat {
  @inlinable @inline(__always)
  public static func load<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Floats {
    S.loadHalf(p)
  }

  @inlinable @inline(__always)
  public static func value<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Float {
    S.half(p.loadUnaligned(as: UInt16.self))
  }
}

extension BF16: FloatFormat {
  @inlinable @inline(__always)
  public static func load<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Floats {
    S.loadBFloat16(p)
  }

  @inlinable @inline(__always)
  public static func value<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Float {
    Float(bitPattern: UInt32(p.loadUnaligned(as: UInt16.self)) &<< 16)
  }

  @inlinable @inline(__always)
  public static func pairsOfFours<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> Bits {
    S.pairsOfFours(S.loadBits(p))
  }
}
