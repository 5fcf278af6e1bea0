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
  /// - `activations`: `QuantizedActivations` of the tokens, in the format's order.
  /// - `tokens`: How many tokens.
  /// - `scratch`: At least `WeightPanel.scratchBytes`, for the end of a row that is no whole group.
  /// - `out`: `[tokens][rows]`.
  /// - `outStride`: The distance between tokens in `out`.
  @inlinable @inline(__always)
  public static func packed<S: InstructionSet, F: PackedFormat>(
    _ weights: UnsafeRawPointer, rowBytes: Int, rows: Int, columns: Int,
    _ activations: UnsafeRawPointer, tokens: Int, scratch: UnsafeMutableRawPointer,
    into out: UnsafeMutablePointer<Float>, outStride: Int, _: S.Type, _: F.Type
  ) {
    let stride = tokens &* QuantizedActivations.groupBytes
    // Several tiles of tokens walk over as many rows as the first-level cache keeps for the next.
    let most = tokens > 4 ? max(1, 16384 / max(1, rowBytes)) : rows
    var row = 0
    while row < rows {
      let count = min(most, rows &- row)
      var token = 0
      while token < tokens {
        let p = weights + row &* rowBytes
        let x = activations + token &* QuantizedActivations.groupBytes
        let target = out + (token &* outStride &+ row)
        let rest = tokens &- token
        if rest == 4 || rest >= 7 {
          multiply(
            p, rowBytes, count, columns, x, stride, scratch, target, outStride, S.self, F.self,
            TokenTile4.self)
          token &+= 4
        } else if rest == 3 || rest >= 5 {
          multiply(
            p, rowBytes, count, columns, x, stride, scratch, target, outStride, S.self, F.self,
            TokenTile3.self)
          token &+= 3
        } else if rest == 2 {
          multiply(
            p, rowBytes, count, columns, x, stride, scratch, target, outStride, S.self, F.self,
            TokenTile2.self)
          token &+= 2
        } else {
          multiply(
            p, rowBytes, count, columns, x, stride, scratch, target, outStride, S.self, F.self,
            TokenTile1.self)
          token &+= 1
        }
      }
      row &+= count
    }
  }

  /// Rows times a tile of tokens.
  @inlinable @inline(never)
  static func multiply<S: InstructionSet, F: PackedFormat, T: TokenTile>(
    _ weights: UnsafeRawPointer, _ rowBytes: Int, _ rows: Int, _ columns: Int,
    _ activations: UnsafeRawPointer, _ stride: Int, _ scratch: UnsafeMutableRawPointer,
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _: S.Type, _: F.Type, _: T.Type
  ) {
    var row = 0
    while row < rows {
      var tile = T()
      var p = weights + row &* rowBytes
      var x = activations
      var rest = columns
      while rest >= QuantizedActivations.groupSize {
        prefetch(p, F.groupBytes, S.self)
        let scales = begin(&tile, p, x, S.self, F.self)
        addHalf(0, &tile, p, x, scales, S.self, F.self)
        addHalf(1, &tile, p, x, scales, S.self, F.self)
        end(&tile, x, S.self)
        p += F.groupBytes
        x += stride
        rest &-= QuantizedActivations.groupSize
      }
      if rest > 0 { addRest(rest, &tile, p, x, scratch, S.self, F.self) }
      tile.forEach { token, sums in out[token &* outStride &+ row] = S.sum(sums.floats.1) }
      row &+= 1
    }
  }

  /// Adds the end of a row that is no whole group.
  @inlinable @inline(__always)
  static func addRest<S: InstructionSet, F: PackedFormat, T: TokenTile>(
    _ rest: Int, _ tile: inout T, _ p: UnsafeRawPointer, _ x: UnsafeRawPointer,
    _ scratch: UnsafeMutableRawPointer, _: S.Type, _: F.Type
  ) {
    let group = padded(p, rest, scratch, F.self)
    let scales = begin(&tile, group, x, S.self, F.self)
    addHalf(0, &tile, group, x, scales, S.self, F.self)
    // Formats whose blocks are as long as a group have no end; the others keep halves apart.
    if rest > 128 { addHalf(1, &tile, group, x, scales, S.self, F.self) }
    end(&tile, x, S.self)
  }

  /// Begins a group's sums, in the tokens' first lanes: the minimums' share, and the offset's.
  @inlinable @inline(__always)
  static func begin<S: InstructionSet, F: PackedFormat, T: TokenTile>(
    _ tile: inout T, _ group: UnsafeRawPointer, _ activations: UnsafeRawPointer, _: S.Type,
    _: F.Type
  ) -> Floats {
    let scales = F.scales(group, S.self)
    tile.forEach { token, sums in
      let x = activations + token &* QuantizedActivations.groupBytes
      sums.floats.0 = start(group, scales, x, S.self, F.self)
    }
    return F.wordScales(scales, S.self)
  }

  /// Adds the products of half a group.
  @inlinable @inline(__always)
  static func addHalf<S: InstructionSet, F: PackedFormat, T: TokenTile>(
    _ half: Int, _ tile: inout T, _ group: UnsafeRawPointer, _ activations: UnsafeRawPointer,
    _ scales: Floats, _: S.Type, _: F.Type
  ) {
    let words = F.words(group, half: half, S.self)
    let scale = F.spread(scales, step: 2 &* half, S.self)
    let secondScale =
      F.wordsShareScales ? scale : F.spread(scales, step: 2 &* half &+ 1, S.self)
    let x = activations + 2 &* half &* QuantizedActivations.stepBytes
    tile.forEach { token, sums in
      let x = x + token &* QuantizedActivations.groupBytes
      let first = S.addProducts(
        S.products(words.0, S.loadBits(x)), words.1, S.loadBits(x + 64))
      let second = S.addProducts(
        S.products(words.2, S.loadBits(x + 128)), words.3, S.loadBits(x + 192))
      if F.wordsShareScales {
        let all = S.floats(S.addIntegers(first, second))
        sums.floats.0 = S.multiplyAdd(sums.floats.0, scale, all)
      } else {
        sums.floats.0 = S.multiplyAdd(sums.floats.0, scale, S.floats(first))
        sums.floats.0 = S.multiplyAdd(sums.floats.0, secondScale, S.floats(second))
      }
    }
  }

  /// Adds a group's sums, times the activations' scale, to the rows' in the tokens' second lanes.
  @inlinable @inline(__always)
  static func end<S: InstructionSet, T: TokenTile>(
    _ tile: inout T, _ activations: UnsafeRawPointer, _: S.Type
  ) {
    tile.forEach { token, sums in
      let scale = QuantizedActivations.scale(
        activations + token &* QuantizedActivations.groupBytes)
      sums.floats.1 = S.multiplyAdd(sums.floats.1, sums.floats.0, S.splat(scale))
    }
  }

  /// The minimums' share of a group, and the offset's.
  @inlinable @inline(__always)
  static func start<S: InstructionSet, F: PackedFormat>(
    _ group: UnsafeRawPointer, _ scales: Floats, _ activations: UnsafeRawPointer, _: S.Type,
    _: F.Type
  ) -> Floats {
    func sums(_ offset: Int) -> Floats {
      S.load((activations + offset).assumingMemoryBound(to: Float.self))
    }
    if F.hasMinimums {
      return F.hasSmallBlocks
        ? F.smallMinimums(group, S.self) * (S.splat(0) - sums(QuantizedActivations.sumsOffset))
        : scales * sums(QuantizedActivations.minimumSumsOffset)
    }
    guard F.offset != 0 else { return S.splat(0) }
    let offset =
      F.hasSmallBlocks ? QuantizedActivations.sumsOffset : QuantizedActivations.scaleSumsOffset
    return scales * (sums(offset) * S.splat(-Float(F.offset)))
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

  /// A copy of the last `rest` weights of a row, followed by zeros up to a whole group.
  @inlinable @inline(__always)
  static func padded<F: PackedFormat>(
    _ weights: UnsafeRawPointer, _ rest: Int, _ scratch: UnsafeMutableRawPointer, _: F.Type
  ) -> UnsafeRawPointer {
    let bytes = rest / F.blockSize &* F.blockBytes
    var i = 0
    while i < F.groupBytes {
      let byte = i < bytes ? weights.load(fromByteOffset: i, as: UInt8.self) : 0
      scratch.storeBytes(of: byte, toByteOffset: i, as: UInt8.self)
      i &+= 1
    }
    return UnsafeRawPointer(scratch)
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
