import BlockFormats

/// The table of kernels for a unit that multiplies tiles: products of many tokens in bfloat16.
public struct TileKernels: Sendable {
  /// Rounds tokens; see `TileActivations.pack`.
  public typealias Pack =
    @Sendable (
      _ x: UnsafePointer<Float>, _ stride: Int, _ tokens: Int, _ columns: Int,
      _ out: UnsafeMutableRawPointer, _ groupStride: Int
    ) -> Void
  /// Decodes rows into a `TilePanel`, by way of a `WeightPanel`.
  public typealias Decode =
    @Sendable (
      _ weights: UnsafeRawPointer, _ rowBytes: Int, _ rows: Int, _ columns: Int,
      _ scratch: UnsafeMutableRawPointer, _ panel: UnsafeMutableRawPointer,
      _ tiles: UnsafeMutableRawPointer
    ) -> Void
  /// See `TileMatrix.multiply`.
  public typealias Multiply =
    @Sendable (
      _ panel: UnsafeRawPointer, _ steps: Int, _ activations: UnsafeRawPointer, _ tiles: Int,
      _ sums: UnsafeMutablePointer<Float>, _ adds: Bool
    ) -> Void

  /// Rounds tokens.
  public var pack: Pack
  /// By `WeightFormat.rawValue`; nil for what is to keep all its bits.
  public var decode: [Decode?]
  /// Multiplies a panel with tokens.
  public var multiply: Multiply
  /// `TileMatrix.products`.
  public var probe: @Sendable (_ count: Int) -> Void

  /// The generic kernels, specialized for a set and a unit.
  ///
  /// - Parameters:
  ///   - set: The vocabulary.
  ///   - unit: The unit.
  @inlinable @inline(__always)
  public init<S: InstructionSet, U: TileUnit>(_ set: S.Type, _ unit: U.Type) {
    pack = { x, stride, tokens, columns, out, groupStride in
      TileActivations.pack(
        x, stride: stride, tokens: tokens, columns: columns, into: out,
        groupStride: groupStride, S.self)
    }
    decode = [
      nil, Self.floats(F16.self, S.self, U.self), Self.floats(BF16.self, S.self, U.self),
      Self.packed(Q4_0.self, S.self, U.self), Self.packed(Q4_1.self, S.self, U.self),
      Self.packed(Q5_0.self, S.self, U.self), Self.packed(Q5_1.self, S.self, U.self),
      Self.packed(Q8_0.self, S.self, U.self),
      Self.packed(Q2_K.self, S.self, U.self), Self.packed(Q3_K.self, S.self, U.self),
      Self.packed(Q4_K.self, S.self, U.self),
      Self.packed(Q5_K.self, S.self, U.self), Self.packed(Q6_K.self, S.self, U.self),
      Self.packed(IQ4_NL.self, S.self, U.self), Self.packed(IQ4_XS.self, S.self, U.self),
    ]
    multiply = { panel, steps, activations, tiles, sums, adds in
      TileMatrix.multiply(
        panel, steps: steps, activations, tiles: tiles, into: sums, adds: adds, U.self)
    }
    probe = { count in TileMatrix.products(count, U.self) }
  }

  @inlinable @inline(__always)
  static func packed<F: PackedFormat, S: InstructionSet, U: TileUnit>(
    _: F.Type, _: S.Type, _: U.Type
  ) -> Decode {
    { weights, rowBytes, rows, columns, scratch, panel, tiles in
      TilePanel.decodePacked(
        weights, rowBytes: rowBytes, rows: rows, columns: columns, scratch: scratch,
        panel: panel, into: tiles, S.self, F.self, U.self)
    }
  }

  @inlinable @inline(__always)
  static func floats<F: FloatFormat, S: InstructionSet, U: TileUnit>(
    _: F.Type, _: S.Type, _: U.Type
  ) -> Decode {
    { weights, rowBytes, rows, columns, _, panel, tiles in
      TilePanel.decodeFloats(
        weights, rowBytes: rowBytes, rows: rows, columns: columns, panel: panel, into: tiles,
        S.self, F.self, U.self)
    }
  }
}
