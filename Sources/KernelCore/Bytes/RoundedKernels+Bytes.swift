import BlockFormats

extension RoundedKernels {
  /// Products of bytes, specialized for a set.
  ///
  /// They are for packed formats, which have lost as much of their weights or more; a set whose sums
  /// have no room for a format leaves it alone.
  ///
  /// - Parameter set: The vocabulary.
  @inlinable @inline(__always)
  public init<S: InstructionSet>(bytes set: S.Type) {
    self.init(
      // What these tokens have of 256 columns, and their sums, stay in the second-level cache.
      chunkLength: 256, tokens: 1, groupBytes: ByteActivations.groupBytes,
      pack: { x, _, _, columns, out, groupStride in
        ByteActivations.quantize(x, count: columns, into: out, stride: groupStride, S.self)
      },
      products: [
        nil, nil, nil,
        Self.bytes(Q4_0.self, S.self), Self.bytes(Q4_1.self, S.self),
        Self.bytes(Q5_0.self, S.self), Self.bytes(Q5_1.self, S.self),
        Self.bytes(Q8_0.self, S.self),
        Self.bytes(Q2_K.self, S.self), Self.bytes(Q3_K.self, S.self),
        Self.bytes(Q4_K.self, S.self), Self.bytes(Q5_K.self, S.self),
        Self.bytes(Q6_K.self, S.self), Self.bytes(IQ4_NL.self, S.self),
        Self.bytes(IQ4_XS.self, S.self),
      ],
      probe: { count in ProbeKernels.byteDots(count, seed: 1, S.self) }, probeProducts: 128)
  }

  @inlinable @inline(__always)
  static func bytes<F: PackedFormat, S: InstructionSet>(_: F.Type, _: S.Type) -> Product? {
    guard F.largestCode <= S.largestByte else { return nil }
    return Product(
      decode: { weights, rowBytes, rows, columns, scratch, _, panel in
        BytePanel.decode(
          weights, rowBytes: rowBytes, rows: rows, columns: columns, scratch: scratch,
          into: panel, S.self, F.self)
      },
      multiply: { panel, steps, activations, tokens, sums, adds in
        ByteMatrix.multiply(
          panel, steps: steps, hasMinimums: F.hasMinimums, hasSmallBlocks: F.hasSmallBlocks,
          activations, tokens: tokens, into: sums, adds: adds, S.self)
      })
  }
}
