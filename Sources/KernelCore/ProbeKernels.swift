/// Loops that do nothing but load, or nothing but multiply: what the machine can do at best with
/// the words of a set, and so the limit that kernels are measured against.
public enum ProbeKernels {
  /// Reads memory in four streams, as a product with a vector does.
  ///
  /// - `p`: Where to read.
  /// - `count`: Bytes, a multiple of 1024.
  @inlinable @inline(__always)
  public static func read<S: InstructionSet>(_ p: UnsafeRawPointer, count: Int, _: S.Type) -> Int {
    let quarter = count / 4
    var a = S.loadBits(p)
    var b = a
    var c = a
    var d = a
    var offset = 0
    while offset < quarter {
      let q = p + offset
      S.prefetch(q + 2048)
      S.prefetch(q + (quarter &+ 2048))
      S.prefetch(q + (2 &* quarter &+ 2048))
      S.prefetch(q + (3 &* quarter &+ 2048))
      a ^= S.loadBits(q)
      b ^= S.loadBits(q + quarter)
      c ^= S.loadBits(q + 2 &* quarter)
      d ^= S.loadBits(q + 3 &* quarter)
      offset &+= 64
    }
    let all = a ^ b ^ c ^ d
    return Int(truncatingIfNeeded: all.wrappedSum())
  }

  /// Multiplies packed weights with activations, operands in registers, 64 pairs to a call of
  /// `dot`.
  ///
  /// - `count`: Calls, a multiple of 8.
  @inlinable @inline(__always)
  public static func dots<S: InstructionSet>(_ count: Int, seed: UInt8, _: S.Type) -> Float {
    let w = S.splatByte(seed)
    let high = S.splatByte(seed &+ 1)
    let low = S.splatByte(seed &+ 2)
    var a = S.dotBias(high: high, low: low)
    var b = a
    var c = a
    var d = a
    var e = a
    var f = a
    var g = a
    var h = a
    var done = 0
    while done < count {
      // The result is the next one's bias, so that no call can be left out.
      a = S.dot(w, high: high, low: low, bias: a)
      b = S.dot(w, high: high, low: low, bias: b)
      c = S.dot(w, high: high, low: low, bias: c)
      d = S.dot(w, high: high, low: low, bias: d)
      e = S.dot(w, high: high, low: low, bias: e)
      f = S.dot(w, high: high, low: low, bias: f)
      g = S.dot(w, high: high, low: low, bias: g)
      h = S.dot(w, high: high, low: low, bias: h)
      done &+= 8
    }
    return S.sum(S.floats(a ^ b ^ c ^ d ^ e ^ f ^ g ^ h))
  }

  /// Multiplies and adds floats, operands in registers, 16 pairs to a `multiplyAdd`.
  ///
  /// - `count`: Calls, a multiple of 8.
  @inlinable @inline(__always)
  public static func products<S: InstructionSet>(_ count: Int, seed: Float, _: S.Type) -> Float {
    let x = S.splat(seed)
    let y = S.splat(1 - seed)
    var a = x
    var b = y
    var c = x
    var d = y
    var e = x
    var f = y
    var g = x
    var h = y
    var done = 0
    while done < count {
      a = S.multiplyAdd(y, a, x)
      b = S.multiplyAdd(y, b, x)
      c = S.multiplyAdd(y, c, x)
      d = S.multiplyAdd(y, d, x)
      e = S.multiplyAdd(y, e, x)
      f = S.multiplyAdd(y, f, x)
      g = S.multiplyAdd(y, g, x)
      h = S.multiplyAdd(y, h, x)
      done &+= 8
    }
    return S.sum(a + b + c + d + e + f + g + h)
  }
}
