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
        addGroup(&tile, p, group, x, S.self)
        p += F.groupBytes
        rest &-= QuantizedActivations.groupSize
        group &+= 1
        if group == PlaneActivations.groups {
          group = 0
          x += stride
        }
      }
      if rest > 0 {
        // Formats whose blocks are as long as a group have no end.
        copyEnd(p, rest / F.blockSize &* F.blockBytes, to: scratch)
        addGroup(&tile, scratch, group, x, S.self)
      }
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

  /// Adds a group's products.
  @inlinable @inline(__always)
  static func addGroup<S: InstructionSet, T: TokenTile>(
    _ tile: inout T, _ p: UnsafeRawPointer, _ group: Int, _ quad: UnsafeRawPointer, _: S.Type
  ) {
    if F.bytesShareScales {
      addTogether(&tile, p, group, quad, S.self)
    } else {
      addApart(&tile, p, group, quad, S.self)
    }
  }

  /// Adds the products of a group of which each block fills a quarter of two vectors, low nibbles and
  /// high ones, say: all are integers until they meet the block's scale.
  @inlinable @inline(__always)
  static func addTogether<S: InstructionSet, T: TokenTile>(
    _ tile: inout T, _ p: UnsafeRawPointer, _ group: Int, _ quad: UnsafeRawPointer, _: S.Type
  ) {
    let scales: Floats
    if F.hasMinimums {
      let all = F.scales(p, S.self)
      addSums(PlaneActivations.minimumSumsOffset, &tile, all, group, quad, S.self)
      scales = S.eachForSums(all)
    } else {
      scales = F.scalesForSums(p, S.self)
    }
    let bytes = (F.bytes(p, half: 0, S.self), F.bytes(p, half: 1, S.self))
    tile.forEach { token, sums in
      let quad = quad + token &* PlaneActivations.quadBytes
      let codes = quad + group &* PlaneActivations.codesBytes
      let pairs =
        quad + (PlaneActivations.pairSumsOffset &+ group &* PlaneActivations.pairSumsBytes)
      let scale = S.splat(PlaneActivations.scale(group, of: quad))
      sums.floats.0 = S.multiplyAdd(
        sums.floats.0, scales * scale, S.floats(products(bytes, codes, pairs, S.self)))
      if PlaneActivations.hasSecondCodes(group, of: quad) {
        let scale = S.splat(PlaneActivations.lowScale(group, of: quad))
        let products = products(
          bytes, codes + PlaneActivations.lowOffset, pairs + PlaneActivations.lowPairSumsOffset,
          S.self)
        sums.floats.0 = S.multiplyAdd(sums.floats.0, scales * scale, S.floats(products))
      }
    }
  }

  /// The products of one plane, two lanes for each block, as `eachForSums` has its scale.
  @inlinable @inline(__always)
  static func products<S: InstructionSet>(
    _ bytes: ((Bits, Bits), (Bits, Bits)), _ codes: UnsafeRawPointer,
    _ pairSums: UnsafeRawPointer, _: S.Type
  ) -> Bits {
    let first = products(bytes.0, codes, S.self)
    let second = products(bytes.1, codes + 128, S.self)
    let sums = F.hasSmallCodes ? S.neighbourSums(first, second) : S.distantSums(first, second)
    let offset = F.byteOffset(S.self)
    return offset == 0
      ? sums : S.addProducts(sums, S.loadBits(pairSums), S.splatWord(0 &- offset))
  }

  /// The products of half a group, four in each lane of either vector, added.
  @inlinable @inline(__always)
  static func products<S: InstructionSet>(
    _ bytes: (Bits, Bits), _ codes: UnsafeRawPointer, _: S.Type
  ) -> Bits {
    let (a, b) = (S.loadBits(codes), S.loadBits(codes + 64))
    let zero = Bits(repeating: 0)
    return F.isSigned(S.self)
      ? S.addSignedProducts(S.addSignedProducts(zero, bytes.0, a), bytes.1, b)
      : S.addByteProducts(zero, unsigned: bytes, signed: (a, b))
  }

  /// Adds factors times the activations' sums at a place of the quad.
  @inlinable @inline(__always)
  static func addSums<S: InstructionSet, T: TokenTile>(
    _ place: Int, _ tile: inout T, _ factors: Floats, _ group: Int, _ quad: UnsafeRawPointer,
    _: S.Type
  ) {
    let x = quad + (place &+ group &* PlaneActivations.sumsBytes)
    tile.forEach { token, sums in
      let x = x + token &* PlaneActivations.quadBytes
      sums.floats.0 = S.multiplyAdd(
        sums.floats.0, factors, S.load(x.assumingMemoryBound(to: Float.self)))
    }
  }
}

// Blocks that fill half a vector.
extension BlockProduct {
  /// Adds the products of a group of which each 64 bytes have scales of their own.
  @inlinable @inline(__always)
  static func addApart<S: InstructionSet, T: TokenTile>(
    _ tile: inout T, _ p: UnsafeRawPointer, _ group: Int, _ quad: UnsafeRawPointer, _: S.Type
  ) {
    let scales = F.scales(p, S.self)
    let offset = F.byteOffset(S.self)
    if offset != 0 {
      addSums(
        PlaneActivations.sumsOffset, &tile, scales * S.splat(-Float(offset)), group, quad, S.self)
    }
    addHalf(0, &tile, p, scales, group, quad, S.self)
    addHalf(1, &tile, p, scales, group, quad, S.self)
    tile.forEach { token, sums in
      let scale = PlaneActivations.scale(group, of: quad + token &* PlaneActivations.quadBytes)
      sums.floats.0 = S.multiplyAdd(sums.floats.0, sums.floats.1, S.splat(scale))
      sums.floats.1 = S.splat(0)
    }
  }

  /// Adds the products of half a group: of first codes to the group's sums, of second ones, where
  /// there are any, to the row's.
  @inlinable @inline(__always)
  static func addHalf<S: InstructionSet, T: TokenTile>(
    _ half: Int, _ tile: inout T, _ p: UnsafeRawPointer, _ scales: Floats, _ group: Int,
    _ quad: UnsafeRawPointer, _: S.Type
  ) {
    let bytes = F.bytes(p, half: half, S.self)
    let spread = (
      F.spread(scales, step: 2 &* half, S.self), F.spread(scales, step: 2 &* half &+ 1, S.self)
    )
    let codes = quad + (group &* PlaneActivations.codesBytes &+ half &* 128)
    tile.forEach { token, sums in
      let x = codes + token &* PlaneActivations.quadBytes
      add(bytes.0, x, spread.0, to: &sums.floats.1, S.self)
      add(bytes.1, x + 64, spread.1, to: &sums.floats.1, S.self)
      let quad = quad + token &* PlaneActivations.quadBytes
      if PlaneActivations.hasSecondCodes(group, of: quad) {
        let low = S.splat(PlaneActivations.lowScale(group, of: quad))
        let x = x + PlaneActivations.lowOffset
        add(bytes.0, x, spread.0 * low, to: &sums.floats.0, S.self)
        add(bytes.1, x + 64, spread.1 * low, to: &sums.floats.0, S.self)
      }
    }
  }

  /// Adds the products of 64 bytes of one plane.
  @inlinable @inline(__always)
  static func add<S: InstructionSet>(
    _ bytes: Bits, _ x: UnsafeRawPointer, _ scales: Floats, to sums: inout Floats, _: S.Type
  ) {
    let zero = Bits(repeating: 0)
    let products =
      F.isSigned(S.self)
      ? S.addSignedProducts(zero, bytes, S.loadBits(x))
      : S.addByteProducts(zero, unsigned: bytes, signed: S.loadBits(x))
    sums = S.multiplyAdd(sums, scales, S.floats(products))
  }
}
