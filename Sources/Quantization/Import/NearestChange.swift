/// What the nearest codes of Q8_0 change in a matrix's blocks.
struct NearestChange: Sendable {
  /// The largest change of a weight, as a part of the largest weight in its block.
  private(set) var change = 0.0
  /// Whether no block's scale is too small for half precision.
  private(set) var fits = true
  private var blocks = 0
  /// Blocks that change more than by a scale's rounding.
  private var changed = 0

  /// Nothing yet.
  init() {}

  /// The changes in some rows.
  init(_ matrix: KeptFormat.Matrix, rows: Range<Int>) throws {
    try matrix.visitBlocks(rows: rows) { values, group, _ in
      let block = NearestBlock(values, groupScale: group.scale, top: matrix.top)
      blocks += 1
      if block.change > 0x1p-11 {
        changed += 1
        // With a normal scale a code is never further away than half of the least one.
        fits = fits && abs(block.scale) >= .leastNormalMagnitude && block.change <= 1 / 250
      }
      change = max(change, block.change)
    }
  }

  /// The changes in these rows and others.
  func joined(with other: NearestChange) -> NearestChange {
    var all = self
    all.change = max(change, other.change)
    all.fits = fits && other.fits
    all.blocks += other.blocks
    all.changed += other.changed
    return all
  }

  /// What is rounded in a matrix with these changes.
  func rounding(_ matrix: KeptFormat.Matrix) -> ImportRounding? {
    guard change > 0 else { return nil }
    let words =
      switch matrix.groups.offset {
      case .zero, .zeros: "codes minus their zeros need more than 8 bits, the nearest are taken"
      case .biases, .floatZeros:
        "offsets are no multiples of the scales, the nearest codes are taken"
      }
    return ImportRounding(
      words: changed > 0 ? words : ImportRounding.scales, change: change, changedBlocks: changed,
      blocks: blocks)
  }
}

extension KeptFormat.Matrix {
  /// Calls a body with the values of each block of 32, their group, and the block's place.
  func visitBlocks(
    rows: Range<Int>, _ body: (UnsafePointer<Float>, CodeGroup, Int) -> Void
  ) throws {
    let codes = try codes.load(rows: rows, count: columns)
    let loaded = try groups.load(rows: rows)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 32) { values in
      guard let start = values.baseAddress else { return }
      for block in 0..<codes.count / 32 {
        let (row, column) = (block * 32).quotientAndRemainder(dividingBy: columns)
        let group = loaded[row * groups.count + column / groups.size]
        for i in 0..<32 { start[i] = group.value(codes[block * 32 + i]) }
        body(start, group, block)
      }
    }
  }
}
