/// The arithmetic of 64 weights and 64 activations, the same in every kernel, so that a token's
/// result does not depend on how many others are computed beside it.
@usableFromInline
enum PackedStep {
  /// `sum + activationScale * (scale * Σ code * activation + minimum * bias)` by lane.
  @inlinable @inline(__always)
  static func add<S: InstructionSet>(
    _ sum: Floats, _ codes: Bits, _ scale: Floats, _ minimum: Floats, hasMinimums: Bool,
    _ activations: Bits, _ bias: Bits, _ activationScale: Floats, _: S.Type
  ) -> Floats {
    let products = S.floats(S.dot(codes, activations, bias: bias))
    guard hasMinimums else {
      return S.multiplyAdd(sum, scale * activationScale, products)
    }
    let value = S.multiplyAdd(scale * products, minimum, S.floats(bias))
    return S.multiplyAdd(sum, activationScale, value)
  }
}
