/// How a row of activations lies in memory once quantized, ready for integer dot products.
///
/// Activations keep 15 bits: `x ≈ scale * (128 * high + low)`. Eight would lose more than the
/// weights' own formats do on models with outliers (the greedy answers of a 135 M model change),
/// and a second product of bytes costs little beside reading the weights.
///
/// The row is cut in steps of 64 values, the last one filled with zeros. Each step holds 64 high
/// bytes, 64 low bytes, sixteen lanes of bias (`InstructionSet.dotBias`), and sixteen lanes of
/// scale: one scale for each 32 values, repeated for the eight lanes that it serves.
public enum QuantizedActivations {
  /// Values in a step.
  @inlinable public static var stepSize: Int {
    @inline(__always) get { 64 }
  }
  /// Bytes in a step.
  @inlinable public static var stepBytes: Int {
    @inline(__always) get { 256 }
  }
  /// Steps in a row of `count` values.
  @inlinable @inline(__always)
  public static func steps(_ count: Int) -> Int { (count &+ 63) &>> 6 }

  /// Quantizes one row of `count` values.
  @inlinable @inline(__always)
  public static func quantize<S: InstructionSet>(
    _ x: UnsafePointer<Float>, count: Int, into out: UnsafeMutableRawPointer, _: S.Type
  ) {
    var step = 0
    while step &* 64 < count {
      let out = out + step &* stepBytes
      let first = quantizeHalf(x + step &* 64, count &- step &* 64, into: out, S.self)
      let second = quantizeHalf(
        x + (step &* 64 &+ 32), count &- step &* 64 &- 32, into: out + 32,
        S.self)
      S.storeBits(S.dotBias(high: S.loadBits(out), low: S.loadBits(out + 64)), out + 128)
      S.store(S.pair(first, second), (out + 192).assumingMemoryBound(to: Float.self))
      step &+= 1
    }
  }

  /// Quantizes up to 32 of the `remaining` values and returns their scale.
  @inlinable @inline(__always)
  static func quantizeHalf<S: InstructionSet>(
    _ x: UnsafePointer<Float>, _ remaining: Int, into out: UnsafeMutableRawPointer, _: S.Type
  ) -> Float {
    let a: Floats
    let b: Floats
    if remaining >= 32 {
      a = S.load(x)
      b = S.load(x + 16)
    } else {
      a = S.load(x, count: remaining < 0 ? 0 : remaining < 16 ? remaining : 16)
      b = S.load(x + 16, count: remaining < 16 ? 0 : remaining &- 16)
    }
    let largest = S.largest(S.maximum(S.magnitude(a), S.magnitude(b)))
    let scale = largest / largestCode
    // A row too small to scale is zero to the last bit that matters.
    let inverse = S.splat(scale > 0x1p-112 ? 1 / scale : 0)
    store(S.rounded(a * inverse), out, S.self)
    store(S.rounded(b * inverse), out + 16, S.self)
    return scale
  }

  /// The largest code: a high byte of 127 and a low one of 0.
  @inlinable static var largestCode: Float {
    @inline(__always) get { 16256 }
  }

  /// Splits sixteen codes into high bytes here and low bytes 64 further on.
  @inlinable @inline(__always)
  static func store<S: InstructionSet>(
    _ codes: Floats, _ out: UnsafeMutableRawPointer, _: S.Type
  ) {
    let high = S.rounded(codes * S.splat(1 / 128))
    S.storeBytes(high, out)
    S.storeBytes(codes - high * S.splat(128), out + 64)
  }
}
