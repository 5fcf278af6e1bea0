/// Products of a panel of weights with many tokens on a `TileUnit`.
public enum TileMatrix {
  /// Adds a panel's products to sums, or writes them.
  ///
  /// - `panel`: A `TilePanel`; of missing rows, the sums mean nothing.
  /// - `steps`: Steps of 64 columns.
  /// - `activations`: A group of `TileActivations`.
  /// - `tiles`: How many times 16 tokens.
  /// - `sums`: `[16 * tiles][32]`.
  /// - `adds`: Whether results are added to what is there.
  @inlinable @inline(never)
  public static func multiply<U: TileUnit>(
    _ panel: UnsafeRawPointer, steps: Int, _ activations: UnsafeRawPointer, tiles: Int,
    into sums: UnsafeMutablePointer<Float>, adds: Bool, _: U.Type
  ) {
    var unit = U()
    unit.begin()
    var x = activations
    var out = UnsafeMutableRawPointer(sums)
    var tile = 0
    while tile &+ 2 <= tiles {
      block(panel, steps, x, out, adds, isPair: true, &unit)
      x += 2 &* TileActivations.groupBytes
      out += 4096
      tile &+= 2
    }
    if tile < tiles { block(panel, steps, x, out, adds, isPair: false, &unit) }
    unit.end()
  }

  /// Multiplies tiles that stay where they are, 16 × 16 × 32 products at a time: the unit's limit.
  ///
  /// - `count`: Tile products, a multiple of 4.
  @inlinable @inline(never)
  public static func products<U: TileUnit>(_ count: Int, _: U.Type) -> Float {
    var unit = U()
    unit.begin()
    var done = 0
    while done < count {
      unit.addProducts(tokens: 0, weights: 0)
      unit.addProducts(tokens: 0, weights: 1)
      unit.addProducts(tokens: 1, weights: 0)
      unit.addProducts(tokens: 1, weights: 1)
      done &+= 4
    }
    unit.end()
    return 0
  }

  /// One or two times 16 tokens with 32 rows.
  @inlinable @inline(__always)
  static func block<U: TileUnit>(
    _ panel: UnsafeRawPointer, _ steps: Int, _ activations: UnsafeRawPointer,
    _ sums: UnsafeMutableRawPointer, _ adds: Bool, isPair: Bool, _ unit: inout U
  ) {
    let stride = WeightPanel.rows &* 4
    if adds {
      unit.loadSums(0, sums, stride: stride)
      unit.loadSums(1, sums + 64, stride: stride)
      if isPair {
        unit.loadSums(2, sums + 2048, stride: stride)
        unit.loadSums(3, sums + 2112, stride: stride)
      }
    } else {
      unit.clearSums(0)
      unit.clearSums(1)
      if isPair {
        unit.clearSums(2)
        unit.clearSums(3)
      }
    }
    var offset = 0
    while offset < steps &* 2048 {
      unit.loadTokens(0, activations + offset)
      unit.loadWeights(0, panel + offset)
      unit.addProducts(tokens: 0, weights: 0)
      unit.loadWeights(1, panel + (TilePanel.halfBytes &+ offset))
      unit.addProducts(tokens: 0, weights: 1)
      if isPair {
        unit.loadTokens(1, activations + (TileActivations.groupBytes &+ offset))
        unit.addProducts(tokens: 1, weights: 0)
        unit.addProducts(tokens: 1, weights: 1)
      }
      offset &+= TileActivations.tileBytes
    }
    unit.storeSums(0, sums, stride: stride)
    unit.storeSums(1, sums + 64, stride: stride)
    if isPair {
      unit.storeSums(2, sums + 2048, stride: stride)
      unit.storeSums(3, sums + 2112, stride: stride)
    }
  }
}
