import BlockFormats

/// Products of some rows of a matrix with one vector or a few: the decode step's kernels.
///
/// They read every weight once from memory. Rows are walked one after the other, so that memory
/// sees a single stream; weights are decoded once for up to four tokens.
public enum MatrixVector {
  /// How far ahead lines are asked for, in bytes.
  ///
  /// Twice what 40 GB/s bring while memory answers. With 4 KiB one thread is 3 % slower, with 12 KiB
  /// no faster.
  @usableFromInline static var prefetchDistance: Int {
    @inlinable @inline(__always) get { 8192 }
  }

  /// Rows of a packed format times quantized activations of a few tokens.
  ///
  /// - `weights`: The first row.
  /// - `rowBytes`: The bytes from one row to the next.
  /// - `rows`: How many rows.
  /// - `columns`: The values in a row, a multiple of 32.
  /// - `activations`: `PlaneActivations` of the tokens, in the format's order.
  /// - `tokens`: How many tokens.
  /// - `scratch`: At least `WeightPanel.scratchBytes`, at a multiple of 64.
  /// - `out`: `[tokens][rows]`.
  /// - `outStride`: The distance between tokens in `out`.
  @inlinable @inline(__always)
  static func packed<S: InstructionSet, P: RowProduct>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    _ activations: UnsafeRawPointer, tokens: Int, scratch: UnsafeMutableRawPointer,
    into out: UnsafeMutablePointer<Float>, outStride: Int, _: S.Type, _: P.Type
  ) {
    let stride = tokens &* PlaneActivations.quadBytes
    // Several tiles of tokens walk over as many rows as the first-level cache keeps for the next.
    let most = tokens > 4 ? max(1, 16384 / max(1, rowBytes)) : rows
    var row = 0
    while row < rows {
      let count = min(most, rows &- row)
      var token = 0
      while token < tokens {
        let p = weights + row &* rowBytes
        let x = activations + token &* PlaneActivations.quadBytes
        let target = out + (token &* outStride &+ row)
        let rest = S.hasTokenTiles ? tokens &- token : 1
        if rest == 4 || rest >= 7 {
          P.multiply(
            p, rowBytes, count, columns, x, stride, scratch, target, outStride, S.self,
            TokenTile4.self)
          token &+= 4
        } else if rest == 3 || rest >= 5 {
          P.multiply(
            p, rowBytes, count, columns, x, stride, scratch, target, outStride, S.self,
            TokenTile3.self)
          token &+= 3
        } else if rest == 2 {
          P.multiply(
            p, rowBytes, count, columns, x, stride, scratch, target, outStride, S.self,
            TokenTile2.self)
          token &+= 2
        } else {
          P.multiply(
            p, rowBytes, count, columns, x, stride, scratch, target, outStride, S.self,
            TokenTile1.self)
          token &+= 1
        }
      }
      row &+= count
    }
  }

  /// Asks for the lines that lie some bytes ahead, as many as there are bytes.
  @inlinable @inline(__always)
  static func prefetch<S: InstructionSet>(
    _ p: UnsafeRawPointer, _ bytes: Int, ahead: Int = prefetchDistance, _: S.Type
  ) {
    var offset = 0
    while offset < bytes {
      S.prefetch(p + (ahead &+ offset))
      offset &+= 64
    }
  }

  /// Rows of floats times a vector of floats, padded with zeros to a multiple of 16.
  ///
  /// - `weights`: The first row.
  /// - `rowBytes`: The bytes from one row to the next.
  /// - `rows`: How many rows.
  /// - `columns`: The values in a row.
  /// - `activations`: The vector.
  /// - `out`: `[rows]`.
  @inlinable @inline(__always)
  public static func floats<S: InstructionSet, F: FloatFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    _ activations: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>, _: S.Type, _: F.Type
  ) {
    var row = 0
    while row < rows {
      var p = weights + row &* rowBytes
      var x = activations
      var rest = columns
      // Four sums: one would wait for itself.
      var a = S.splat(0)
      var b = S.splat(0)
      var c = S.splat(0)
      var d = S.splat(0)
      while rest >= 64 {
        prefetch(p, 64 &* F.blockBytes, S.self)
        a = S.multiplyAdd(a, F.load(p, S.self), S.load(x))
        b = S.multiplyAdd(b, F.load(p + 16 &* F.blockBytes, S.self), S.load(x + 16))
        c = S.multiplyAdd(c, F.load(p + 32 &* F.blockBytes, S.self), S.load(x + 32))
        d = S.multiplyAdd(d, F.load(p + 48 &* F.blockBytes, S.self), S.load(x + 48))
        p += 64 &* F.blockBytes
        x += 64
        rest &-= 64
      }
      while rest > 0 {
        let w = rest >= 16 ? F.load(p, S.self) : F.load(p, count: rest, S.self)
        a = S.multiplyAdd(a, w, S.load(x))
        p += 16 &* F.blockBytes
        x += 16
        rest &-= 16
      }
      out[row] = S.sum((a + b) + (c + d))
      row &+= 1
    }
  }
}
