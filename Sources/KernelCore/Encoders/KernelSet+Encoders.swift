import BlockFormats

extension KernelSet {
  /// The encoders, specialized for a set: by `WeightFormat.rawValue`.
  @inlinable @inline(__always)
  static func encoders<S: InstructionSet>(_ set: S.Type) -> [Encode?] {
    [
      nil, nil, nil,
      symmetric(block: Q4_0.self, S.self), affine(block: Q4_1.self, S.self),
      symmetric(block: Q5_0.self, S.self), affine(block: Q5_1.self, S.self),
      symmetric(block: Q8_0.self, S.self),
      affine(Q2_K.self, S.self), symmetric(Q3_K.self, S.self), affine(Q4_K.self, S.self),
      affine(Q5_K.self, S.self), symmetric(Q6_K.self, S.self),
      symmetric(block: IQ4_NL.self, S.self, hasTable: true),
      symmetric(IQ4_XS.self, S.self, hasTable: true),
    ]
  }

  @inlinable @inline(__always)
  static func affine<F: AffineSuperBlock, S: InstructionSet>(
    _ format: F.Type, _ set: S.Type
  ) -> Encode {
    { values, count, importance, effort, out in
      AffineEncoder<F>.encodeRow(
        values, count: count, importance: importance, effort: effort, into: out, S.self)
    }
  }

  @inlinable @inline(__always)
  static func symmetric<F: SymmetricSuperBlock, S: InstructionSet>(
    _ format: F.Type, _ set: S.Type, hasTable: Bool = false
  ) -> Encode {
    { values, count, importance, effort, out in
      let table =
        hasTable
        ? LevelTable(IQ4_NL.table) : LevelTable(least: F.leastLevel, largest: -F.leastLevel - 1)
      SymmetricEncoder<F>.encodeRow(
        values, count: count, importance: importance, effort: effort, table: table, into: out,
        S.self)
      table.deallocate()
    }
  }

  @inlinable @inline(__always)
  static func affine<F: AffineBlock, S: InstructionSet>(
    block format: F.Type, _ set: S.Type
  ) -> Encode {
    { values, count, importance, effort, out in
      AffineBlockEncoder<F>.encodeRow(
        values, count: count, importance: importance, effort: effort, into: out, S.self)
    }
  }

  @inlinable @inline(__always)
  static func symmetric<F: SymmetricBlock, S: InstructionSet>(
    block format: F.Type, _ set: S.Type, hasTable: Bool = false
  ) -> Encode {
    { values, count, importance, effort, out in
      let table =
        hasTable
        ? LevelTable(IQ4_NL.table) : LevelTable(least: F.leastLevel, largest: F.largestLevel)
      SymmetricBlockEncoder<F>.encodeRow(
        values, count: count, importance: importance, effort: effort, table: table, into: out,
        S.self)
      table.deallocate()
    }
  }
}
