import BlockFormats

/// Up to 32 rows of a matrix over 256 columns, decoded into the first-level cache once and then
/// multiplied with many tokens.
///
/// Rows lie side by side in lanes, sixteen to a half of the panel, so that a product with a token
/// needs no sum across lanes, and one scale serves all columns of a block. A half of a packed
/// format holds, for each step of 64 columns, the sixteen pairs of even and then the sixteen pairs
/// of odd columns' codes in the order of `QuantizedActivations`, each pair as sixteen rows' words;
/// then the blocks' scales and minimums, each as sixteen rows' floats, and what `SharedProducts`
/// takes off, as sixteen rows' integers. A half of a float format holds each column as sixteen
/// rows' floats. Missing rows repeat the last one.
public enum WeightPanel {
  /// Columns in a panel.
  @inlinable public static var columns: Int {
    @inline(__always) get { QuantizedActivations.groupSize }
  }
  /// Rows in a half.
  @inlinable public static var halfRows: Int {
    @inline(__always) get { 16 }
  }
  /// Rows in a panel.
  @inlinable public static var rows: Int {
    @inline(__always) get { 32 }
  }
  /// Bytes of a step's codes in a half.
  @inlinable public static var stepBytes: Int {
    @inline(__always) get { 2048 }
  }
  /// Where the scales of a packed half begin.
  @inlinable public static var scalesOffset: Int {
    @inline(__always) get { 8192 }
  }
  /// Where the minimums of a packed half begin.
  @inlinable @inline(__always)
  public static func minimumsOffset(hasSmallBlocks: Bool) -> Int {
    scalesOffset &+ minimumsAfterScales(hasSmallBlocks: hasSmallBlocks)
  }
  /// How far the minimums lie after the first scale: of small blocks after sixteen scales, else
  /// after eight.
  @inlinable @inline(__always)
  static func minimumsAfterScales(hasSmallBlocks: Bool) -> Int {
    hasSmallBlocks ? 1024 : 512
  }
  /// Where the sums of each block's products of even with odd columns' codes begin.
  @inlinable public static var pairSumsOffset: Int {
    @inline(__always) get { 10240 }
  }
  /// Bytes of a packed half.
  @inlinable public static var packedHalfBytes: Int {
    @inline(__always) get { 11264 }
  }
  /// Bytes of a float half.
  @inlinable public static var floatHalfBytes: Int {
    @inline(__always) get { 16384 }
  }
  /// Bytes of the largest panel.
  @inlinable public static var bytes: Int {
    @inline(__always) get { 2 * floatHalfBytes }
  }
  /// Bytes of scratch that decoding needs: sixteen groups.
  @inlinable public static var scratchBytes: Int {
    @inline(__always) get { halfRows * stagedBytes }
  }
  /// Bytes from one group to the next in the scratch.
  @inlinable static var stagedBytes: Int {
    @inline(__always) get { 384 }
  }

  /// Decodes rows of a packed format.
  ///
  /// - `weights`: The first row's group.
  /// - `rowBytes`: The bytes from one row to the next.
  /// - `rows`: How many rows, up to 32.
  /// - `columns`: Columns from the group on: fewer than 256 at the end of a row.
  /// - `scratch`: `scratchBytes`, at a multiple of 64.
  /// - `panel`: Receives the halves that have rows.
  @inlinable @inline(__always)
  public static func decodePacked<S: InstructionSet, F: PackedFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    scratch: UnsafeMutableRawPointer, into panel: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    var first = 0
    var half = panel
    while first < rows {
      let groups = groups(weights, rowBytes, first, rows, columns, scratch, F.self)
      decodeHalf(groups, columns, scales: half + scalesOffset, S.self, F.self) { step in
        decodeStep(step, groups, into: half, S.self, F.self)
      }
      first &+= halfRows
      half += packedHalfBytes
    }
  }

  /// Decodes the scales of sixteen rows, and calls the body for each 64 columns.
  @inlinable @inline(__always)
  static func decodeHalf<S: InstructionSet, F: PackedFormat>(
    _ groups: Groups, _ columns: Int, scales: UnsafeMutableRawPointer, _: S.Type, _: F.Type,
    _ body: (_ step: Int) -> Void
  ) {
    decodeScales(groups, into: scales, S.self, F.self)
    var step = 0
    while step &* 64 < columns, step < 4 {
      body(step)
      step &+= 1
    }
  }

  /// Groups of sixteen rows.
  @usableFromInline
  struct Groups {
    /// The first row's.
    @usableFromInline let start: UnsafeRawPointer
    /// The bytes from one row's to the next.
    @usableFromInline let stride: Int

    @inlinable @inline(__always)
    init(start: UnsafeRawPointer, stride: Int) {
      self.start = start
      self.stride = stride
    }

    @inlinable @inline(__always)
    subscript(row: Int) -> UnsafeRawPointer { start + row &* stride }
  }

  /// The groups of sixteen rows: where they lie in the file, or in the scratch if rows or columns
  /// are missing.
  @inlinable @inline(__always)
  static func groups<F: PackedFormat>(
    _ weights: UnsafeRawPointer, _ rowBytes: Int, _ first: Int, _ rows: Int, _ columns: Int,
    _ scratch: UnsafeMutableRawPointer, _: F.Type
  ) -> Groups {
    let start = weights + first &* rowBytes
    if rows &- first >= halfRows, columns >= self.columns {
      return Groups(start: start, stride: rowBytes)
    }
    let blocks = columns < self.columns ? columns / F.blockSize : self.columns / F.blockSize
    stage(start, rowBytes, rows &- first, blocks &* F.blockBytes, F.groupBytes, scratch)
    return Groups(start: scratch, stride: stagedBytes)
  }

  /// Copies groups of up to sixteen rows, of which `bytes` are there: the last row again for those
  /// that are missing, and zeros to a group's end.
  @usableFromInline
  static func stage(
    _ start: UnsafeRawPointer, _ rowBytes: Int, _ rows: Int, _ bytes: Int, _ groupBytes: Int,
    _ scratch: UnsafeMutableRawPointer
  ) {
    for row in 0..<halfRows {
      let target = scratch + row * stagedBytes
      target.copyMemory(from: start + min(row, rows - 1) * rowBytes, byteCount: bytes)
      (target + bytes).initializeMemory(as: UInt8.self, repeating: 0, count: groupBytes - bytes)
    }
  }

  /// Scales of sixteen rows, and minimums after them.
  @inlinable @inline(__always)
  static func decodeScales<S: InstructionSet, F: PackedFormat>(
    _ groups: Groups, into out: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    S.transpose { row in
      unsafeBitCast(F.scales(groups[row], S.self), to: Bits.self)
    } into: { block, scales in
      S.storeBits(scales, out + block &* 64)
    }
    guard F.hasSmallBlocks, F.hasMinimums else { return }
    let target = out + minimumsAfterScales(hasSmallBlocks: true)
    S.transpose { row in
      unsafeBitCast(F.smallMinimums(groups[row], S.self), to: Bits.self)
    } into: { block, minimums in
      S.storeBits(minimums, target + block &* 64)
    }
  }

  /// Gives a step of sixteen rows, each four columns as sixteen rows' four bytes.
  @inlinable @inline(__always)
  static func forEachFourColumns<S: InstructionSet, F: PackedFormat>(
    _ step: Int, _ groups: Groups, _: S.Type, _: F.Type,
    _ body: (_ four: Int, _ codes: Bits) -> Void
  ) {
    S.transpose(
      { row in
        let group = groups[row]
        // The row's next group is decoded after other panels': no processor foresees it.
        S.prefetch(group + (F.groupBytes &+ step &* (F.groupBytes / 4)))
        return F.unpack(group, step: step, S.self)
      }, into: body)
  }

  /// A step of sixteen rows: codes as words, less the format's offset, and their blocks' sums of
  /// products.
  @inlinable @inline(__always)
  static func decodeStep<S: InstructionSet, F: PackedFormat>(
    _ step: Int, _ groups: Groups, into half: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    let target = half + step &* stepBytes
    // Of each four pairs of columns.
    var sums: FourBits = (
      Bits(repeating: 0), Bits(repeating: 0), Bits(repeating: 0), Bits(repeating: 0)
    )
    forEachFourColumns(step, groups, S.self, F.self) { pair, codes in
      var words = F.widened(codes, S.self)
      if F.offset != 0 {
        words.even = S.subtractWords(words.even, S.splatWord(F.offset))
        words.odd = S.subtractWords(words.odd, S.splatWord(F.offset))
      }
      S.storeBits(words.even, target + pair &* 64)
      S.storeBits(words.odd, target + (1024 &+ pair &* 64))
      guard S.sharesProducts else { return }
      switch pair / 4 {
      case 0: sums.0 = S.addProducts(sums.0, words.even, words.odd)
      case 1: sums.1 = S.addProducts(sums.1, words.even, words.odd)
      case 2: sums.2 = S.addProducts(sums.2, words.even, words.odd)
      default: sums.3 = S.addProducts(sums.3, words.even, words.odd)
      }
    }
    guard S.sharesProducts else { return }
    if F.hasSmallBlocks {
      let out = half + (pairSumsOffset &+ step &* 256)
      S.storeBits(sums.0, out)
      S.storeBits(sums.1, out + 64)
      S.storeBits(sums.2, out + 128)
      S.storeBits(sums.3, out + 192)
    } else {
      let out = half + (pairSumsOffset &+ step &* 128)
      S.storeBits(S.addIntegers(sums.0, sums.1), out)
      S.storeBits(S.addIntegers(sums.2, sums.3), out + 64)
    }
  }

  /// Decodes rows of a float format; columns beyond the row's end are zero up to a multiple of 16.
  ///
  /// - `weights`: The first row's first column.
  /// - `rowBytes`: The bytes from one row to the next.
  /// - `rows`: How many rows, up to 32.
  /// - `columns`: Columns from there on; 256 are decoded at most.
  /// - `panel`: Receives the halves that have rows.
  @inlinable @inline(__always)
  public static func decodeFloats<S: InstructionSet, F: FloatFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    into panel: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    var first = 0
    var half = panel
    while first < rows {
      var column = 0
      while column < columns, column < self.columns {
        let target = half + column &* 64
        let count = columns &- column
        S.transpose { row in
          let row = first &+ row < rows ? first &+ row : rows &- 1
          let p = weights + (row &* rowBytes &+ column &* F.blockBytes)
          S.prefetch(p + self.columns &* F.blockBytes)
          let values = count >= 16 ? F.load(p, S.self) : F.load(p, count: count, S.self)
          return unsafeBitCast(values, to: Bits.self)
        } into: { column, values in
          S.storeBits(values, target + column &* 64)
        }
        column &+= 16
      }
      first &+= halfRows
      half += floatHalfBytes
    }
  }

  /// Decodes columns of a float format, each of which lies side by side in memory; columns beyond
  /// the last are zero up to a multiple of 16.
  ///
  /// - `source`: The first column's first row.
  /// - `columnBytes`: The bytes from one column to the next.
  /// - `rows`: How many rows, up to 32.
  /// - `columns`: How many columns, up to 256.
  /// - `panel`: Receives the halves that have rows.
  @inlinable @inline(__always)
  public static func decodeColumns<S: InstructionSet, F: FloatFormat>(
    _ source: UnsafeRawPointer, columnBytes: Int, rows: Int, columns: Int,
    into panel: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    var first = 0
    var half = panel
    while first < rows {
      let count = rows &- first
      var column = 0
      while column < (columns &+ 15) & ~15 {
        let p = source + (column &* columnBytes &+ first &* F.blockBytes)
        let target = (half + column &* 64).assumingMemoryBound(to: Float.self)
        if column >= columns {
          S.store(S.splat(0), target)
        } else {
          S.store(count >= 16 ? F.load(p, S.self) : F.load(p, count: count, S.self), target)
        }
        column &+= 1
      }
      first &+= halfRows
      half += floatHalfBytes
    }
  }
}
