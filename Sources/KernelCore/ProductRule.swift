/// How the products of two columns' codes with two of a token are added to a sum.
@usableFromInline
protocol ProductRule: SendableMetatype {
  /// Whether one multiplication serves two products.
  static var isShared: Bool { get }
  /// `sum + wEven * xEven + wOdd * xOdd`, and what is taken off elsewhere.
  static func add<S: InstructionSet>(
    _ sum: Bits, _ wEven: Bits, _ wOdd: Bits, _ xEven: Bits, _ xOdd: Bits, _: S.Type
  ) -> Bits
}

/// A multiplication for each product.
@usableFromInline
enum SeparateProducts: ProductRule {
  @inlinable static var isShared: Bool { @inline(__always) get { false } }

  @inlinable @inline(__always)
  static func add<S: InstructionSet>(
    _ sum: Bits, _ wEven: Bits, _ wOdd: Bits, _ xEven: Bits, _ xOdd: Bits, _: S.Type
  ) -> Bits {
    S.addProducts(S.addProducts(sum, wEven, xEven), wOdd, xOdd)
  }
}

/// One multiplication for two products (Winograd 1968): `(x₀ + w₁)(x₁ + w₀)` is
/// `x₀w₀ + x₁w₁ + x₀x₁ + w₀w₁`, and what is too much depends on the token alone and on the weights
/// alone, so that each is summed up once and taken off.
///
/// Sums wrap around on the way, but what is left of them in the end is the very integer that
/// separate products give. Two additions take the place of a multiplication: that pays where
/// additions have units of their own.
@usableFromInline
enum SharedProducts: ProductRule {
  @inlinable static var isShared: Bool { @inline(__always) get { true } }

  @inlinable @inline(__always)
  static func add<S: InstructionSet>(
    _ sum: Bits, _ wEven: Bits, _ wOdd: Bits, _ xEven: Bits, _ xOdd: Bits, _: S.Type
  ) -> Bits {
    S.addProducts(sum, S.addWords(xEven, wOdd), S.addWords(xOdd, wEven))
  }
}
