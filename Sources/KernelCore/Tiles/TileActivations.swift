/// How activations lie in memory for a `TileUnit`: `[group of 256 columns][16 tokens][8 tiles]`.
///
/// A tile is `[16 tokens][32 columns]` of bfloat16. Each two of them hold 64 columns in the order of
/// `QuantizedActivations`: of each four columns, the first and the third are in the first tile and
/// the others in the second, so that they meet the words of a `WeightPanel`. Missing tokens and
/// columns are zero.
public enum TileActivations {
  /// Tokens in a tile.
  @inlinable public static var tokens: Int {
    @inline(__always) get { 16 }
  }
  /// Bytes of a tile.
  @inlinable public static var tileBytes: Int {
    @inline(__always) get { 1024 }
  }
  /// Bytes of a token in a tile.
  @inlinable public static var tokenBytes: Int {
    @inline(__always) get { 64 }
  }
  /// Bytes of 16 tokens' group.
  @inlinable public static var groupBytes: Int {
    @inline(__always) get { 8 * tileBytes }
  }

  /// Rounds up to 16 tokens.
  ///
  /// - `x`: The first token's values.
  /// - `stride`: The distance between tokens in `x`.
  /// - `tokens`: How many there are.
  /// - `columns`: Values of each.
  /// - `out`: Their part of the first group.
  /// - `groupStride`: The bytes from one group to the next.
  @inlinable @inline(never)
  public static func pack<S: InstructionSet>(
    _ x: UnsafePointer<Float>, stride: Int, tokens: Int, columns: Int,
    into out: UnsafeMutableRawPointer, groupStride: Int, _: S.Type
  ) {
    var token = 0
    while token < self.tokens {
      let row = x + (token < tokens ? token &* stride : 0)
      let present = token < tokens ? columns : 0
      var start = 0
      var group = out + token &* tokenBytes
      while start < columns {
        var part = 0
        while part < 16 {
          let first = start &+ part &* 16
          let even = group + ((part &>> 2) &* 2 &* tileBytes &+ (part & 3) &* 16)
          let words = BFloat16Rounding.words(load(row + first, present &- first, S.self))
          S.storeWords(
            S.floats(unsafeBitCast(words, to: Bits.self)), even: even, odd: even + tileBytes)
          part &+= 1
        }
        start &+= QuantizedActivations.groupSize
        group += groupStride
      }
      token &+= 1
    }
  }

  /// Sixteen values, of which `remaining` are there.
  @inlinable @inline(__always)
  static func load<S: InstructionSet>(
    _ x: UnsafePointer<Float>, _ remaining: Int, _: S.Type
  ) -> Floats {
    remaining >= 16 ? S.load(x) : S.load(x, count: remaining > 0 ? remaining : 0)
  }
}
