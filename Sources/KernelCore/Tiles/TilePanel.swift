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
  /// - `scales`: Receives the scales and minimums of sixteen rows, up to 2048 bytes.
  /// - `tiles`: Receives the halves that have rows.
  @inlinable @inline(never)
  public static func decodePacked<S: InstructionSet, F: PackedFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    scratch: UnsafeMutableRawPointer, scales: UnsafeMutableRawPointer,
    into tiles: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    var first = 0
    var half = tiles
    while first < rows {
      let groups = WeightPanel.groups(weights, rowBytes, first, rows, columns, scratch, F.self)
      WeightPanel.decodeHalf(groups, columns, scales: scales, S.self, F.self) { step in
        decodeStep(step, groups, scales, into: half + step &* 2048, S.self, F.self)
      }
      first &+= WeightPanel.halfRows
      half += halfBytes
    }
  }

  /// A step of sixteen rows, two tiles.
  @inlinable @inline(__always)
  static func decodeStep<S: InstructionSet, F: PackedFormat>(
    _ step: Int, _ groups: WeightPanel.Groups, _ scales: UnsafeRawPointer,
    into out: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    let minimums =
      scales + WeightPanel.minimumsAfterScales(hasSmallBlocks: F.hasSmallBlocks)
    let scale = (
      floats(scales, step, 0, S.self, F.self), floats(scales, step, 1, S.self, F.self),
      floats(scales, step, 2, S.self, F.self), floats(scales, step, 3, S.self, F.self)
    )
    let minimum = (
      floats(minimums, step, 0, S.self, F.self), floats(minimums, step, 1, S.self, F.self),
      floats(minimums, step, 2, S.self, F.self), floats(minimums, step, 3, S.self, F.self)
    )
    // Codes are to lie in the highest bytes of their lanes.
    let high = S.splat(0x1p-24)
    WeightPanel.forEachFourColumns(step, groups, S.self, F.self) { four, bytes in
      let codes =
        F.offset == 0
        ? bytes : S.subtractBytes(bytes, S.splatByte(UInt8(truncatingIfNeeded: F.offset)))
      let target = out + four &* 64
      switch four / 4 {
      case 0: store(codes, scale.0 * high, minimum.0, target, S.self, F.self)
      case 1: store(codes, scale.1 * high, minimum.1, target, S.self, F.self)
      case 2: store(codes, scale.2 * high, minimum.2, target, S.self, F.self)
      default: store(codes, scale.3 * high, minimum.3, target, S.self, F.self)
      }
    }
  }

  /// Sixteen rows' scales or minimums of a quarter of a step.
  @inlinable @inline(__always)
  static func floats<S: InstructionSet, F: PackedFormat>(
    _ p: UnsafeRawPointer, _ step: Int, _ quarter: Int, _: S.Type, _: F.Type
  ) -> Floats {
    let block = F.hasSmallBlocks ? 4 &* step &+ quarter : 2 &* step &+ quarter / 2
    return S.load((p + block &* 64).assumingMemoryBound(to: Float.self))
  }

  /// Writes four columns.
  @inlinable @inline(__always)
  static func store<S: InstructionSet, F: PackedFormat>(
    _ codes: Bits, _ scale: Floats, _ minimum: Floats, _ out: UnsafeMutableRawPointer, _: S.Type,
    _: F.Type
  ) {
    S.storeBits(
      S.pairs(
        weights(codes, 24, scale, minimum, S.self, F.self),
        weights(codes, 8, scale, minimum, S.self, F.self)), out)
    S.storeBits(
      S.pairs(
        weights(codes, 16, scale, minimum, S.self, F.self),
        weights(codes, 0, scale, minimum, S.self, F.self)), out + 1024)
  }

  /// The weights whose codes lie so many bits below the highest ones of their lanes.
  @inlinable @inline(__always)
  static func weights<S: InstructionSet, F: PackedFormat>(
    _ codes: Bits, _ shift: Int32, _ scale: Floats, _ minimum: Floats, _: S.Type, _: F.Type
  ) -> Floats {
    let lanes = unsafeBitCast(codes, to: SIMD16<Int32>.self)
    let highest = (lanes &<< SIMD16(repeating: shift)) & SIMD16(repeating: -0x100_0000)
    let product = S.floats(unsafeBitCast(highest, to: Bits.self)) * scale
    return F.hasMinimums ? product - minimum : product
  }

  /// Decodes rows of a float format.
  ///
  /// - `weights`: The first row's first column.
  /// - `rowBytes`: The bytes from one row to the next.
  /// - `rows`: How many rows, up to 32.
  /// - `columns`: Columns from there on; 256 are decoded at most.
  /// - `tiles`: Receives the halves that have rows.
  @inlinable @inline(never)
  public static func decodeFloats<S: InstructionSet, F: FloatFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    into tiles: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    let columns = columns < WeightPanel.columns ? columns : WeightPanel.columns
    var first = 0
    var out = tiles
    while first < rows {
      var column = 0
      while column < columns {
        let target = out + ((column &>> 6) &* 2048 &+ (column &>> 2 & 15) &* 64)
        S.transpose { row in
          let row = first &+ row < rows ? first &+ row : rows &- 1
          let p = weights + (row &* rowBytes &+ column &* F.blockBytes)
          S.prefetch(p + WeightPanel.columns &* F.blockBytes)
          return F.pairsOfFours(p, count: columns &- column, S.self)
        } into: { pair, values in
          S.storeBits(values, target + ((pair & 1) &* 1024 &+ (pair &>> 1) &* 64))
        }
        column &+= 32
      }
      clear(out, from: column &>> 2, S.self)
      first &+= WeightPanel.halfRows
      out += halfBytes
    }
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
