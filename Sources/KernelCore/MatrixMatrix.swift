/// Products of a decoded panel of weights with many tokens: the prefill kernels.
///
/// Up to 32 rows by six tokens at a time: their sums stay in registers, each load of weights serves
/// all tokens, and each load of an activation all rows.
public enum MatrixMatrix {
  /// Where results go.
  public struct Target {
    /// `[tokens][rows]`.
    @usableFromInline let out: UnsafeMutablePointer<Float>
    /// The distance between tokens.
    @usableFromInline let stride: Int
    /// Rows of the panel.
    @usableFromInline let rows: Int
    /// Whether results are added to what is there.
    @usableFromInline let adds: Bool

    /// A target.
    @inlinable @inline(__always)
    public init(_ out: UnsafeMutablePointer<Float>, stride: Int, rows: Int, adds: Bool) {
      self.out = out
      self.stride = stride
      self.rows = rows
      self.adds = adds
    }

    /// Writes the sums of a token, of up to 16 rows from `first` on.
    @inlinable @inline(__always)
    func write<S: InstructionSet>(
      _ sums: Floats, scale: Float, token: Int, first: Int, _: S.Type
    ) {
      guard first < rows else { return }
      let p = out + (token &* stride &+ first)
      let count = rows &- first
      if count >= 16 {
        let old = adds ? S.load(UnsafePointer(p)) : S.splat(0)
        S.store(S.multiplyAdd(old, sums, S.splat(scale)), p)
      } else {
        let old = adds ? S.load(UnsafePointer(p), count: count) : S.splat(0)
        S.store(S.multiplyAdd(old, sums, S.splat(scale)), p, count: count)
      }
    }
  }

  /// A panel of a packed format times quantized activations.
  ///
  /// - `panel`: `WeightPanel` of the rows.
  /// - `steps`: Steps of 64 columns.
  /// - `hasMinimums`: As the format says.
  /// - `hasSmallBlocks`: As the format says.
  /// - `activations`: The first token's group.
  /// - `tokenBytes`: The distance between tokens in `activations`.
  /// - `tokens`: How many tokens.
  /// - `target`: Where results go.
  @inlinable @inline(__always)
  public static func packed<S: InstructionSet>(
    _ panel: UnsafeRawPointer, steps: Int, hasMinimums: Bool, hasSmallBlocks: Bool,
    _ activations: UnsafeRawPointer, tokenBytes: Int, tokens: Int, into target: Target, _: S.Type
  ) {
    func tile<T: TokenTile>(_ token: Int, _: T.Type) {
      var first = 0
      while first < target.rows {
        packedTile(
          panel + first / WeightPanel.halfRows &* WeightPanel.packedHalfBytes, steps, hasMinimums,
          hasSmallBlocks, activations + token &* tokenBytes, tokenBytes, token, first, target,
          S.self, T.self)
        first &+= S.hasWideTiles ? WeightPanel.rows : WeightPanel.halfRows
      }
    }
    forEachTile(tokens, S.self, tile, tile, tile, tile)
  }

  /// A panel of floats times float activations, padded with zeros to a multiple of 16.
  ///
  /// - `panel`: `WeightPanel` of the rows.
  /// - `columns`: Columns of the panel, a multiple of 16.
  /// - `activations`: The first token's value at the panel's first column.
  /// - `tokenStride`: The distance between tokens in `activations`.
  /// - `tokens`: How many tokens.
  /// - `target`: Where results go.
  @inlinable @inline(__always)
  public static func floats<S: InstructionSet>(
    _ panel: UnsafeRawPointer, columns: Int, _ activations: UnsafePointer<Float>,
    tokenStride: Int, tokens: Int, into target: Target, _: S.Type
  ) {
    func tile<T: TokenTile>(_ token: Int, _: T.Type) {
      var first = 0
      while first < target.rows {
        floatTile(
          panel + first / WeightPanel.halfRows &* WeightPanel.floatHalfBytes, columns,
          activations + token &* tokenStride, tokenStride, token, first, target, S.self, T.self)
        first &+= S.hasWideTiles ? WeightPanel.rows : WeightPanel.halfRows
      }
    }
    forEachTile(tokens, S.self, tile, tile, tile, tile)
  }

  /// Covers the tokens with tiles as large as registers hold.
  @inlinable @inline(__always)
  static func forEachTile<S: InstructionSet>(
    _ tokens: Int, _: S.Type, _ six: (Int, TokenTile6.Type) -> Void,
    _ four: (Int, TokenTile4.Type) -> Void, _ two: (Int, TokenTile2.Type) -> Void,
    _ one: (Int, TokenTile1.Type) -> Void
  ) {
    var token = 0
    if S.hasWideTiles {
      while tokens &- token >= 6 {
        six(token, TokenTile6.self)
        token &+= 6
      }
      if tokens &- token >= 4 {
        four(token, TokenTile4.self)
        token &+= 4
      }
    }
    while tokens &- token >= 2 {
      two(token, TokenTile2.self)
      token &+= 2
    }
    if token < tokens { one(token, TokenTile1.self) }
  }

  /// Some tokens times the rows of a half, or of both.
  @inlinable @inline(__always)
  static func packedTile<S: InstructionSet, T: TokenTile>(
    _ half: UnsafeRawPointer, _ steps: Int, _ hasMinimums: Bool, _ hasSmallBlocks: Bool,
    _ activations: UnsafeRawPointer, _ tokenBytes: Int, _ token: Int, _ first: Int,
    _ target: Target, _: S.Type, _: T.Type
  ) {
    var tile = T()
    let pairs = hasSmallBlocks ? 4 : 8
    let blocks = steps &* 16 / pairs
    var block = 0
    while block < blocks {
      // A step has sixteen pairs of even columns and sixteen of odd ones.
      let step = block &* pairs / 16
      let lane = block &* pairs % 16
      var w = half + (step &* WeightPanel.stepBytes &+ lane &* 64)
      var x = activations + (step &* QuantizedActivations.stepBytes &+ lane &* 4)
      var pair = 0
      while pair < pairs {
        let even = load(w, S.self)
        let odd = load(w + 1024, S.self)
        tile.forEach { token, sums in
          let x = x + token &* tokenBytes
          sums.add(even, x, S.self)
          sums.add(odd, x + 64, S.self)
        }
        w += 64
        x += 4
        pair &+= 1
      }
      let sixteenth = hasSmallBlocks ? block : 2 &* block
      let scales = floats(half + (WeightPanel.scalesOffset &+ sixteenth &* 64), S.self)
      tile.forEach { _, sums in sums.fold(scales, S.self) }
      if hasMinimums {
        let minimums = floats(half + (WeightPanel.minimumsOffset &+ sixteenth &* 64), S.self)
        let sums =
          activations
          + (block &* 4
            &+ (hasSmallBlocks
              ? QuantizedActivations.sumsOffset : QuantizedActivations.pairSumsOffset))
        tile.forEach { token, tokenSums in
          tokenSums.add(minimums, (sums + token &* tokenBytes).load(as: Float.self), S.self)
        }
      }
      block &+= 1
    }
    tile.forEach { index, sums in
      let scale = QuantizedActivations.scale(activations + index &* tokenBytes)
      target.write(sums.floats.0, scale: scale, token: token &+ index, first: first, S.self)
      if S.hasWideTiles {
        target.write(
          sums.floats.1, scale: scale, token: token &+ index, first: first &+ 16, S.self)
      }
    }
  }

  @inlinable @inline(__always)
  static func floatTile<S: InstructionSet, T: TokenTile>(
    _ half: UnsafeRawPointer, _ columns: Int, _ activations: UnsafePointer<Float>,
    _ tokenStride: Int, _ token: Int, _ first: Int, _ target: Target, _: S.Type, _: T.Type
  ) {
    var tile = T()
    var w = half
    var x = activations
    var column = 0
    while column < columns {
      let low = S.load(w.assumingMemoryBound(to: Float.self))
      let high =
        S.hasWideTiles
        ? S.load((w + WeightPanel.floatHalfBytes).assumingMemoryBound(to: Float.self)) : low
      tile.forEach { token, sums in sums.add((low, high), x[token &* tokenStride], S.self) }
      w += 64
      x += 1
      column &+= 1
    }
    tile.forEach { index, sums in
      target.write(sums.floats.0, scale: 1, token: token &+ index, first: first, S.self)
      if S.hasWideTiles {
        target.write(sums.floats.1, scale: 1, token: token &+ index, first: first &+ 16, S.self)
      }
    }
  }

  /// The same place of one half, or of both.
  @inlinable @inline(__always)
  static func load<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> (Bits, Bits) {
    let low = S.loadBits(p)
    return (low, S.hasWideTiles ? S.loadBits(p + WeightPanel.packedHalfBytes) : low)
  }

  @inlinable @inline(__always)
  static func floats<S: InstructionSet>(_ p: UnsafeRawPointer, _: S.Type) -> (Floats, Floats) {
    let (low, high) = load(p, S.self)
    return (unsafeBitCast(low, to: Floats.self), unsafeBitCast(high, to: Floats.self))
  }
}
