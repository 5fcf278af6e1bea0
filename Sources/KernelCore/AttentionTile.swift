import BlockFormats

/// Attention of one head for many tokens that follow each other, as two matrix products over blocks
/// of positions with an online softmax between them (Dao and others 2022): a block's scores and
/// weights stay in cache, and so do its keys and values, which all tokens share.
public enum AttentionTile {
  /// Tokens that are worked on together.
  @inlinable public static var tokens: Int {
    @inline(__always) get { 96 }
  }
  /// Positions in a block.
  @inlinable public static var positions: Int {
    @inline(__always) get { WeightPanel.columns }
  }
  /// The largest head.
  @inlinable public static var headSize: Int {
    @inline(__always) get { WeightPanel.columns }
  }
  /// Floats of scratch: a panel, the block's scores and weights, results, and two values a token;
  /// and what products in bfloat16 need: a panel's tiles, and the tiles of queries and of weights.
  @inlinable public static var scratchCount: Int {
    @inline(__always) get {
      (WeightPanel.bytes + TilePanel.bytes + 2 * preparedBytes) / 4
        + tokens * (2 * positions + headSize + 2)
    }
  }
  /// Bytes of the tokens' tiles.
  @inlinable static var preparedBytes: Int {
    @inline(__always) get { tokens / TileActivations.tokens * TileActivations.groupBytes }
  }

  /// What the tokens see.
  public struct View {
    /// The head's keys from position 0 on.
    @usableFromInline let keys: UnsafeRawPointer
    /// The head's values from position 0 on.
    @usableFromInline let values: UnsafeRawPointer
    /// The distance between positions in keys and in values.
    @usableFromInline let positionBytes: Int
    /// Positions that the first token has before it and itself; each further token sees one more.
    @usableFromInline let visible: Int
    /// The positions that a token sees at most.
    @usableFromInline let window: Int

    /// A view of a cache.
    public init(
      keys: UnsafeRawPointer, values: UnsafeRawPointer, positionBytes: Int, visible: Int,
      window: Int
    ) {
      self.keys = keys
      self.values = values
      self.positionBytes = positionBytes
      self.visible = visible
      self.window = window
    }

    /// The first position that a token sees.
    @inlinable @inline(__always)
    func first(_ token: Int) -> Int {
      let first = visible &+ token &- window
      return first > 0 ? first : 0
    }
  }

  /// Writes the attention-weighted means of the values.
  ///
  /// - `queries`: The first token's query, scaled.
  /// - `stride`: The distance between queries.
  /// - `tokens`: Up to `AttentionTile.tokens`.
  /// - `view`: What they see.
  /// - `headSize`: Values in a head, up to `AttentionTile.headSize`.
  /// - `scratch`: `scratchCount`.
  /// - `out`: The first token's result.
  /// - `outStride`: The distance between results.
  @inlinable @inline(__always)
  public static func attend<S: InstructionSet, F: FloatFormat, P: PanelProduct>(
    queries: UnsafePointer<Float>, stride: Int, tokens: Int, view: View, headSize: Int,
    scratch: UnsafeMutablePointer<Float>, into out: UnsafeMutablePointer<Float>, outStride: Int,
    _: S.Type, _: F.Type, _: P.Type
  ) {
    let panel = UnsafeMutableRawPointer(scratch)
    let preparedQueries = panel + (WeightPanel.bytes + TilePanel.bytes)
    let preparedWeights = preparedQueries + preparedBytes
    let scores = (preparedWeights + preparedBytes).assumingMemoryBound(to: Float.self)
    let sumTokens = P.sumTokens(tokens)
    let weights = scores + self.tokens &* positions
    let sums = weights + self.tokens &* positions
    let largest = sums + self.tokens &* self.headSize
    let totals = largest + self.tokens
    var token = 0
    while token < tokens {
      largest[token] = -.infinity
      totals[token] = 0
      token &+= 1
    }
    P.prepare(
      queries, stride: stride, tokens: tokens, columns: headSize, into: preparedQueries, S.self)
    let end = view.visible &+ tokens &- 1
    // Blocks begin at multiples of their size, so that panels of keys do too.
    let begin = view.first(0) / positions &* positions
    var start = begin
    while start < end {
      let count = end &- start < positions ? end &- start : positions
      score(
        queries, stride, tokens, view, headSize, start, count, preparedQueries, panel, scores,
        S.self, F.self, P.self)
      token = 0
      while token < tokens {
        let first = view.first(token) &- start
        let last = view.visible &+ token &- start
        let rescale = weigh(
          scores + token &* WeightPanel.rows, sumTokens &* WeightPanel.rows,
          first > 0 ? first : 0, last < count ? last : count, count,
          into: weights + token &* positions, &largest[token], &totals[token], S.self)
        if rescale != 1, start > begin {
          self.rescale(sums + token &* WeightPanel.rows, sumTokens, headSize, rescale, S.self)
        }
        token &+= 1
      }
      P.prepare(
        weights, stride: positions, tokens: tokens, columns: count, into: preparedWeights, S.self)
      mix(
        weights, tokens, view, headSize, start, count, preparedWeights, panel, sums,
        adds: start > begin, S.self, F.self, P.self)
      start &+= positions
    }
    token = 0
    while token < tokens {
      let inverse = 1 / totals[token]
      var i = 0
      while i < headSize {
        let sum = sums[
          (i / WeightPanel.rows &* sumTokens &+ token) &* WeightPanel.rows &+ i % WeightPanel.rows]
        out[token &* outStride &+ i] = sum * inverse
        i &+= 1
      }
      token &+= 1
    }
  }

  /// Products of all queries with a block's keys, `[panel][tokens][32]`.
  @inlinable @inline(__always)
  static func score<S: InstructionSet, F: FloatFormat, P: PanelProduct>(
    _ queries: UnsafePointer<Float>, _ stride: Int, _ tokens: Int, _ view: View, _ headSize: Int,
    _ start: Int, _ count: Int, _ prepared: UnsafeRawPointer, _ panel: UnsafeMutableRawPointer,
    _ scores: UnsafeMutablePointer<Float>, _: S.Type, _: F.Type, _: P.Type
  ) {
    var first = 0
    while first < count {
      let rows = count &- first < WeightPanel.rows ? count &- first : WeightPanel.rows
      WeightPanel.decodeFloats(
        view.keys + (start &+ first) &* view.positionBytes, rowBytes: view.positionBytes,
        rows: rows,
        columns: headSize, into: panel, S.self, F.self)
      P.multiply(
        panel, rows: rows, columns: headSize, queries, stride: stride, tokens: tokens,
        prepared: prepared, tiles: panel + WeightPanel.bytes,
        into: scores + first &* P.sumTokens(tokens), adds: false, S.self)
      first &+= WeightPanel.rows
    }
  }

  /// Replaces a token's scores by weights, zero outside of what it sees.
  ///
  /// Returns what earlier results are to be multiplied with.
  @inlinable @inline(__always)
  static func weigh<S: InstructionSet>(
    _ scores: UnsafeMutablePointer<Float>, _ panelStride: Int, _ first: Int, _ last: Int,
    _ count: Int, into weights: UnsafeMutablePointer<Float>, _ largest: inout Float,
    _ total: inout Float, _: S.Type
  ) -> Float {
    guard first < last else {
      clear(weights, count, S.self)
      return 1
    }
    var position = 0
    var most = S.splat(-.infinity)
    while position < count {
      let v = visible(scores, panelStride, position, first, last, S.self)
      S.store(v, weights + position)
      most = S.maximum(most, v)
      position &+= 16
    }
    let blockLargest = S.largest(most)
    let newLargest = blockLargest > largest ? blockLargest : largest
    let rescale = largest == newLargest ? 1 : S.exp(S.splat(largest - newLargest))[0]
    var sum = S.splat(0)
    position = 0
    while position < count {
      let v = S.load(UnsafePointer(weights + position))
      var weight = S.exp(v - S.splat(newLargest))
      if position < first || position &+ 16 > last {
        weight = masked(weight, position, first, last)
      }
      S.store(weight, weights + position)
      sum += weight
      position &+= 16
    }
    total = total * rescale + S.sum(sum)
    largest = newLargest
    return rescale
  }

  /// Sixteen scores; those of positions that are not seen are below all others.
  @inlinable @inline(__always)
  static func visible<S: InstructionSet>(
    _ scores: UnsafePointer<Float>, _ panelStride: Int, _ position: Int, _ first: Int, _ last: Int,
    _: S.Type
  ) -> Floats {
    let row = scores + (position / WeightPanel.rows &* panelStride &+ position % WeightPanel.rows)
    var v = S.load(row)
    guard position < first || position &+ 16 > last else { return v }
    var lane = 0
    while lane < 16 {
      if position &+ lane < first || position &+ lane >= last {
        v[lane] = -.greatestFiniteMagnitude
      }
      lane &+= 1
    }
    return v
  }

  /// Sixteen weights from a position on; those of positions that are not seen are zero.
  @inlinable @inline(__always)
  static func masked(_ weight: Floats, _ position: Int, _ first: Int, _ last: Int) -> Floats {
    var weight = weight
    var lane = 0
    while lane < 16 {
      if position &+ lane < first || position &+ lane >= last { weight[lane] = 0 }
      lane &+= 1
    }
    return weight
  }

  @inlinable @inline(__always)
  static func clear<S: InstructionSet>(
    _ weights: UnsafeMutablePointer<Float>, _ count: Int, _: S.Type
  ) {
    var position = 0
    while position < count {
      S.store(S.splat(0), weights + position)
      position &+= 16
    }
  }

  @inlinable @inline(__always)
  static func rescale<S: InstructionSet>(
    _ sums: UnsafeMutablePointer<Float>, _ tokens: Int, _ headSize: Int, _ factor: Float,
    _: S.Type
  ) {
    var first = 0
    while first < headSize {
      let row = sums + first &* tokens
      S.store(S.load(UnsafePointer(row)) * S.splat(factor), row)
      S.store(S.load(UnsafePointer(row + 16)) * S.splat(factor), row + 16)
      first &+= WeightPanel.rows
    }
  }

  /// Adds a block's values, weighted, to `[panel][tokens][32]`.
  @inlinable @inline(__always)
  static func mix<S: InstructionSet, F: FloatFormat, P: PanelProduct>(
    _ weights: UnsafePointer<Float>, _ tokens: Int, _ view: View, _ headSize: Int, _ start: Int,
    _ count: Int, _ prepared: UnsafeRawPointer, _ panel: UnsafeMutableRawPointer,
    _ sums: UnsafeMutablePointer<Float>, adds: Bool, _: S.Type, _: F.Type, _: P.Type
  ) {
    var first = 0
    while first < headSize {
      let rows = headSize &- first < WeightPanel.rows ? headSize &- first : WeightPanel.rows
      WeightPanel.decodeColumns(
        view.values + (start &* view.positionBytes &+ first &* F.blockBytes),
        columnBytes: view.positionBytes, rows: rows, columns: count, into: panel, S.self, F.self)
      P.multiply(
        panel, rows: rows, columns: count, weights, stride: positions, tokens: tokens,
        prepared: prepared, tiles: panel + WeightPanel.bytes,
        into: sums + first &* P.sumTokens(tokens), adds: adds, S.self)
      first &+= WeightPanel.rows
    }
  }
}
