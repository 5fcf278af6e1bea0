/// How a float panel is multiplied with float activations: as it is, or rounded to bfloat16.
public protocol PanelProduct: SendableMetatype {
  /// Tokens for which sums are kept.
  static func sumTokens(_ tokens: Int) -> Int
  /// Prepares up to 256 columns of activations for products with several panels.
  ///
  /// - `x`: The first token's values.
  /// - `stride`: The distance between tokens.
  /// - `tokens`: How many tokens.
  /// - `columns`: Values of each.
  /// - `prepared`: `TileActivations.groupBytes` for each 16 tokens.
  static func prepare<S: InstructionSet>(
    _ x: UnsafePointer<Float>, stride: Int, tokens: Int, columns: Int,
    into prepared: UnsafeMutableRawPointer, _: S.Type)
  /// Multiplies a panel with what was prepared.
  ///
  /// - `panel`: A float `WeightPanel`, with zeros up to a multiple of 16 columns.
  /// - `rows`: Its rows.
  /// - `columns`: Its columns.
  /// - `x`: As prepared.
  /// - `stride`: As prepared.
  /// - `tokens`: As prepared.
  /// - `prepared`: What `prepare` has written.
  /// - `tiles`: `TilePanel.bytes`, overwritten.
  /// - `sums`: `[sumTokens][32]`.
  /// - `adds`: Whether results are added to what is there.
  static func multiply<S: InstructionSet>(
    _ panel: UnsafeRawPointer, rows: Int, columns: Int, _ x: UnsafePointer<Float>, stride: Int,
    tokens: Int, prepared: UnsafeRawPointer, tiles: UnsafeMutableRawPointer,
    into sums: UnsafeMutablePointer<Float>, adds: Bool, _: S.Type)
}

/// Products of floats with the words of an instruction set.
public enum FloatProduct: PanelProduct {
  @inlinable @inline(__always)
  public static func sumTokens(_ tokens: Int) -> Int { tokens }

  @inlinable @inline(__always)
  public static func prepare<S: InstructionSet>(
    _ x: UnsafePointer<Float>, stride: Int, tokens: Int, columns: Int,
    into prepared: UnsafeMutableRawPointer, _: S.Type
  ) {}

  @inlinable @inline(__always)
  public static func multiply<S: InstructionSet>(
    _ panel: UnsafeRawPointer, rows: Int, columns: Int, _ x: UnsafePointer<Float>, stride: Int,
    tokens: Int, prepared: UnsafeRawPointer, tiles: UnsafeMutableRawPointer,
    into sums: UnsafeMutablePointer<Float>, adds: Bool, _: S.Type
  ) {
    MatrixMatrix.floats(
      panel, rows: rows, columns: columns, x, tokenStride: stride, tokens: tokens,
      into: sums, adds: adds, S.self)
  }
}

extension PanelProduct {
  /// Rounds tokens to `TileActivations`.
  @inlinable @inline(__always)
  public static func prepare<S: InstructionSet>(
    _ x: UnsafePointer<Float>, stride: Int, tokens: Int, columns: Int,
    into prepared: UnsafeMutableRawPointer, _: S.Type
  ) {
    var token = 0
    while token < tokens {
      TileActivations.pack(
        x + token &* stride, stride: stride, tokens: tokens &- token, columns: columns,
        into: prepared + token / TileActivations.tokens &* TileActivations.groupBytes,
        groupStride: 0, S.self)
      token &+= TileActivations.tokens
    }
  }
}

/// Products on a unit, both sides rounded to bfloat16.
public enum TileProduct<U: TileUnit>: PanelProduct {
  @inlinable @inline(__always)
  public static func sumTokens(_ tokens: Int) -> Int {
    (tokens &+ TileActivations.tokens &- 1) & ~(TileActivations.tokens &- 1)
  }

  @inlinable @inline(__always)
  public static func multiply<S: InstructionSet>(
    _ panel: UnsafeRawPointer, rows: Int, columns: Int, _ x: UnsafePointer<Float>, stride: Int,
    tokens: Int, prepared: UnsafeRawPointer, tiles: UnsafeMutableRawPointer,
    into sums: UnsafeMutablePointer<Float>, adds: Bool, _: S.Type
  ) {
    TilePanel.roundFloats(panel, rows: rows, columns: columns, into: tiles, S.self)
    TileMatrix.multiply(
      tiles, steps: (columns &+ 63) / 64, prepared,
      tiles: sumTokens(tokens) / TileActivations.tokens, into: sums, adds: adds, U.self)
  }
}

/// Products with the words of an instruction set, both sides rounded to bfloat16.
public enum PairProduct: PanelProduct {
  @inlinable @inline(__always)
  public static func sumTokens(_ tokens: Int) -> Int { tokens }

  @inlinable @inline(__always)
  public static func multiply<S: InstructionSet>(
    _ panel: UnsafeRawPointer, rows: Int, columns: Int, _ x: UnsafePointer<Float>, stride: Int,
    tokens: Int, prepared: UnsafeRawPointer, tiles: UnsafeMutableRawPointer,
    into sums: UnsafeMutablePointer<Float>, adds: Bool, _: S.Type
  ) {
    TilePanel.roundFloats(panel, rows: rows, columns: columns, into: tiles, S.self)
    PairMatrix.multiply(
      tiles, columns: columns, prepared, tokens: tokens, into: sums, adds: adds, S.self)
  }
}
