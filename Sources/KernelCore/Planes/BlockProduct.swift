import BlockFormats

/// Rows of blocks with scales in floating point.
@usableFromInline
enum BlockProduct<F: PackedFormat>: RowProduct {
  @inlinable @inline(never)
  static func multiply<S: InstructionSet, T: TokenTile>(
    _ weights: UnsafeRawPointer, _ rowBytes: Int, _ rows: Int, _ columns: Int,
    _ activations: UnsafeRawPointer, _ stride: Int, _ scratch: UnsafeMutableRawPointer,
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _: S.Type, _: T.Type
  ) {
    clearEnd(columns, scratch, S.self)
    var row = 0
    while row < rows {
      var tile = T()
      var p = weights + row &* rowBytes
      var x = activations
      var rest = columns
      var group = 0
      while rest >= QuantizedActivations.groupSize {
        MatrixVector.prefetch(p, F.groupBytes, S.self)
        let scales = begin(&tile, p, group, x, S.self)
        addHalf(0, &tile, p, scales, group, x, S.self)
        addHalf(1, &tile, p, scales, group, x, S.self)
        end(&tile, group, x, S.self)
        p += F.groupBytes
        rest &-= QuantizedActivations.groupSize
        group &+= 1
        if group == PlaneActivations.groups {
          group = 0
          x += stride
        }
      }
      if rest > 0 { addRest(rest, &tile, p, group, x, scratch, S.self) }
      tile.forEach { token, sums in out[token &* outStride &+ row] = S.sum(sums.floats.0) }
      row &+= 1
    }
  }

  /// Makes zeros of what follows the end of a row that is no whole group.
  @inlinable @inline(__always)
  static func clearEnd<S: InstructionSet>(
    _ columns: Int, _ scratch: UnsafeMutableRawPointer, _: S.Type
  ) {
    guard columns % QuantizedActivations.groupSize != 0 else { return }
    var offset = 0
    while offset < F.groupBytes {
      S.storeBits(Bits(repeating: 0), scratch + offset)
      offset &+= 64
    }
  }

  /// Copies the end of a row, one block or more, to where zeros follow it.
  @inlinable @inline(__always)
  static func copyEnd(_ p: UnsafeRawPointer, _ bytes: Int, to scratch: UnsafeMutableRawPointer) {
    func copy(at offset: Int) {
      let sixteen = (p + offset).loadUnaligned(as: SixteenBytes.self)
      scratch.storeBytes(of: sixteen, toByteOffset: offset, as: SixteenBytes.self)
    }
    var offset = 0
    while offset &+ 16 <= bytes {
      copy(at: offset)
      offset &+= 16
    }
    // Blocks have more than sixteen bytes: the last ones overlap those before.
    copy(at: bytes &- 16)
  }

  /// Adds the end of a row that is no whole group.
  @inlinable @inline(__always)
  static func addRest<S: InstructionSet, T: TokenTile>(
    _ rest: Int, _ tile: inout T, _ p: UnsafeRawPointer, _ group: Int, _ x: UnsafeRawPointer,
    _ scratch: UnsafeMutableRawPointer, _: S.Type
  ) {
    // Formats whose blocks are as long as a group have no end; the others keep halves apart.
    copyEnd(p, rest / F.blockSize &* F.blockBytes, to: scratch)
    let p = UnsafeRawPointer(scratch)
    let scales = begin(&tile, p, group, x, S.self)
    addHalf(0, &tile, p, scales, group, x, S.self)
    if rest > 128 { addHalf(1, &tile, p, scales, group, x, S.self) }
    end(&tile, group, x, S.self)
  }

  /// Begins a group with the minimums' share, or the offset's, and returns its scales.
  @inlinable @inline(__always)
  static func begin<S: InstructionSet, T: TokenTile>(
    _ tile: inout T, _ p: UnsafeRawPointer, _ group: Int, _ quad: UnsafeRawPointer, _: S.Type
  ) -> Floats {
    let scales = F.scales(p, S.self)
    let offset = F.byteOffset(S.self)
    guard F.hasMinimums || offset != 0 else { return scales }
    let factors = F.hasMinimums ? scales : scales * S.splat(-offset)
    let place =
      F.hasMinimums ? PlaneActivations.minimumSumsOffset : PlaneActivations.sumsOffset
    let codes = quad + (place &+ group &* PlaneActivations.sumsBytes)
    tile.forEach { token, sums in
      let x = codes + token &* PlaneActivations.quadBytes
      sums.floats.0 = S.multiplyAdd(
        sums.floats.0, factors, S.load(x.assumingMemoryBound(to: Float.self)))
    }
    return scales
  }

  /// Adds the products of half a group: of first codes to the group's sums, of second ones, where
  /// there are any, to the row's.
  @inlinable @inline(__always)
  static func addHalf<S: InstructionSet, T: TokenTile>(
    _ half: Int, _ tile: inout T, _ p: UnsafeRawPointer, _ scales: Floats, _ group: Int,
    _ quad: UnsafeRawPointer, _: S.Type
  ) {
    let bytes = F.bytes(p, half: half, S.self)
    let scale = F.spread(scales, step: 2 &* half, S.self)
    let second = F.bytesShareScales ? scale : F.spread(scales, step: 2 &* half &+ 1, S.self)
    let codes = quad + (group &* PlaneActivations.codesBytes &+ half &* 128)
    tile.forEach { token, sums in
      let x = codes + token &* PlaneActivations.quadBytes
      add(bytes, x, scale, second, to: &sums.floats.1, S.self)
      let quad = quad + token &* PlaneActivations.quadBytes
      if PlaneActivations.hasSecondCodes(group, of: quad) {
        let low = S.splat(PlaneActivations.lowScale(group, of: quad))
        add(
          bytes, x + PlaneActivations.lowOffset, scale * low,
          F.bytesShareScales ? scale * low : second * low, to: &sums.floats.0, S.self)
      }
    }
  }

  /// Adds the products of one plane.
  @inlinable @inline(__always)
  static func add<S: InstructionSet>(
    _ bytes: (Bits, Bits), _ x: UnsafeRawPointer, _ scale: Floats, _ second: Floats,
    to sums: inout Floats, _: S.Type
  ) {
    let (a, b) = (S.loadBits(x), S.loadBits(x + 64))
    let zero = Bits(repeating: 0)
    if F.bytesShareScales {
      let products =
        F.isSigned(S.self)
        ? S.addSignedProducts(S.addSignedProducts(zero, bytes.0, a), bytes.1, b)
        : S.addByteProducts(zero, unsigned: bytes, signed: (a, b))
      sums = S.multiplyAdd(sums, scale, S.floats(products))
    } else {
      let one =
        F.isSigned(S.self)
        ? S.addSignedProducts(zero, bytes.0, a)
        : S.addByteProducts(zero, unsigned: bytes.0, signed: a)
      sums = S.multiplyAdd(sums, scale, S.floats(one))
      let two =
        F.isSigned(S.self)
        ? S.addSignedProducts(zero, bytes.1, b)
        : S.addByteProducts(zero, unsigned: bytes.1, signed: b)
      sums = S.multiplyAdd(sums, second, S.floats(two))
    }
  }

  /// Adds a group's sums, times the activations' scale, to the row's.
  @inlinable @inline(__always)
  static func end<S: InstructionSet, T: TokenTile>(
    _ tile: inout T, _ group: Int, _ quad: UnsafeRawPointer, _: S.Type
  ) {
    tile.forEach { token, sums in
      let scale = PlaneActivations.scale(group, of: quad + token &* PlaneActivations.quadBytes)
      sums.floats.0 = S.multiplyAdd(sums.floats.0, sums.floats.1, S.splat(scale))
      sums.floats.1 = S.splat(0)
    }
  }
}
