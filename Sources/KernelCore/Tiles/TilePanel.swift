import BlockFormats

/// A `WeightPanel` as a `TileUnit` takes it: 32 rows by 256 columns of bfloat16, in two halves of
/// sixteen rows.
///
/// A half has eight tiles, `[16 pairs of columns][16 rows][2]`, in the order of `TileActivations`.
public enum TilePanel {
  /// Bytes of a half.
  @inlinable public static var halfBytes: Int {
    @inline(__always) get { 8192 }
  }
  /// Bytes of a panel.
  @inlinable public static var bytes: Int {
    @inline(__always) get { 2 * halfBytes }
  }

  /// Decodes rows of a packed format.
  ///
  /// - `weights`: The first row's group.
  /// - `rowBytes`: The bytes from one row to the next.
  /// - `rows`: How many rows, up to 32.
  /// - `columns`: Columns from the group on: fewer than 256 at the end of a row.
  /// - `scratch`: `WeightPanel.scratchBytes`, at a multiple of 64.
  /// - `panel`: `WeightPanel.bytes`, overwritten.
  /// - `tiles`: Receives the halves that have rows.
  @inlinable @inline(never)
  public static func decodePacked<S: InstructionSet, F: PackedFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    scratch: UnsafeMutableRawPointer, panel: UnsafeMutableRawPointer,
    into tiles: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    WeightPanel.decodePacked(
      weights, rowBytes: rowBytes, rows: rows, columns: columns, scratch: scratch, into: panel,
      S.self, F.self)
    let columns = columns < WeightPanel.columns ? columns : WeightPanel.columns
    roundPacked(panel, rows: rows, columns: columns, into: tiles, S.self, F.self)
  }

  /// Decodes rows of a float format.
  ///
  /// - `weights`: The first row's first column.
  /// - `rowBytes`: The bytes from one row to the next.
  /// - `rows`: How many rows, up to 32.
  /// - `columns`: Columns from there on; 256 are decoded at most.
  /// - `panel`: `WeightPanel.bytes`, overwritten.
  /// - `tiles`: Receives the halves that have rows.
  @inlinable @inline(never)
  public static func decodeFloats<S: InstructionSet, F: FloatFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    panel: UnsafeMutableRawPointer, into tiles: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    WeightPanel.decodeFloats(
      weights, rowBytes: rowBytes, rows: rows, columns: columns, into: panel, S.self, F.self)
    let columns = columns < WeightPanel.columns ? columns : WeightPanel.columns
    roundFloats(panel, rows: rows, columns: columns, into: tiles, S.self)
  }

  /// Rounds the weights of a packed format's panel.
  ///
  /// - `panel`: What `WeightPanel.decodePacked` has filled.
  /// - `rows`: Its rows.
  /// - `columns`: Its columns.
  /// - `tiles`: Receives the halves that have rows.
  @inlinable @inline(__always)
  public static func roundPacked<S: InstructionSet, F: PackedFormat>(
    _ panel: UnsafeRawPointer, rows: Int, columns: Int, into tiles: UnsafeMutableRawPointer,
    _: S.Type, _: F.Type
  ) {
    let pairs = F.hasSmallBlocks ? 4 : 8
    let minimumsOffset = WeightPanel.minimumsOffset(hasSmallBlocks: F.hasSmallBlocks)
    var first = 0
    var half = panel
    var out = tiles
    while first < rows {
      var block = 0
      while block &* pairs &* 4 < columns {
        let scales = S.load(
          (half + (WeightPanel.scalesOffset &+ block &* 64)).assumingMemoryBound(to: Float.self))
        let minimums =
          F.hasMinimums
          ? S.load((half + (minimumsOffset &+ block &* 64)).assumingMemoryBound(to: Float.self))
          : S.splat(0)
        var pair = block &* pairs
        while pair < (block &+ 1) &* pairs {
          let source = half + ((pair &>> 4) &* WeightPanel.stepBytes &+ (pair & 15) &* 64)
          let target = out + ((pair &>> 4) &* 2048 &+ (pair & 15) &* 64)
          S.storeBits(
            rounded(S.loadBits(source), scales, minimums, S.self, F.self), target)
          S.storeBits(
            rounded(S.loadBits(source + 1024), scales, minimums, S.self, F.self),
            target + 1024)
          pair &+= 1
        }
        block &+= 1
      }
      clear(out, from: block &* pairs, S.self)
      first &+= WeightPanel.halfRows
      half += WeightPanel.packedHalfBytes
      out += halfBytes
    }
  }

  /// Sixteen rows' pairs of codes as weights.
  @inlinable @inline(__always)
  static func rounded<S: InstructionSet, F: PackedFormat>(
    _ codes: Bits, _ scales: Floats, _ minimums: Floats, _: S.Type, _: F.Type
  ) -> Bits {
    let lanes = unsafeBitCast(codes, to: SIMD16<Int32>.self)
    var low = S.floats(unsafeBitCast((lanes &<< 16) &>> 16, to: Bits.self)) * scales
    var high = S.floats(unsafeBitCast(lanes &>> 16, to: Bits.self)) * scales
    if F.hasMinimums {
      low -= minimums
      high -= minimums
    }
    return S.pairs(low, high)
  }

  /// Rounds the weights of a float format's panel.
  ///
  /// - `panel`: What `WeightPanel.decodeFloats` has filled.
  /// - `rows`: Its rows.
  /// - `columns`: Its columns; it has zeros up to a multiple of 16.
  /// - `tiles`: Receives the halves that have rows.
  @inlinable @inline(never)
  public static func roundFloats<S: InstructionSet>(
    _ panel: UnsafeRawPointer, rows: Int, columns: Int, into tiles: UnsafeMutableRawPointer,
    _: S.Type
  ) {
    var first = 0
    var half = panel
    var out = tiles
    while first < rows {
      var pair = 0
      while pair &* 4 < columns {
        let source = (half + pair &* 256).assumingMemoryBound(to: Float.self)
        let target = out + ((pair &>> 4) &* 2048 &+ (pair & 15) &* 64)
        S.storeBits(S.pairs(S.load(source), S.load(source + 32)), target)
        S.storeBits(S.pairs(S.load(source + 16), S.load(source + 48)), target + 1024)
        pair &+= 1
      }
      clear(out, from: pair, S.self)
      first &+= WeightPanel.halfRows
      half += WeightPanel.floatHalfBytes
      out += halfBytes
    }
  }

  /// Zeros from a pair to the end of its step.
  @inlinable @inline(__always)
  static func clear<S: InstructionSet>(
    _ half: UnsafeMutableRawPointer, from pair: Int, _: S.Type
  ) {
    var pair = pair
    while pair & 15 != 0 {
      let target = half + ((pair &>> 4) &* 2048 &+ (pair & 15) &* 64)
      S.storeBits(S.splatByte(0), target)
      S.storeBits(S.splatByte(0), target + 1024)
      pair &+= 1
    }
  }
}
