import BlockFormats

extension RoundedKernels {
  /// Products of floats in bfloat16, with the words of a set; of what is packed, there are none.
  ///
  /// - Parameter set: The vocabulary.
  @inlinable @inline(__always)
  public init<S: InstructionSet>(pairs set: S.Type) {
    var products = [Product?](repeating: nil, count: WeightFormat.allCases.count)
    products[WeightFormat.f16.rawValue] = Self.pairs(F16.self, S.self)
    products[WeightFormat.bf16.rawValue] = Self.pairs(BF16.self, S.self)
    self.init(
      chunkLength: 256, tokens: TileActivations.tokens, groupBytes: TileActivations.groupBytes,
      pack: Self.packTiles(S.self), products: products,
      probe: { count in ProbeKernels.pairDots(count, seed: 1, S.self) }, probeProducts: 32)
  }

  @inlinable @inline(__always)
  static func pairs<F: FloatFormat, S: InstructionSet>(_: F.Type, _: S.Type) -> Product {
    Product(
      decode: decodeFloats(F.self, S.self),
      multiply: { panel, steps, activations, tiles, sums, adds in
        PairMatrix.multiply(
          panel, columns: 64 &* steps, activations, tokens: tiles &* TileActivations.tokens,
          into: sums, adds: adds, S.self)
      })
  }
}
