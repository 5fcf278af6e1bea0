/// Products of a `BytePanel` with `ByteActivations`: up to 32 rows by six tokens at a time, whose
/// sums stay in registers, as in `MatrixMatrix`.
public enum ByteMatrix {
  /// Adds a panel's products to sums, or writes them.
  ///
  /// - `panel`: The weights.
  /// - `steps`: Steps of 64 columns.
  /// - `hasMinimums`: As the format says.
  /// - `hasSmallBlocks`: As the format says.
  /// - `activations`: A group of `ByteActivations` for each token.
  /// - `tokens`: How many tokens.
  /// - `sums`: `[tokens][32]`; of missing rows, they mean nothing.
  /// - `adds`: Whether results are added to what is there.
  @inlinable @inline(__always)
  public static func multiply<S: InstructionSet>(
    _ panel: UnsafeRawPointer, steps: Int, hasMinimums: Bool, hasSmallBlocks: Bool,
    _ activations: UnsafeRawPointer, tokens: Int, into sums: UnsafeMutablePointer<Float>,
    adds: Bool, _: S.Type
  ) {
    var token = 0
    while token < tokens {
      let x = activations + token &* ByteActivations.groupBytes
      let out = sums + token &* WeightPanel.rows
      if S.hasWideTiles, tokens &- token >= 6 {
        rows(panel, steps, hasMinimums, hasSmallBlocks, x, out, adds, S.self, TokenTile6.self)
        token &+= 6
      } else if S.hasWideTiles, tokens &- token >= 4 {
        rows(panel, steps, hasMinimums, hasSmallBlocks, x, out, adds, S.self, TokenTile4.self)
        token &+= 4
      } else if tokens &- token >= 2 {
        rows(panel, steps, hasMinimums, hasSmallBlocks, x, out, adds, S.self, TokenTile2.self)
        token &+= 2
      } else {
        rows(panel, steps, hasMinimums, hasSmallBlocks, x, out, adds, S.self, TokenTile1.self)
        token &+= 1
      }
    }
  }

  /// Some tokens times all rows.
  @inlinable @inline(never)
  static func rows<S: InstructionSet, T: TokenTile>(
    _ panel: UnsafeRawPointer, _ steps: Int, _ hasMinimums: Bool, _ hasSmallBlocks: Bool,
    _ activations: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>, _ adds: Bool, _: S.Type,
    _: T.Type
  ) {
    tile(panel, steps, hasMinimums, hasSmallBlocks, activations, out, adds, S.self, T.self)
    if S.hasWideTiles { return }
    tile(
      panel + BytePanel.halfBytes, steps, hasMinimums, hasSmallBlocks, activations,
      out + WeightPanel.halfRows, adds, S.self, T.self)
  }

  /// Some tokens times the rows of a half, or of both.
  @inlinable @inline(__always)
  static func tile<S: InstructionSet, T: TokenTile>(
    _ half: UnsafeRawPointer, _ steps: Int, _ hasMinimums: Bool, _ hasSmallBlocks: Bool,
    _ activations: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>, _ adds: Bool, _: S.Type,
    _: T.Type
  ) {
    let tokenBytes = ByteActivations.groupBytes
    let halfBytes = BytePanel.halfBytes
    var tile = T()
    var heavy: UInt32 = 0
    tile.forEach { token, _ in
      heavy |= (activations + (token &* tokenBytes &+ ByteActivations.heavyOffset))
        .load(as: UInt32.self)
    }
    let fours = hasSmallBlocks ? 4 : 8
    let blocks = steps &* 16 / fours
    let minimumsOffset =
      BytePanel.scalesOffset &+ WeightPanel.minimumsAfterScales(hasSmallBlocks: hasSmallBlocks)
    let sumsOffset =
      hasSmallBlocks ? ByteActivations.smallSumsOffset : ByteActivations.sumsOffset
    var block = 0
    while block < blocks {
      let w = half + block &* fours &* 64
      let x = activations + block &* fours &* 4
      let begin = MatrixMatrix.load(
        half + (BytePanel.sumsOffset &+ block &* 64), halfBytes: halfBytes, S.self)
      tile.forEach { _, sums in sums.integers = begin }
      add(w, x, fours, &tile, S.self)
      var scales = MatrixMatrix.floats(
        half + (BytePanel.scalesOffset &+ block &* 64), halfBytes: halfBytes, S.self)
      let wide = hasSmallBlocks ? block &>> 1 : block
      if heavy &>> UInt32(truncatingIfNeeded: wide) & 1 != 0 {
        tile.forEach { _, sums in sums.shift(adding: begin, S.self) }
        add(w, x + ByteActivations.secondOffset, fours, &tile, S.self)
        scales.0 *= S.splat(0x1p-8)
        if S.hasWideTiles { scales.1 *= S.splat(0x1p-8) }
      }
      let scale = activations + (ByteActivations.scalesOffset &+ wide &* 4)
      tile.forEach { token, sums in
        let scale = S.splat((scale + token &* tokenBytes).load(as: Float.self))
        sums.fold((scales.0 * scale, S.hasWideTiles ? scales.1 * scale : scales.1), S.self)
      }
      if hasMinimums {
        let minimums = MatrixMatrix.floats(
          half + (minimumsOffset &+ block &* 64), halfBytes: halfBytes, S.self)
        let sum = activations + (sumsOffset &+ block &* 4)
        tile.forEach { token, sums in
          sums.add(minimums, (sum + token &* tokenBytes).load(as: Float.self), S.self)
        }
      }
      block &+= 1
    }
    tile.forEach { token, sums in
      sums.write(scale: 1, to: out + token &* WeightPanel.rows, adds: adds, S.self)
    }
  }

  /// Adds the products of a block.
  @inlinable @inline(__always)
  static func add<S: InstructionSet, T: TokenTile>(
    _ weights: UnsafeRawPointer, _ activations: UnsafeRawPointer, _ fours: Int, _ tile: inout T,
    _: S.Type
  ) {
    var w = weights
    var x = activations
    var four = 0
    while four < fours {
      let codes = MatrixMatrix.load(w, halfBytes: BytePanel.halfBytes, S.self)
      tile.forEach { token, sums in
        sums.addBytes(codes, x + token &* ByteActivations.groupBytes, S.self)
      }
      w += 64
      x += 4
      four &+= 1
    }
  }
}
