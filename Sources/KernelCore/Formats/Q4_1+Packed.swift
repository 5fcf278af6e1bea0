import BlockFormats

extension Q4_1: PackedFormat {
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var stepsPerGroup: Int { 1 }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> (Floats, Floats) {
    let minimums = S.pair(half(group, 2, S.self), half(group, 22, S.self))
    return (S.pair(half(group, 0, S.self), half(group, 20, S.self)), S.splat(0) - minimums)
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _ scales: (Floats, Floats), _: S.Type
  ) -> (codes: Bits, scales: Floats, minimums: Floats) {
    (S.loadNibbles(group + 4, group + 24) & S.splatByte(15), scales.0, scales.1)
  }
}
