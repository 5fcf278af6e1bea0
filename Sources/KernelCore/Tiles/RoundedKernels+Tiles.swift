import BlockFormats

extension RoundedKernels {
  /// Products in bfloat16, specialized for a set and a unit that multiplies tiles.
  ///
  /// - Parameters:
  ///   - set: The vocabulary.
  ///   - unit: The unit.
  @inlinable @inline(__always)
  public init<S: InstructionSet, U: TileUnit>(tiles set: S.Type, _ unit: U.Type) {
    self.init(
      // Weights take longer to lay down for fewer tokens than to multiply.
      chunkLength: 512, tokens: TileActivations.tokens, groupBytes: TileActivations.groupBytes,
      pack: Self.packTiles(S.self),
      products: [
        nil, Self.floats(F16.self, S.self, U.self), Self.floats(BF16.self, S.self, U.self),
        Self.packed(Q4_0.self, S.self, U.self), Self.packed(Q4_1.self, S.self, U.self),
        Self.packed(Q5_0.self, S.self, U.self), Self.packed(Q5_1.self, S.self, U.self),
        Self.packed(Q8_0.self, S.self, U.self),
        Self.packed(Q2_K.self, S.self, U.self), Self.packed(Q3_K.self, S.self, U.self),
        Self.packed(Q4_K.self, S.self, U.self),
        Self.packed(Q5_K.self, S.self, U.self), Self.packed(Q6_K.self, S.self, U.self),
        Self.packed(IQ4_NL.self, S.self, U.self), Self.packed(IQ4_XS.self, S.self, U.self),
      ],
      probe: { count in TileMatrix.products(count, U.self) }, probeProducts: 16 * 16 * 32)
  }

  @inlinable @inline(__always)
  static func packed<F: PackedFormat, S: InstructionSet, U: TileUnit>(
    _: F.Type, _: S.Type, _: U.Type
  ) -> Product {
    Product(
      decode: { weights, rowBytes, rows, columns, scratch, work, panel in
        TilePanel.decodePacked(
          weights, rowBytes: rowBytes, rows: rows, columns: columns, scratch: scratch,
          scales: work, into: panel, S.self, F.self)
      }, multiply: multiply(U.self))
  }

  @inlinable @inline(__always)
  static func floats<F: FloatFormat, S: InstructionSet, U: TileUnit>(
    _: F.Type, _: S.Type, _: U.Type
  ) -> Product {
    Product(decode: decodeFloats(F.self, S.self), multiply: multiply(U.self))
  }

  /// Decodes rows of a float format into a `TilePanel`.
  @inlinable @inline(__always)
  static func decodeFloats<F: FloatFormat, S: InstructionSet>(_: F.Type, _: S.Type) -> Decode {
    { weights, rowBytes, rows, columns, _, _, panel in
      TilePanel.decodeFloats(
        weights, rowBytes: rowBytes, rows: rows, columns: columns, into: panel, S.self, F.self)
    }
  }

  /// Rounds tokens to `TileActivations`.
  @inlinable @inline(__always)
  static func packTiles<S: InstructionSet>(_: S.Type) -> Pack {
    { x, stride, tokens, columns, out, groupStride in
      TileActivations.pack(
        x, stride: stride, tokens: tokens, columns: columns, into: out,
        groupStride: groupStride, S.self)
    }
  }

  @inlinable @inline(__always)
  static func multiply<U: TileUnit>(_: U.Type) -> Multiply {
    { panel, steps, activations, tiles, sums, adds in
      TileMatrix.multiply(
        panel, steps: steps, activations, tiles: tiles, into: sums, adds: adds, U.self)
    }
  }
}
