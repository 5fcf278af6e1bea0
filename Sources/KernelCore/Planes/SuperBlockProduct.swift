import BlockFormats

/// Rows of super-blocks with integer scales.
///
/// Four products of bytes fit in a word, and words times their block's scale add up as integers over
/// the super-block, each plane by itself.
@usableFromInline
enum SuperBlockProduct<F: SuperBlockFormat>: RowProduct {
  @inlinable @inline(never)
  static func multiply<S: InstructionSet, T: TokenTile>(
    _ weights: UnsafeRawPointer, _ rowBytes: Int, _ rows: Int, _ columns: Int,
    _ activations: UnsafeRawPointer, _ stride: Int, _ scratch: UnsafeMutableRawPointer,
    _ out: UnsafeMutablePointer<Float>, _ outStride: Int, _: S.Type, _: T.Type
  ) {
    let most = PlaneActivations.groups
    var row = 0
    while row < rows {
      var tile = T()
      var p = weights + row &* rowBytes
      var x = activations
      var rest = columns / QuantizedActivations.groupSize
      while rest >= most {
        addQuad(most, &tile, p, x, scratch, S.self)
        p += most &* F.groupBytes
        x += stride
        rest &-= most
      }
      if rest > 0 { addQuad(rest, &tile, p, x, scratch, S.self) }
      tile.forEach { token, sums in out[token &* outStride &+ row] = S.sum(sums.floats.0) }
      row &+= 1
    }
  }

  /// Adds the products of up to four super-blocks.
  @inlinable @inline(__always)
  static func addQuad<S: InstructionSet, T: TokenTile>(
    _ count: Int, _ tile: inout T, _ p: UnsafeRawPointer, _ quad: UnsafeRawPointer,
    _ scratch: UnsafeMutableRawPointer, _: S.Type
  ) {
    let last = count &- 1
    let blocks = (
      p, p + min(1, last) &* F.groupBytes, p + min(2, last) &* F.groupBytes,
      p + last &* F.groupBytes
    )
    let scales = F.scales(of: blocks, S.self)
    S.storeBits(scales.scales, scratch)
    addMinimums(scales, &tile, quad, factors: scratch + 64, S.self)
    var block = 0
    while block < count {
      addBlock(block, &tile, p + block &* F.groupBytes, quad, scratch, S.self)
      block &+= 1
    }
  }

  /// Adds what the minimums and the offset take off, and writes what the super-blocks' sums are
  /// multiplied with: `[token][first codes, second codes][super-block][4]`.
  @inlinable @inline(__always)
  static func addMinimums<S: InstructionSet, T: TokenTile>(
    _ scales: SuperBlockScales, _ tile: inout T, _ quad: UnsafeRawPointer,
    factors: UnsafeMutableRawPointer, _: S.Type
  ) {
    let spread = (
      S.spread(scales.factors, (0, 2, 4, 6)), S.spread(scales.factors, (1, 3, 5, 7))
    )
    tile.forEach { token, sums in
      let x = quad + token &* PlaneActivations.quadBytes
      let factors = factors + token &* factorsBytes
      addMinimums(scales.minimums, spread, x, 0, 0, &sums, factors, S.self)
      if PlaneActivations.heavyGroups(x) != 0 {
        addMinimums(
          scales.minimums, spread, x, PlaneActivations.lowSumsOffset,
          PlaneActivations.lowScalesOffset, &sums, factors + lowFactorsOffset, S.self)
      }
    }
  }

  /// The same of one plane.
  @inlinable @inline(__always)
  static func addMinimums<S: InstructionSet>(
    _ minimums: (even: Bits, odd: Bits), _ spread: (Floats, Floats), _ quad: UnsafeRawPointer,
    _ sumsOffset: Int, _ scalesOffset: Int, _ sums: inout TokenSums,
    _ factors: UnsafeMutableRawPointer, _: S.Type
  ) {
    let codes =
      quad
      + (sumsOffset
        &+ (F.hasSmallBlocks
          ? PlaneActivations.smallSumsOffset : PlaneActivations.wideSumsOffset))
    let products = S.addProducts(
      S.products(minimums.even, S.loadBits(codes)), minimums.odd, S.loadBits(codes + 64))
    let scales = S.load(
      (quad + (PlaneActivations.scalesOffset &+ scalesOffset))
        .assumingMemoryBound(to: Float.self))
    sums.floats.0 = S.multiplyAdd(sums.floats.0, spread.1 * scales, S.floats(products))
    S.store(spread.0 * scales, factors.assumingMemoryBound(to: Float.self))
  }

  /// Adds the products of a super-block.
  @inlinable @inline(__always)
  static func addBlock<S: InstructionSet, T: TokenTile>(
    _ block: Int, _ tile: inout T, _ p: UnsafeRawPointer, _ quad: UnsafeRawPointer,
    _ scratch: UnsafeMutableRawPointer, _: S.Type
  ) {
    MatrixVector.prefetch(p, F.groupBytes, S.self)
    let factors = scratch + (64 &+ 16 &* block)
    addHalf(0, block, &tile, p, quad, scratch, S.self)
    if foldsHalves { fold(block, factors, &tile, quad, S.self) }
    addHalf(1, block, &tile, p, quad, scratch, S.self)
    fold(block, factors, &tile, quad, S.self)
  }

  /// Adds the integer sums of half a super-block.
  @inlinable @inline(__always)
  static func addHalf<S: InstructionSet, T: TokenTile>(
    _ half: Int, _ block: Int, _ tile: inout T, _ p: UnsafeRawPointer, _ quad: UnsafeRawPointer,
    _ scratch: UnsafeMutableRawPointer, _: S.Type
  ) {
    let bytes = F.bytes(p, half: half, S.self)
    let scales = scaleWords(half, scratch + 16 &* block, S.self)
    let codes = quad + (block &* PlaneActivations.codesBytes &+ half &* 128)
    tile.forEach { token, sums in
      let x = codes + token &* PlaneActivations.quadBytes
      sums.integers.0 = sum(sums.integers.0, bytes, x, scales, S.self)
      if PlaneActivations.hasSecondCodes(block, of: quad + token &* PlaneActivations.quadBytes) {
        let x = x + PlaneActivations.lowOffset
        sums.integers.1 = sum(sums.integers.1, bytes, x, scales, S.self)
      }
    }
  }

  /// `sum`, and the products of one plane times their blocks' integer scales.
  @inlinable @inline(__always)
  static func sum<S: InstructionSet>(
    _ sum: Bits, _ bytes: (Bits, Bits), _ x: UnsafeRawPointer, _ scales: (Bits, Bits), _: S.Type
  ) -> Bits {
    let (a, b) = (S.loadBits(x), S.loadBits(x + 64))
    if addsFour(S.self) {
      let zero = Bits(repeating: 0)
      let first = S.addByteProducts(zero, unsigned: bytes.0, signed: a)
      let second = S.addByteProducts(zero, unsigned: bytes.1, signed: b)
      return S.addProducts(sum, S.packed(first, second), scales.0)
    }
    let first = S.addProducts(sum, S.byteProducts(unsigned: bytes.0, signed: a), scales.0)
    return S.addProducts(first, S.byteProducts(unsigned: bytes.1, signed: b), scales.1)
  }

  /// Whether the set adds four products of bytes at once; else it adds two in sixteen bits.
  @inlinable @inline(__always)
  static func addsFour<S: InstructionSet>(_: S.Type) -> Bool { S.largestByte >= 128 }

  /// Adds the integer sums, times the super-block's scale and the activations', and begins them anew.
  @inlinable @inline(__always)
  static func fold<S: InstructionSet, T: TokenTile>(
    _ block: Int, _ factors: UnsafeRawPointer, _ tile: inout T, _ quad: UnsafeRawPointer,
    _: S.Type
  ) {
    tile.forEach { token, sums in
      let factors = factors + token &* factorsBytes
      sums.floats.0 = S.multiplyAdd(
        sums.floats.0, S.splat(factors.load(as: Float.self)), S.floats(sums.integers.0))
      sums.integers.0 = Bits(repeating: 0)
      if PlaneActivations.hasSecondCodes(block, of: quad + token &* PlaneActivations.quadBytes) {
        let factors = factors + lowFactorsOffset
        sums.floats.0 = S.multiplyAdd(
          sums.floats.0, S.splat(factors.load(as: Float.self)), S.floats(sums.integers.1))
        sums.integers.1 = Bits(repeating: 0)
      }
    }
  }

  /// Whether half a super-block's sums of the largest codes and scales fill their lanes.
  @inlinable static var foldsHalves: Bool {
    @inline(__always) get { F.hasSignedScales && F.largestCode > 16 }
  }
  /// Bytes of a token's factors.
  @inlinable static var factorsBytes: Int {
    @inline(__always) get { 128 }
  }
  /// Where the second codes' factors begin.
  @inlinable static var lowFactorsOffset: Int {
    @inline(__always) get { 64 }
  }

  /// The integer scales of half a super-block as words, or as high bytes of words where they are
  /// signed: of both vectors' sums together, or of each one's.
  @inlinable @inline(__always)
  static func scaleWords<S: InstructionSet>(
    _ half: Int, _ scales: UnsafeRawPointer, _: S.Type
  ) -> (Bits, Bits) {
    let (a, b) = (places(2 &* half), places(2 &* half &+ 1))
    if addsFour(S.self) {
      let both = words(scales, a, b, S.self)
      return (both, both)
    }
    return (words(scales, a, a, S.self), words(scales, b, b, S.self))
  }

  @inlinable @inline(__always)
  static func words<S: InstructionSet>(
    _ scales: UnsafeRawPointer, _ a: (Int, Int, Int, Int), _ b: (Int, Int, Int, Int), _: S.Type
  ) -> Bits {
    F.hasSignedScales ? S.highWords(scales, a, b) : S.lowWords(scales, a, b)
  }

  /// Where the scales of 64 weights' parts lie.
  @inlinable @inline(__always)
  static func places(_ step: Int) -> (Int, Int, Int, Int) {
    func place(_ quarter: Int) -> Int { F.scalePlace(F.order.part(at: 4 &* step &+ quarter)) }
    return (place(0), place(1), place(2), place(3))
  }
}
