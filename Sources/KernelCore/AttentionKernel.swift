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
    var largest = -Float.infinity
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
      scores[j] = S.sum(s0)
      scores[j1] = S.sum(s1)
      scores[j2] = S.sum(s2)
      scores[j3] = S.sum(s3)
      j &+= 4
    }
    j = 0
    while j < count {
      largest = scores[j] > largest ? scores[j] : largest
      j &+= 1
    }
    return largest
  }

  /// Replaces each score by `exp(score − largest)`; returns their sum.
  @inlinable @inline(__always)
  static func exponentiate<S: InstructionSet>(
    _ scores: UnsafeMutablePointer<Float>, minus largest: Float, count: Int, _: S.Type
  ) -> Float {
    // Scores beyond `count` are left from an earlier block or zero: they are computed and ignored.
    var i = 0
    while i < count {
      S.store(S.exp(S.load(scores + i) - S.splat(largest)), scores + i)
      i &+= 16
    }
    var sum: Float = 0
    i = 0
    while i < count {
      sum += scores[i]
      i &+= 1
    }
    return sum
  }

  /// `out = out * rescale + Σ weights[j] * values[j]`.
  @inlinable @inline(__always)
  static func accumulate<S: InstructionSet, F: FloatFormat>(
    _ weights: UnsafePointer<Float>, values: UnsafeRawPointer, positionBytes: Int, count: Int,
    headSize: Int, rescale: Float, isFirst: Bool, into out: UnsafeMutablePointer<Float>,
    _: S.Type, _: F.Type
  ) {
    let whole = headSize & ~15
    var i = 0
    while i < whole {
      var sum = isFirst ? S.splat(0) : S.load(UnsafePointer(out + i)) * S.splat(rescale)
      var p = values + i &* F.blockBytes
      var j = 0
      while j < count {
        sum = S.multiplyAdd(sum, S.splat(weights[j]), F.load(p, S.self))
        p += positionBytes
        j &+= 1
      }
      S.store(sum, out + i)
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
}
