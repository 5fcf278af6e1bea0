import BlockFormats

extension KernelSet {
  /// The generic kernels, specialized for a set.
  ///
  /// - Parameter set: The vocabulary.
  @inlinable @inline(__always)
  public init<S: InstructionSet>(_ set: S.Type) {
    name = S.name
    packed = Self.packed(S.self)
    float = [
      FloatKernels(F32.self, S.self), FloatKernels(F16.self, S.self),
      FloatKernels(BF16.self, S.self),
      nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil,
    ]
    encode = Self.encoders(S.self)
    packedMatrix = Self.packedMatrix(S.self, SeparateProducts.self)
    floatMatrix = { panel, rows, columns, activations, stride, tokens, sums, adds in
      MatrixMatrix.floats(
        panel, rows: rows, columns: columns, activations, tokenStride: stride, tokens: tokens,
        into: sums, adds: adds, S.self)
    }
    rounded = nil
    roundsAttention = false
    quantize = { x, count, out, stride in
      QuantizedActivations.quantize(x, count: count, into: out, stride: stride, S.self)
    }
    quantizePlanes = { x, count, order, heaviest, out, stride in
      PlaneActivations.quantize(
        x, count: count, order: order, heaviest: heaviest, into: out, stride: stride, S.self)
    }
    attendF32 = { query, keys, values, stride, positions, size, scores, out in
      AttentionKernel.attend(
        query: query, keys: keys, values: values, positionBytes: stride, positions: positions,
        headSize: size, scores: scores, into: out, S.self, F32.self)
    }
    attendF16 = { query, keys, values, stride, positions, size, scores, out in
      AttentionKernel.attend(
        query: query, keys: keys, values: values, positionBytes: stride, positions: positions,
        headSize: size, scores: scores, into: out, S.self, F16.self)
    }
    attendTileF32 = Self.attendTile(S.self, F32.self, FloatProduct.self)
    attendTileF16 = Self.attendTile(S.self, F16.self, FloatProduct.self)
    rmsNorm = { x, weight, epsilon, count, out in
      RowKernels.rmsNorm(x, weight: weight, epsilon: epsilon, count: count, into: out, S.self)
    }
    layerNorm = { x, weight, bias, epsilon, count, out in
      RowKernels.layerNorm(
        x, weight: weight, bias: bias, epsilon: epsilon, count: count, into: out, S.self)
    }
    siluMultiply = { gate, up, count in
      RowKernels.siluMultiply(gate, up, count: count, S.self)
    }
    gelu = { x, count in RowKernels.gelu(x, count: count, S.self) }
    add = { x, y, count in RowKernels.add(x, y, count: count, S.self) }
    addScaled = { x, y, scale, count in
      RowKernels.addScaled(x, y, scale, count: count, S.self)
    }
    rotateHalves = { head, cosines, sines, half in
      RowKernels.rotateHalves(head, cosines: cosines, sines: sines, half: half, S.self)
    }
    rotatePairs = { head, cosines, sines, half in
      RowKernels.rotatePairs(head, cosines: cosines, sines: sines, half: half, S.self)
    }
    storeHalf = { x, count, out in RowKernels.storeHalf(x, count: count, into: out, S.self) }
    probeRead = { p, count, prefetches in
      prefetches
        ? ProbeKernels.read(p, count: count, prefetches: true, S.self)
        : ProbeKernels.read(p, count: count, prefetches: false, S.self)
    }
    probeDots = { count, seed in ProbeKernels.dots(count, seed: seed, S.self) }
    probeProducts = { count, seed in ProbeKernels.products(count, seed: seed, S.self) }
  }
}

extension KernelSet {
  /// The same set, but products of many tokens and their attention on a unit.
  ///
  /// - Parameters:
  ///   - name: The name of what results.
  ///   - set: The vocabulary that the set was made of.
  ///   - unit: The unit.
  /// - Returns: The set.
  @inlinable @inline(__always)
  public func withTiles<S: InstructionSet, U: TileUnit>(
    named name: String, _ set: S.Type, _ unit: U.Type
  ) -> KernelSet {
    with(RoundedKernels(tiles: S.self, U.self), TileProduct<U>.self, named: name, S.self)
  }

  /// The same set, but products of many tokens with floats, and their attention, in bfloat16.
  ///
  /// - Parameters:
  ///   - name: The name of what results.
  ///   - set: The vocabulary that the set was made of.
  /// - Returns: The set.
  @inlinable @inline(__always)
  public func withPairs<S: InstructionSet>(named name: String, _ set: S.Type) -> KernelSet {
    with(RoundedKernels(pairs: S.self), PairProduct.self, named: name, S.self)
  }

  /// The same set, but products of many tokens, and their attention, in bfloat16.
  @inlinable @inline(__always)
  func with<S: InstructionSet, P: PanelProduct>(
    _ rounded: RoundedKernels, _: P.Type, named name: String, _: S.Type
  ) -> KernelSet {
    var result = self
    result.name = name
    result.rounded = rounded
    result.roundsAttention = true
    result.attendTileF32 = Self.attendTile(S.self, F32.self, P.self)
    result.attendTileF16 = Self.attendTile(S.self, F16.self, P.self)
    return result
  }

  /// The same set, but products of many tokens in bytes.
  ///
  /// - Parameters:
  ///   - name: The name of what results.
  ///   - set: The vocabulary that the set was made of.
  /// - Returns: The set.
  @inlinable @inline(__always)
  public func withBytes<S: InstructionSet>(named name: String, _ set: S.Type) -> KernelSet {
    var result = self
    result.name = name
    result.rounded = RoundedKernels(bytes: S.self)
    result.packed = Self.packed(S.self)
    return result
  }

  /// By `WeightFormat.rawValue`.
  @inlinable @inline(__always)
  static func packed<S: InstructionSet>(_: S.Type) -> [PackedKernels?] {
    [
      nil, nil, nil,
      PackedKernels(Q4_0.self, S.self), PackedKernels(Q4_1.self, S.self),
      PackedKernels(Q5_0.self, S.self), PackedKernels(Q5_1.self, S.self),
      PackedKernels(Q8_0.self, S.self),
      PackedKernels(superBlocks: Q2_K.self, S.self), PackedKernels(superBlocks: Q3_K.self, S.self),
      PackedKernels(superBlocks: Q4_K.self, S.self), PackedKernels(superBlocks: Q5_K.self, S.self),
      PackedKernels(superBlocks: Q6_K.self, S.self),
      PackedKernels(IQ4_NL.self, S.self), PackedKernels(IQ4_XS.self, S.self),
    ]
  }

  /// Attention of many tokens, specialized.
  @inlinable @inline(__always)
  static func attendTile<S: InstructionSet, F: FloatFormat, P: PanelProduct>(
    _: S.Type, _: F.Type, _: P.Type
  ) -> AttendTile {
    { queries, stride, tokens, view, size, scratch, out, outStride in
      AttentionTile.attend(
        queries: queries, stride: stride, tokens: tokens, view: view, headSize: size,
        scratch: scratch, into: out, outStride: outStride, S.self, F.self, P.self)
    }
  }

  /// Products of packed panels that share multiplications, for a set whose panels are made for it.
  @inlinable @inline(__always)
  public static func sharedPackedMatrix<S: InstructionSet>(_ set: S.Type) -> [PackedMatrix] {
    packedMatrix(S.self, SharedProducts.self)
  }

  /// In the order of `PackedKernels.matrix(of:)`.
  @inlinable @inline(__always)
  static func packedMatrix<S: InstructionSet, R: ProductRule>(
    _: S.Type, _: R.Type
  ) -> [PackedMatrix] {
    [
      { panel, rows, steps, activations, tokens, sums, adds in
        MatrixMatrix.packed(
          panel, rows: rows, steps: steps, hasMinimums: false, hasSmallBlocks: false, activations,
          tokens: tokens, into: sums, adds: adds, S.self, R.self)
      },
      { panel, rows, steps, activations, tokens, sums, adds in
        MatrixMatrix.packed(
          panel, rows: rows, steps: steps, hasMinimums: true, hasSmallBlocks: false, activations,
          tokens: tokens, into: sums, adds: adds, S.self, R.self)
      },
      { panel, rows, steps, activations, tokens, sums, adds in
        MatrixMatrix.packed(
          panel, rows: rows, steps: steps, hasMinimums: false, hasSmallBlocks: true, activations,
          tokens: tokens, into: sums, adds: adds, S.self, R.self)
      },
      { panel, rows, steps, activations, tokens, sums, adds in
        MatrixMatrix.packed(
          panel, rows: rows, steps: steps, hasMinimums: true, hasSmallBlocks: true, activations,
          tokens: tokens, into: sums, adds: adds, S.self, R.self)
      },
    ]
  }
}

extension KernelSet.PackedKernels {
  @inlinable @inline(__always)
  init<F: PackedFormat, S: InstructionSet>(_: F.Type, _: S.Type) {
    self.init(F.self, BlockProduct<F>.self, S.self)
  }

  @inlinable @inline(__always)
  init<F: SuperBlockFormat, S: InstructionSet>(superBlocks: F.Type, _: S.Type) {
    self.init(F.self, SuperBlockProduct<F>.self, S.self)
  }

  @inlinable @inline(__always)
  init<F: PackedFormat, P: RowProduct, S: InstructionSet>(_: F.Type, _: P.Type, _: S.Type) {
    hasMinimums = F.hasMinimums
    hasSmallBlocks = F.hasSmallBlocks
    order = F.order
    vectors = { weights, rowBytes, rows, columns, activations, tokens, scratch, out, stride in
      MatrixVector.packed(
        weights, rowBytes: rowBytes, rows: rows, columns: columns, activations, tokens: tokens,
        scratch: scratch, into: out, outStride: stride, S.self, P.self)
    }
    decode = { weights, rowBytes, rows, columns, scratch, panel in
      WeightPanel.decodePacked(
        weights, rowBytes: rowBytes, rows: rows, columns: columns, scratch: scratch,
        into: panel, S.self, F.self)
    }
  }
}

extension KernelSet.FloatKernels {
  @inlinable @inline(__always)
  init<F: FloatFormat, S: InstructionSet>(_ format: F.Type, _ set: S.Type) {
    vector = { weights, rowBytes, rows, columns, activations, out in
      MatrixVector.floats(
        weights, rowBytes: rowBytes, rows: rows, columns: columns, activations, into: out,
        S.self, F.self)
    }
    decode = { weights, rowBytes, rows, columns, _, panel in
      WeightPanel.decodeFloats(
        weights, rowBytes: rowBytes, rows: rows, columns: columns, into: panel, S.self, F.self)
    }
  }
}
