/// Products of a `BytePanel` with `ByteActivations`: up to 32 rows by six tokens at a time, or sixteen
/// by four, whose sums stay in registers, as in `MatrixMatrix`.
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
      } else if tokens &- token >= 4 {
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
    var tile = T()
    let blocks = steps &* (hasSmallBlocks ? 4 : 2)
    let minimumsOffset =
      BytePanel.scalesOffset &+ WeightPanel.minimumsAfterScales(hasSmallBlocks: hasSmallBlocks)
    let sumsOffset =
      hasSmallBlocks ? ByteActivations.smallSumsOffset : ByteActivations.sumsOffset
    var block = 0
    while block < blocks {
      add(block, of: half, hasSmallBlocks, activations, codes: 0, times: 1, to: &tile, S.self)
      if hasMinimums {
        let minimums = MatrixMatrix.floats(
          half + (minimumsOffset &+ block &* 64), halfBytes: BytePanel.halfBytes, S.self)
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
    tile.forEach { token, _ in
      let x = activations + token &* tokenBytes
      if ByteActivations.heavyBlocks(x) != 0 {
        addHeavyBlocks(half, hasSmallBlocks, x, to: out + token &* WeightPanel.rows, S.self)
      }
    }
  }

  /// Adds what a token's second codes bring: of few blocks, and seldom of the same ones for
  /// neighbours, so that tokens are taken one by one.
  @inlinable @inline(never)
  static func addHeavyBlocks<S: InstructionSet>(
    _ half: UnsafeRawPointer, _ hasSmallBlocks: Bool, _ activations: UnsafeRawPointer,
    to out: UnsafeMutablePointer<Float>, _: S.Type
  ) {
    let second = ByteActivations.secondOffset
    var tile = TokenTile1()
    var heavy = ByteActivations.heavyBlocks(activations)
    while heavy != 0 {
      let block = heavy.trailingZeroBitCount
      if hasSmallBlocks {
        add(
          2 &* block, of: half, true, activations, codes: second, times: 0x1p-8, to: &tile, S.self)
        add(
          2 &* block &+ 1, of: half, true, activations, codes: second, times: 0x1p-8, to: &tile,
          S.self)
      } else {
        add(block, of: half, false, activations, codes: second, times: 0x1p-8, to: &tile, S.self)
      }
      heavy &= heavy &- 1
    }
    tile.forEach { _, sums in sums.write(scale: 1, to: out, adds: true, S.self) }
  }

  /// Adds the products of a block.
  ///
  /// - `codes`: Where the activations' codes are.
  /// - `factor`: What they are worth.
  @inlinable @inline(__always)
  static func add<S: InstructionSet, T: TokenTile>(
    _ block: Int, of half: UnsafeRawPointer, _ hasSmallBlocks: Bool,
    _ activations: UnsafeRawPointer, codes: Int, times factor: Float, to tile: inout T, _: S.Type
  ) {
    let tokenBytes = ByteActivations.groupBytes
    let halfBytes = BytePanel.halfBytes
    let fours = hasSmallBlocks ? 4 : 8
    let begin = MatrixMatrix.load(
      half + (BytePanel.sumsOffset &+ block &* 64), halfBytes: halfBytes, S.self)
    tile.forEach { _, sums in sums.integers = begin }
    var w = half + block &* fours &* 64
    var x = activations + (codes &+ block &* fours &* 4)
    var four = 0
    while four < fours {
      let codes = MatrixMatrix.load(w, halfBytes: halfBytes, S.self)
      let next = MatrixMatrix.load(w + 64, halfBytes: halfBytes, S.self)
      tile.forEach { token, sums in sums.addBytes(codes, next, x + token &* tokenBytes, S.self) }
      w += 128
      x += 8
      four &+= 2
    }
    let scales = MatrixMatrix.floats(
      half + (BytePanel.scalesOffset &+ block &* 64), halfBytes: halfBytes, S.self)
    let wide = hasSmallBlocks ? block &>> 1 : block
    let scale = activations + (ByteActivations.scalesOffset &+ wide &* 4)
    tile.forEach { token, sums in
      let scale = S.splat((scale + token &* tokenBytes).load(as: Float.self) * factor)
      sums.fold((scales.0 * scale, S.hasWideTiles ? scales.1 * scale : scales.1), S.self)
    }
  }
}
