/// Products of a decoded panel of weights with many tokens: the prefill kernels.
///
/// Up to 32 rows by six tokens at a time: their sums stay in registers, each load of weights serves
/// all tokens, and each load of an activation all rows. Results are `[tokens][32]`, whatever the
/// rows of the panel: side by side, so that panels over other columns find them in cache.
public enum MatrixMatrix {
  /// A panel of a packed format times quantized activations.
  ///
  /// - `panel`: `WeightPanel` of the rows.
  /// - `rows`: Rows in the panel.
  /// - `steps`: Steps of 64 columns.
  /// - `hasMinimums`: As the format says.
  /// - `hasSmallBlocks`: As the format says.
  /// - `activations`: A group of `QuantizedActivations` for each token.
  /// - `tokens`: How many tokens.
  /// - `sums`: `[tokens][32]`.
  /// - `adds`: Whether results are added to what is there.
  @inlinable @inline(__always)
  static func packed<S: InstructionSet, R: ProductRule>(
    _ panel: UnsafeRawPointer, rows: Int, steps: Int, hasMinimums: Bool, hasSmallBlocks: Bool,
    _ activations: UnsafeRawPointer, tokens: Int, into sums: UnsafeMutablePointer<Float>,
    adds: Bool, _: S.Type, _: R.Type
  ) {
    var token = 0
    while token < tokens {
      let x = activations + token &* QuantizedActivations.groupBytes
      let out = sums + token &* WeightPanel.rows
      if S.hasWideTiles, tokens &- token >= 6 {
        packedRows(
          panel, rows, steps, hasMinimums, hasSmallBlocks, x, out, adds, S.self, R.self,
          TokenTile6.self)
        token &+= 6
      } else if S.hasWideTiles, tokens &- token >= 4 {
        packedRows(
          panel, rows, steps, hasMinimums, hasSmallBlocks, x, out, adds, S.self, R.self,
          TokenTile4.self)
        token &+= 4
      } else if tokens &- token >= 2 {
        packedRows(
          panel, rows, steps, hasMinimums, hasSmallBlocks, x, out, adds, S.self, R.self,
          TokenTile2.self)
        token &+= 2
      } else {
        packedRows(
          panel, rows, steps, hasMinimums, hasSmallBlocks, x, out, adds, S.self, R.self,
          TokenTile1.self)
        token &+= 1
      }
    }
  }

  /// A panel of floats times float activations, padded with zeros to a multiple of 16.
  ///
  /// - `panel`: `WeightPanel` of the rows.
  /// - `rows`: Rows in the panel.
  /// - `columns`: Columns of the panel, a multiple of 16.
  /// - `activations`: The first token's value at the panel's first column.
  /// - `tokenStride`: The distance between tokens in `activations`.
  /// - `tokens`: How many tokens.
  /// - `sums`: `[tokens][32]`.
  /// - `adds`: Whether results are added to what is there.
  @inlinable @inline(__always)
  public static func floats<S: InstructionSet>(
    _ panel: UnsafeRawPointer, rows: Int, columns: Int, _ activations: UnsafePointer<Float>,
    tokenStride: Int, tokens: Int, into sums: UnsafeMutablePointer<Float>, adds: Bool, _: S.Type
  ) {
    var token = 0
    while token < tokens {
      let x = activations + token &* tokenStride
      let out = sums + token &* WeightPanel.rows
      if S.hasWideTiles, tokens &- token >= 6 {
        floatRows(panel, rows, columns, x, tokenStride, out, adds, S.self, TokenTile6.self)
        token &+= 6
      } else if S.hasWideTiles, tokens &- token >= 4 {
        floatRows(panel, rows, columns, x, tokenStride, out, adds, S.self, TokenTile4.self)
        token &+= 4
      } else if tokens &- token >= 2 {
        floatRows(panel, rows, columns, x, tokenStride, out, adds, S.self, TokenTile2.self)
        token &+= 2
      } else {
        floatRows(panel, rows, columns, x, tokenStride, out, adds, S.self, TokenTile1.self)
        token &+= 1
      }
    }
  }

  /// Some tokens times all rows.
  @inlinable @inline(never)
  static func packedRows<S: InstructionSet, R: ProductRule, T: TokenTile>(
    _ panel: UnsafeRawPointer, _ rows: Int, _ steps: Int, _ hasMinimums: Bool,
    _ hasSmallBlocks: Bool, _ activations: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>,
    _ adds: Bool, _: S.Type, _: R.Type, _: T.Type
  ) {
    var half = panel
    var first = 0
    while first < rows {
      packedTile(
        half, steps, hasMinimums, hasSmallBlocks, activations, out + first, adds, S.self, R.self,
        T.self)
      half += WeightPanel.packedHalfBytes
      first &+= S.hasWideTiles ? WeightPanel.rows : WeightPanel.halfRows
    }
  }

  /// Some tokens times all rows.
  @inlinable @inline(never)
  static func floatRows<S: InstructionSet, T: TokenTile>(
    _ panel: UnsafeRawPointer, _ rows: Int, _ columns: Int, _ activations: UnsafePointer<Float>,
    _ tokenStride: Int, _ out: UnsafeMutablePointer<Float>, _ adds: Bool, _: S.Type, _: T.Type
  ) {
    var half = panel
    var first = 0
    while first < rows {
      floatTile(half, columns, activations, tokenStride, out + first, adds, S.self, T.self)
      half += WeightPanel.floatHalfBytes
      first &+= S.hasWideTiles ? WeightPanel.rows : WeightPanel.halfRows
    }
  }

  /// Some tokens times the rows of a half, or of both.
  @inlinable @inline(__always)
  static func packedTile<S: InstructionSet, R: ProductRule, T: TokenTile>(
    _ half: UnsafeRawPointer, _ steps: Int, _ hasMinimums: Bool, _ hasSmallBlocks: Bool,
    _ activations: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>, _ adds: Bool, _: S.Type,
    _: R.Type, _: T.Type
  ) {
    let tokenBytes = QuantizedActivations.groupBytes
    let halfBytes = WeightPanel.packedHalfBytes
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
      if R.isShared {
        let tooMuch = load(
          half + (WeightPanel.pairSumsOffset &+ block &* 64), halfBytes: halfBytes, S.self)
        let x =
          activations
          + (block &* 4
            &+ (hasSmallBlocks
              ? QuantizedActivations.smallPairSumsOffset : QuantizedActivations.pairSumsOffset))
        tile.forEach { token, sums in sums.begin(tooMuch, x + token &* tokenBytes, S.self) }
      }
      var pair = 0
      while pair < pairs {
        let even = load(w, halfBytes: halfBytes, S.self)
        let odd = load(w + 1024, halfBytes: halfBytes, S.self)
        tile.forEach { token, sums in
          sums.add(even, odd, x + token &* tokenBytes, S.self, R.self)
        }
        w += 64
        x += 4
        pair &+= 1
      }
      let scales = floats(
        half + (WeightPanel.scalesOffset &+ block &* 64), halfBytes: halfBytes, S.self)
      tile.forEach { _, sums in sums.fold(scales, S.self) }
      if hasMinimums {
        let offset = WeightPanel.minimumsOffset(hasSmallBlocks: hasSmallBlocks)
        let minimums = floats(half + (offset &+ block &* 64), halfBytes: halfBytes, S.self)
        let sums =
          activations
          + (block &* 4
            &+ (hasSmallBlocks
              ? QuantizedActivations.sumsOffset : QuantizedActivations.wideSumsOffset))
        tile.forEach { token, tokenSums in
          tokenSums.add(minimums, (sums + token &* tokenBytes).load(as: Float.self), S.self)
        }
      }
      block &+= 1
    }
    tile.forEach { token, sums in
      let scale = QuantizedActivations.scale(activations + token &* tokenBytes)
      sums.write(scale: scale, to: out + token &* WeightPanel.rows, adds: adds, S.self)
    }
  }

  @inlinable @inline(__always)
  static func floatTile<S: InstructionSet, T: TokenTile>(
    _ half: UnsafeRawPointer, _ columns: Int, _ activations: UnsafePointer<Float>,
    _ tokenStride: Int, _ out: UnsafeMutablePointer<Float>, _ adds: Bool, _: S.Type, _: T.Type
  ) {
    var tile = T()
    var w = half
    var x = activations
    var column = 0
    while column < columns {
      let weights = floats(w, halfBytes: WeightPanel.floatHalfBytes, S.self)
      tile.forEach { token, sums in sums.add(weights, x[token &* tokenStride], S.self) }
      w += 64
      x += 1
      column &+= 1
    }
    tile.forEach { token, sums in
      sums.write(scale: 1, to: out + token &* WeightPanel.rows, adds: adds, S.self)
    }
  }

  /// The same place of one half, or of both, `halfBytes` apart.
  @inlinable @inline(__always)
  static func load<S: InstructionSet>(
    _ p: UnsafeRawPointer, halfBytes: Int, _: S.Type
  ) -> (Bits, Bits) {
    let low = S.loadBits(p)
    return (low, S.hasWideTiles ? S.loadBits(p + halfBytes) : low)
  }

  @inlinable @inline(__always)
  static func floats<S: InstructionSet>(
    _ p: UnsafeRawPointer, halfBytes: Int, _: S.Type
  ) -> (Floats, Floats) {
    let (low, high) = load(p, halfBytes: halfBytes, S.self)
    return (unsafeBitCast(low, to: Floats.self), unsafeBitCast(high, to: Floats.self))
  }
}
