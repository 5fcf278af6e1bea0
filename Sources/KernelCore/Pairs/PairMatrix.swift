/// Products of a `TilePanel` with `TileActivations` in the words of an instruction set: up to 32 rows
/// by eight tokens at a time, whose sums stay in registers: a tile of tokens takes two of them.
public enum PairMatrix {
  /// Adds a panel's products to sums, or writes them.
  ///
  /// - `panel`: The weights.
  /// - `columns`: Columns of the panel, up to 256; beyond them it is zero up to a multiple of 4.
  /// - `activations`: A group of `TileActivations` for each 16 tokens.
  /// - `tokens`: How many tokens.
  /// - `sums`: `[tokens][32]`; of missing rows, they mean nothing.
  /// - `adds`: Whether results are added to what is there.
  @inlinable @inline(__always)
  public static func multiply<S: InstructionSet>(
    _ panel: UnsafeRawPointer, columns: Int, _ activations: UnsafeRawPointer, tokens: Int,
    into sums: UnsafeMutablePointer<Float>, adds: Bool, _: S.Type
  ) {
    var token = 0
    while token < tokens {
      let inTile = token % TileActivations.tokens
      let x =
        activations
        + (token / TileActivations.tokens &* TileActivations.groupBytes
          &+ inTile &* TileActivations.tokenBytes)
      let out = sums + token &* WeightPanel.rows
      let left = min(TileActivations.tokens &- inTile, tokens &- token)
      if S.hasWideTiles, left >= 8 {
        rows(panel, columns, x, out, adds, S.self, TokenTile8.self)
        token &+= 8
      } else if S.hasWideTiles, left >= 4 {
        rows(panel, columns, x, out, adds, S.self, TokenTile4.self)
        token &+= 4
      } else if left >= 2 {
        rows(panel, columns, x, out, adds, S.self, TokenTile2.self)
        token &+= 2
      } else {
        rows(panel, columns, x, out, adds, S.self, TokenTile1.self)
        token &+= 1
      }
    }
  }

  /// Some tokens times all rows.
  @inlinable @inline(never)
  static func rows<S: InstructionSet, T: TokenTile>(
    _ panel: UnsafeRawPointer, _ columns: Int, _ activations: UnsafeRawPointer,
    _ out: UnsafeMutablePointer<Float>, _ adds: Bool, _: S.Type, _: T.Type
  ) {
    tile(panel, columns, activations, out, adds, S.self, T.self)
    if S.hasWideTiles { return }
    tile(
      panel + TilePanel.halfBytes, columns, activations, out + WeightPanel.halfRows, adds, S.self,
      T.self)
  }

  /// Some tokens times the rows of a half, or of both.
  @inlinable @inline(__always)
  static func tile<S: InstructionSet, T: TokenTile>(
    _ half: UnsafeRawPointer, _ columns: Int, _ activations: UnsafeRawPointer,
    _ out: UnsafeMutablePointer<Float>, _ adds: Bool, _: S.Type, _: T.Type
  ) {
    var tile = T()
    var step = 0
    while step &* 64 < columns {
      // A quarter of the columns are first ones of a pair in each of a step's two tiles.
      let left = columns &- step &* 64
      let pairs = left < 64 ? (left &+ 3) / 4 : 16
      let offset = 2 &* step &* TileActivations.tileBytes
      add(half + offset, activations + offset, pairs, &tile, S.self)
      let odd = offset &+ TileActivations.tileBytes
      add(half + odd, activations + odd, pairs, &tile, S.self)
      step &+= 1
    }
    tile.forEach { token, sums in
      sums.write(scale: 1, to: out + token &* WeightPanel.rows, adds: adds, S.self)
    }
  }

  /// Adds the products of some pairs of columns.
  @inlinable @inline(__always)
  static func add<S: InstructionSet, T: TokenTile>(
    _ weights: UnsafeRawPointer, _ activations: UnsafeRawPointer, _ pairs: Int, _ tile: inout T,
    _: S.Type
  ) {
    var w = weights
    var x = activations
    var pair = 0
    while pair < pairs {
      let weights = MatrixMatrix.load(w, halfBytes: TilePanel.halfBytes, S.self)
      tile.forEach { token, sums in
        sums.addPairs(weights, x + token &* TileActivations.tokenBytes, S.self)
      }
      w += 64
      x += 4
      pair &+= 1
    }
  }
}
