import BlockFormats

extension Q5_K: PackedFormat {
  @inlinable @inline(__always) public static var hasMinimums: Bool { true }
  @inlinable @inline(__always) public static var stepsPerGroup: Int { 4 }

  @inlinable @inline(__always)
  public static func scales<S: InstructionSet>(
    _ group: UnsafeRawPointer, _: S.Type
  ) -> (Floats, Floats) {
    (scalesAndMinimums(group, S.self), S.splat(0))
  }

  @inlinable @inline(__always)
  public static func unpack<S: InstructionSet>(
    _ group: UnsafeRawPointer, step: Int, _ scales: (Floats, Floats), _: S.Type
  ) -> (codes: Bits, scales: Floats, minimums: Floats) {
    let low = S.loadTwice(group + (48 &+ step &* 32), thenShifted: 4) & S.splatByte(15)
    let bits = S.shiftedRight(S.loadTwice(group + 16, thenShifted: 1), step &* 2) & S.splatByte(1)
    let codes = low | S.shiftedLeft(bits, 4)
    return (codes, S.spread8(scales.0, step), S.spread8(scales.0, step &+ 4))
  }
}
