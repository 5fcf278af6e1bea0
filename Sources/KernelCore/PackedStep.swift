/// The arithmetic of 64 weights and 64 activations, the same in every kernel, so that a token's
/// result does not depend on how many others are computed beside it.
@usableFromInline
enum PackedStep {
  /// `sum + activationScale * (scale * Σ code * activation + minimum * bias)` by lane.
  @inlinable @inline(__always)
  static func add<S: InstructionSet>(
    _ sum: Floats, _ codes: Bits, _ scale: Floats, _ minimum: Floats, hasMinimums: Bool,
    activations: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    let bias = S.loadBits(activations + 128)
    let activationScale = S.load((activations + 192).assumingMemoryBound(to: Float.self))
    let products = S.floats(
      S.dot(
        codes, high: S.loadBits(activations), low: S.loadBits(activations + 64), bias: bias))
    guard hasMinimums else {
      return S.multiplyAdd(sum, scale * activationScale, products)
    }
    let value = S.multiplyAdd(scale * products, minimum, S.floats(bias))
    return S.multiplyAdd(sum, activationScale, value)
  }
}
