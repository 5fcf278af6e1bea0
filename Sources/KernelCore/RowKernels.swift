/// Elementwise work and reductions over one row of activations.
public enum RowKernels {
  /// `x / rms(x) * weight`, with the mean square taken in sixteen lanes (RMSNorm, Zhang and
  /// Sennrich 2019).
  @inlinable @inline(__always)
  public static func rmsNorm<S: InstructionSet>(
    _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, epsilon: Float, count: Int,
    into out: UnsafeMutablePointer<Float>, _: S.Type
  ) {
    let squares = sum(count, S.self) { i, load in
      let v = load(x, i)
      return v * v
    }
    let scale = 1 / (squares / Float(count) + epsilon).squareRoot()
    map(count, into: out, S.self) { i, load in load(x, i) * S.splat(scale) * load(weight, i) }
  }

  /// `(x − mean) / deviation * weight + bias` (LayerNorm, Ba and others, 2016).
  @inlinable @inline(__always)
  public static func layerNorm<S: InstructionSet>(
    _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    epsilon: Float, count: Int, into out: UnsafeMutablePointer<Float>, _: S.Type
  ) {
    let mean = sum(count, S.self) { i, load in load(x, i) } / Float(count)
    let squares = sum(count, S.self) { i, load in
      let v = load(x, i) - S.splat(mean)
      return v * v
    }
    let scale = 1 / (squares / Float(count) + epsilon).squareRoot()
    map(count, into: out, S.self) { i, load in
      S.multiplyAdd(load(bias, i), (load(x, i) - S.splat(mean)) * S.splat(scale), load(weight, i))
    }
  }

  /// `silu(gate) * up`, in place over the gate.
  @inlinable @inline(__always)
  public static func siluMultiply<S: InstructionSet>(
    _ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, count: Int, _: S.Type
  ) {
    map(count, into: gate, S.self) { i, load in
      let x = load(UnsafePointer(gate), i)
      return x / (S.splat(1) + S.exp(S.splat(0) - x)) * load(up, i)
    }
  }

  /// GELU in its tanh form (Hendrycks and Gimpel 2016), in place.
  @inlinable @inline(__always)
  public static func gelu<S: InstructionSet>(
    _ x: UnsafeMutablePointer<Float>, count: Int, _: S.Type
  ) {
    map(count, into: x, S.self) { i, load in
      let v = load(UnsafePointer(x), i)
      let cubic = S.multiplyAdd(v, v * v * v, S.splat(0.044_715))
      // (1 + tanh(y)) / 2 = 1 / (1 + exp(−2y))
      return v / (S.splat(1) + S.exp(cubic * S.splat(-2 * 0.797_884_56)))
    }
  }

  /// `x += y`.
  @inlinable @inline(__always)
  public static func add<S: InstructionSet>(
    _ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, count: Int, _: S.Type
  ) {
    map(count, into: x, S.self) { i, load in load(UnsafePointer(x), i) + load(y, i) }
  }

  /// `x += y * scale`.
  @inlinable @inline(__always)
  public static func addScaled<S: InstructionSet>(
    _ x: UnsafeMutablePointer<Float>, _ y: UnsafePointer<Float>, _ scale: Float, count: Int,
    _: S.Type
  ) {
    map(count, into: x, S.self) { i, load in
      S.multiplyAdd(load(UnsafePointer(x), i), load(y, i), S.splat(scale))
    }
  }

  /// Rotates pairs `(i, i + half)` of one head by the angles whose cosines and sines are given
  /// (RoPE, Su and others, 2021, in the NeoX order).
  @inlinable @inline(__always)
  public static func rotateHalves<S: InstructionSet>(
    _ head: UnsafeMutablePointer<Float>, cosines: UnsafePointer<Float>,
    sines: UnsafePointer<Float>, half: Int, _: S.Type
  ) {
    var i = 0
    while i &+ 16 <= half {
      let x = S.load(UnsafePointer(head + i))
      let y = S.load(UnsafePointer(head + (half &+ i)))
      let c = S.load(cosines + i)
      let s = S.load(sines + i)
      S.store(x * c - y * s, head + i)
      S.store(y * c + x * s, head + (half &+ i))
      i &+= 16
    }
    while i < half {
      let x = head[i]
      let y = head[half &+ i]
      head[i] = x * cosines[i] - y * sines[i]
      head[half &+ i] = y * cosines[i] + x * sines[i]
      i &+= 1
    }
  }

  /// Rotates pairs `(2i, 2i + 1)` of one head: RoPE in its original order.
  @inlinable @inline(__always)
  public static func rotatePairs<S: InstructionSet>(
    _ head: UnsafeMutablePointer<Float>, cosines: UnsafePointer<Float>,
    sines: UnsafePointer<Float>, half: Int, _: S.Type
  ) {
    var i = 0
    while i < half {
      let x = head[2 &* i]
      let y = head[2 &* i &+ 1]
      head[2 &* i] = x * cosines[i] - y * sines[i]
      head[2 &* i &+ 1] = y * cosines[i] + x * sines[i]
      i &+= 1
    }
  }

  /// Writes values rounded to half precision.
  @inlinable @inline(__always)
  public static func storeHalf<S: InstructionSet>(
    _ x: UnsafePointer<Float>, count: Int, into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    var i = 0
    while i < count {
      out.storeBytes(of: Float16(x[i]).bitPattern, toByteOffset: i &* 2, as: UInt16.self)
      i &+= 1
    }
  }

  // MARK: Loops

  /// Sixteen values at an index, or the last few and zeros.
  @usableFromInline typealias Load = (UnsafePointer<Float>, Int) -> Floats

  @inlinable @inline(__always)
  static func sum<S: InstructionSet>(
    _ count: Int, _: S.Type, _ body: (Int, Load) -> Floats
  ) -> Float {
    var total = S.splat(0)
    var i = 0
    while i &+ 16 <= count {
      total = total + body(i) { S.load($0 + $1) }
      i &+= 16
    }
    guard i < count else { return S.sum(total) }
    var last = body(i) { S.load($0 + $1, count: count &- i) }
    var lane = count &- i
    while lane < 16 {
      last[lane] = 0
      lane &+= 1
    }
    return S.sum(total + last)
  }

  @inlinable @inline(__always)
  static func map<S: InstructionSet>(
    _ count: Int, into out: UnsafeMutablePointer<Float>, _: S.Type,
    _ body: (Int, Load) -> Floats
  ) {
    var i = 0
    while i &+ 16 <= count {
      S.store(body(i) { S.load($0 + $1) }, out + i)
      i &+= 16
    }
    guard i < count else { return }
    let last = body(i) { S.load($0 + $1, count: count &- i) }
    var lane = 0
    while i &+ lane < count {
      out[i &+ lane] = last[lane]
      lane &+= 1
    }
  }
}
