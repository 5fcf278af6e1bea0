import BlockFormats

/// Up to 32 rows of a packed format over 256 columns as signed bytes, in two halves of sixteen
/// rows, for products with `ByteActivations`.
///
/// A half holds each four columns' codes as sixteen rows' four bytes; then the blocks' scales and
/// minimums, each as sixteen rows' floats, and what the activations' offset adds to each block's
/// products, negated, as sixteen rows' integers. Missing rows repeat the last one.
public enum BytePanel {
  /// Where the scales begin, and the minimums after them as in a `WeightPanel`.
  @inlinable public static var scalesOffset: Int {
    @inline(__always) get { 4096 }
  }
  /// Where the negated sums of each block's codes times the activations' offset begin.
  @inlinable public static var sumsOffset: Int {
    @inline(__always) get { 6144 }
  }
  /// Bytes of a half.
  @inlinable public static var halfBytes: Int {
    @inline(__always) get { 7168 }
  }

  /// Bytes of a panel.
  @inlinable public static var bytes: Int {
    @inline(__always) get { 2 * halfBytes }
  }

  /// Decodes rows.
  ///
  /// - `weights`: The first row's group.
  /// - `rowBytes`: The bytes from one row to the next.
  /// - `rows`: How many rows, up to 32.
  /// - `columns`: Columns from the group on: fewer than 256 at the end of a row.
  /// - `scratch`: `WeightPanel.scratchBytes`, at a multiple of 64.
  /// - `panel`: Receives the halves that have rows.
  @inlinable @inline(never)
  public static func decode<S: InstructionSet, F: PackedFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    scratch: UnsafeMutableRawPointer, into panel: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    var first = 0
    var half = panel
    while first < rows {
      let groups = WeightPanel.groups(weights, rowBytes, first, rows, columns, scratch, F.self)
      WeightPanel.decodeHalf(groups, columns, scales: half + scalesOffset, S.self, F.self) { step in
        decodeStep(step, groups, into: half, S.self, F.self)
      }
      first &+= WeightPanel.halfRows
      half += halfBytes
    }
  }

  /// A step of sixteen rows: codes less the format's offset, and their blocks' sums.
  @inlinable @inline(__always)
  static func decodeStep<S: InstructionSet, F: PackedFormat>(
    _ step: Int, _ groups: WeightPanel.Groups, into half: UnsafeMutableRawPointer, _: S.Type,
    _: F.Type
  ) {
    let target = half + step &* 1024
    let ones = S.splatByte(ByteActivations.offset)
    let zero = Bits(repeating: 0)
    // Of each four times four columns.
    var sums: FourBits = (zero, zero, zero, zero)
    WeightPanel.forEachFourColumns(step, groups, S.self, F.self) { four, bytes in
      let codes =
        F.offset == 0
        ? bytes : S.subtractBytes(bytes, S.splatByte(UInt8(truncatingIfNeeded: F.offset)))
      S.storeBits(codes, target + four &* 64)
      switch four / 4 {
      case 0: sums.0 = S.addByteProducts(sums.0, unsigned: ones, signed: codes)
      case 1: sums.1 = S.addByteProducts(sums.1, unsigned: ones, signed: codes)
      case 2: sums.2 = S.addByteProducts(sums.2, unsigned: ones, signed: codes)
      default: sums.3 = S.addByteProducts(sums.3, unsigned: ones, signed: codes)
      }
    }
    if F.hasSmallBlocks {
      let out = half + (sumsOffset &+ step &* 256)
      S.storeBits(S.subtractIntegers(zero, sums.0), out)
      S.storeBits(S.subtractIntegers(zero, sums.1), out + 64)
      S.storeBits(S.subtractIntegers(zero, sums.2), out + 128)
      S.storeBits(S.subtractIntegers(zero, sums.3), out + 192)
    } else {
      let out = half + (sumsOffset &+ step &* 128)
      S.storeBits(S.subtractIntegers(S.subtractIntegers(zero, sums.0), sums.1), out)
      S.storeBits(S.subtractIntegers(S.subtractIntegers(zero, sums.2), sums.3), out + 64)
    }
  }
}
