import BlockFormats

extension Q4_0: PackedFormat {
  @inlinable @inline(__always) public static var hasMinimums: Bool { false }
  @inlinable @inline(__always) public static var stepsPerGroup: Int { 1 }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> (Floats, Floats) {
    (S.pair(half(group, 0, S.self), half(group, 18, S.self)), S.splat(0))
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _ scales: (Floats, Floats), _: S.Type
  ) -> (codes: Bits, scales: Floats, minimums: Floats) {
    let nibbles = S.loadNibbles(group + 2, group + 20) & S.splatByte(15)
    return (S.subtractBytes(nibbles, S.splatByte(8)), scales.0, scales.1)
  }
}
