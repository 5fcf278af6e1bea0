import BlockFormats

/// Attention of one query head over a range of cached positions, with an online softmax (Milakov
/// and Gimelshein 2018): scores never leave a block of 64 positions.
public enum AttentionKernel {
  /// Positions in a block, and the floats of scratch that a call needs.
  @inlinable public static var blockSize: Int {
    @inline(__always) get { 64 }
  }

  /// Writes the attention-weighted mean of the values.
  ///
  /// - `query`: `[headSize]`, already scaled.
  /// - `keys`: The first visible position's key.
  /// - `values`: The first visible position's value.
  /// - `positionBytes`: The distance between positions in keys and in values.
  /// - `positions`: How many positions are visible, at least one.
  /// - `headSize`: The values in a head.
  /// - `scores`: `[blockSize]`, overwritten.
  /// - `out`: `[headSize]`.
  @inlinable @inline(__always)
  public static func attend<S: InstructionSet, F: FloatFormat>(
    query: UnsafePointer<Float>, keys: UnsafeRawPointer, values: UnsafeRawPointer,
    positionBytes: Int, positions: Int, headSize: Int,
    scores: UnsafeMutablePointer<Float>, into out: UnsafeMutablePointer<Float>,
    _: S.Type, _: F.Type
  ) {
    var largest = -Float.infinity
    var total: Float = 0
    var start = 0
    while start < positions {
      let count = positions &- start < blockSize ? positions &- start : blockSize
      let blockLargest = score(
        query: query, keys: keys + start &* positionBytes, positionBytes: positionBytes,
        count: count, headSize: headSize, into: scores, S.self, F.self)
      let newLargest = blockLargest > largest ? blockLargest : largest
      // The first block rescales nothing: its factor is forced to 0, and `out` is not read.
      let rescale = start == 0 ? 0 : S.exp(S.splat(largest - newLargest))[0]
      let sum = exponentiate(scores, minus: newLargest, count: count, S.self)
      total = total * rescale + sum
      largest = newLargest
      accumulate(
        scores, values: values + start &* positionBytes, positionBytes: positionBytes,
        count: count, headSize: headSize, rescale: rescale, isFirst: start == 0, into: out,
        S.self, F.self)
      start &+= count
    }
    let inverse = 1 / total
    var i = 0
    while i < headSize {
      out[i] *= inverse
      i &+= 1
    }
  }

  /// Products of the query with a block of keys; returns the largest.
  @inlinable @inline(__always)
  static func score<S: InstructionSet, F: FloatFormat>(
    query: UnsafePointer<Float>, keys: UnsafeRawPointer, positionBytes: Int, count: Int,
    headSize: Int, into scores: UnsafeMutablePointer<Float>, _: S.Type, _: F.Type
  ) -> Float {
    let whole = headSize & ~15
    var j = 0
    while j < count {
      let last = count &- 1
      let j1 = j &+ 1 < last ? j &+ 1 : last
      let j2 = j &+ 2 < last ? j &+ 2 : last
      let j3 = j &+ 3 < last ? j &+ 3 : last
      let k0 = keys + j &* positionBytes
      let k1 = keys + j1 &* positionBytes
      let k2 = keys + j2 &* positionBytes
      let k3 = keys + j3 &* positionBytes
      MatrixVector.prefetch(
        k0, 4 &* positionBytes, ahead: blockSize &* positionBytes, S.self)
      var s0 = S.splat(0)
      var s1 = S.splat(0)
      var s2 = S.splat(0)
      var s3 = S.splat(0)
      var i = 0
      while i < whole {
        let q = S.load(query + i)
        let offset = i &* F.blockBytes
        s0 = S.multiplyAdd(s0, F.load(k0 + offset, S.self), q)
        s1 = S.multiplyAdd(s1, F.load(k1 + offset, S.self), q)
        s2 = S.multiplyAdd(s2, F.load(k2 + offset, S.self), q)
        s3 = S.multiplyAdd(s3, F.load(k3 + offset, S.self), q)
        i &+= 16
      }
      if whole < headSize {
        let tail = headSize &- whole
        let q = S.load(query + whole, count: tail)
        let offset = whole &* F.blockBytes
        s0 = S.multiplyAdd(s0, F.load(k0 + offset, count: tail, S.self), q)
        s1 = S.multiplyAdd(s1, F.load(k1 + offset, count: tail, S.self), q)
        s2 = S.multiplyAdd(s2, F.load(k2 + offset, count: tail, S.self), q)
        s3 = S.multiplyAdd(s3, F.load(k3 + offset, count: tail, S.self), q)
      }
      // Beyond the last position its score is repeated, which changes no maximum.
      let sums = S.sums(s0, s1, s2, s3)
      UnsafeMutableRawPointer(scores + j).storeBytes(of: sums, as: SIMD4<Float>.self)
      j &+= 4
    }
    while j & 15 != 0 {
      scores[j] = -.greatestFiniteMagnitude
      j &+= 1
    }
    var largest = S.splat(-.infinity)
    j = 0
    while j < count {
      largest = S.maximum(largest, S.load(UnsafePointer(scores + j)))
      j &+= 16
    }
    return S.largest(largest)
  }

  /// Replaces each score by `exp(score − largest)`; returns their sum.
  @inlinable @inline(__always)
  static func exponentiate<S: InstructionSet>(
    _ scores: UnsafeMutablePointer<Float>, minus largest: Float, count: Int, _: S.Type
  ) -> Float {
    var sum = S.splat(0)
    var i = 0
    while i < count {
      let weights = S.exp(S.load(UnsafePointer(scores + i)) - S.splat(largest))
      // What lies beyond the last position is no weight.
      sum += count &- i >= 16 ? weights : AttentionTile.masked(weights, i, 0, count)
      S.store(weights, scores + i)
      i &+= 16
    }
    return S.sum(sum)
  }

  /// `out = out * rescale + Σ weights[j] * values[j]`.
  @inlinable @inline(__always)
  static func accumulate<S: InstructionSet, F: FloatFormat>(
    _ weights: UnsafePointer<Float>, values: UnsafeRawPointer, positionBytes: Int, count: Int,
    headSize: Int, rescale: Float, isFirst: Bool, into out: UnsafeMutablePointer<Float>,
    _: S.Type, _: F.Type
  ) {
    var i = 0
    while headSize &- i >= 64 {
      // Eight sums at once: one would wait for itself.
      var sums = (S.splat(0), S.splat(0), S.splat(0), S.splat(0))
      var others = sums
      let p = values + i &* F.blockBytes
      var j = 0
      while j < count {
        if i == 0 {
          MatrixVector.prefetch(
            p + j &* positionBytes, 2 &* positionBytes, ahead: blockSize &* positionBytes, S.self)
        }
        addRow(&sums, weights[j], p + j &* positionBytes, S.self, F.self)
        if j &+ 1 < count {
          addRow(&others, weights[j &+ 1], p + (j &+ 1) &* positionBytes, S.self, F.self)
        }
        j &+= 2
      }
      store(sums.0 + others.0, rescale, isFirst, out + i, S.self)
      store(sums.1 + others.1, rescale, isFirst, out + (i &+ 16), S.self)
      store(sums.2 + others.2, rescale, isFirst, out + (i &+ 32), S.self)
      store(sums.3 + others.3, rescale, isFirst, out + (i &+ 48), S.self)
      i &+= 64
    }
    while headSize &- i >= 16 {
      var sums = (S.splat(0), S.splat(0), S.splat(0), S.splat(0))
      let p = values + i &* F.blockBytes
      var j = 0
      while count &- j >= 4 {
        let q = p + j &* positionBytes
        sums.0 = S.multiplyAdd(sums.0, S.splat(weights[j]), F.load(q, S.self))
        sums.1 = S.multiplyAdd(
          sums.1, S.splat(weights[j &+ 1]), F.load(q + positionBytes, S.self))
        sums.2 = S.multiplyAdd(
          sums.2, S.splat(weights[j &+ 2]), F.load(q + 2 &* positionBytes, S.self))
        sums.3 = S.multiplyAdd(
          sums.3, S.splat(weights[j &+ 3]), F.load(q + 3 &* positionBytes, S.self))
        j &+= 4
      }
      while j < count {
        sums.0 = S.multiplyAdd(
          sums.0, S.splat(weights[j]), F.load(p + j &* positionBytes, S.self))
        j &+= 1
      }
      store((sums.0 + sums.1) + (sums.2 + sums.3), rescale, isFirst, out + i, S.self)
      i &+= 16
    }
    while i < headSize {
      var sum: Float = isFirst ? 0 : out[i] * rescale
      var j = 0
      while j < count {
        sum +=
          weights[j]
          * F.value(
            values + (j &* positionBytes &+ i &* F.blockBytes), S.self)
        j &+= 1
      }
      out[i] = sum
      i &+= 1
    }
  }

  /// Adds 64 values of a position, weighted.
  @inlinable @inline(__always)
  static func addRow<S: InstructionSet, F: FloatFormat>(
    _ sums: inout (Floats, Floats, Floats, Floats), _ weight: Float, _ p: UnsafeRawPointer,
    _: S.Type, _: F.Type
  ) {
    let weight = S.splat(weight)
    sums.0 = S.multiplyAdd(sums.0, weight, F.load(p, S.self))
    sums.1 = S.multiplyAdd(sums.1, weight, F.load(p + 16 &* F.blockBytes, S.self))
    sums.2 = S.multiplyAdd(sums.2, weight, F.load(p + 32 &* F.blockBytes, S.self))
    sums.3 = S.multiplyAdd(sums.3, weight, F.load(p + 48 &* F.blockBytes, S.self))
  }

  /// Writes `sum`, with what is there already rescaled.
  @inlinable @inline(__always)
  static func store<S: InstructionSet>(
    _ sum: Floats, _ rescale: Float, _ isFirst: Bool, _ out: UnsafeMutablePointer<Float>,
    _: S.Type
  ) {
    let old = isFirst ? S.splat(0) : S.load(UnsafePointer(out))
    S.store(S.multiplyAdd(sum, old, S.splat(rescale)), out)
  }
}
