/// Loops that do nothing but load, or nothing but multiply: what the machine can do at best with
/// the words of a set, and so the limit that kernels are measured against.
public enum ProbeKernels {
  /// Reads memory from its beginning to its end.
  ///
  /// - `p`: Where to read.
  /// - `count`: Bytes, a multiple of 256.
  /// - `prefetches`: Whether lines are asked for ahead, as a product with a vector does: with
  ///   nothing else to do, some processors read faster without.
  @inlinable @inline(__always)
  public static func read<S: InstructionSet>(
    _ p: UnsafeRawPointer, count: Int, prefetches: Bool, _: S.Type
  ) -> Int {
    var a = S.splatByte(0)
    var b = a
    var c = a
    var d = a
    var offset = 0
    while offset < count {
      let q = p + offset
      if prefetches { MatrixVector.prefetch(q, 256, S.self) }
      a ^= S.loadBits(q)
      b ^= S.loadBits(q + 64)
      c ^= S.loadBits(q + 128)
      d ^= S.loadBits(q + 192)
      offset &+= 256
    }
    let all = a ^ b ^ c ^ d
    return Int(truncatingIfNeeded: all.wrappedSum())
  }

  /// Multiplies pairs of words, operands in registers, 32 pairs to a call of `addProducts`.
  ///
  /// - `count`: Calls, a multiple of 12.
  @inlinable @inline(__always)
  public static func dots<S: InstructionSet>(_ count: Int, seed: UInt8, _: S.Type) -> Float {
    dots(count, seed: seed, S.self, S.addProducts)
  }

  @inlinable @inline(__always)
  static func dots<S: InstructionSet>(
    _ count: Int, seed: UInt8, _: S.Type, _ addProducts: (Bits, Bits, Bits) -> Bits
  ) -> Float {
    let w = S.splatByte(seed)
    var x = S.splatByte(seed &+ 1)
    var tile = TokenTile6()
    tile.forEach { token, sums in
      sums.integers = (
        S.splatByte(UInt8(truncatingIfNeeded: 2 &* token)),
        S.splatByte(UInt8(truncatingIfNeeded: 2 &* token &+ 1))
      )
    }
    var done = 0
    while done < count {
      tile.forEach { _, sums in
        // Else sets that multiply and add apart would multiply once for all.
        x = S.varied(x)
        sums.integers.0 = addProducts(sums.integers.0, w, x)
        x = S.varied(x)
        sums.integers.1 = addProducts(sums.integers.1, w, x)
      }
      done &+= 12
    }
    var all = S.splatByte(0)
    tile.forEach { _, sums in all ^= sums.integers.0 ^ sums.integers.1 }
    return S.sum(S.floats(all))
  }

  /// Multiplies bytes, operands in registers, 128 pairs to a call of `addByteProducts`.
  ///
  /// - `count`: Calls, a multiple of 12.
  @inlinable @inline(never)
  public static func byteDots<S: InstructionSet>(_ count: Int, seed: UInt8, _: S.Type) -> Float {
    dots(count, seed: seed, S.self) {
      S.addByteProducts($0, unsigned: ($1, $2), signed: ($2, $1))
    }
  }

  /// Multiplies and adds floats, operands in registers, 16 pairs to a `multiplyAdd`.
  ///
  /// - `count`: Calls, a multiple of 12.
  @inlinable @inline(__always)
  public static func products<S: InstructionSet>(_ count: Int, seed: Float, _: S.Type) -> Float {
    let w = S.splat(seed)
    var x = unsafeBitCast(S.splat(1 - seed), to: Bits.self)
    return products(count, S.self) {
      x = S.varied(x)
      return S.multiplyAdd($0, w, unsafeBitCast(x, to: Floats.self))
    }
  }

  /// Multiplies pairs of bfloat16, operands in registers, 32 pairs to a call of `addPairProducts`.
  ///
  /// - `count`: Calls, a multiple of 12.
  @inlinable @inline(never)
  public static func pairDots<S: InstructionSet>(_ count: Int, seed: Float, _: S.Type) -> Float {
    let w = S.pairs(S.splat(seed), S.splat(-seed))
    let x = S.pairs(S.splat(seed), S.splat(seed))
    return products(count, S.self) { S.addPairProducts($0, w, x) }
  }

  @inlinable @inline(__always)
  static func products<S: InstructionSet>(
    _ count: Int, _: S.Type, _ addProducts: (Floats) -> Floats
  ) -> Float {
    var tile = TokenTile6()
    tile.forEach { token, sums in
      sums.floats = (S.splat(Float(2 &* token)), S.splat(Float(2 &* token &+ 1)))
    }
    var done = 0
    while done < count {
      tile.forEach { _, sums in
        sums.floats.0 = addProducts(sums.floats.0)
        sums.floats.1 = addProducts(sums.floats.1)
      }
      done &+= 12
    }
    var all = S.splat(0)
    tile.forEach { _, sums in all += sums.floats.0 + sums.floats.1 }
    return S.sum(all)
  }
}
