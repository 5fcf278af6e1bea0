/// How a row of activations lies in memory once quantized, ready for integer dot products.
///
/// The row is cut in steps of 64 values, the last one filled with zeros. Each step holds 64
/// signed codes, then sixteen lanes of bias (`InstructionSet.dotBias`), then sixteen lanes of
/// scale: one scale for each 32 values, repeated for the eight lanes that it serves.
public enum QuantizedActivations {
  /// Values in a step.
  @inlinable public static var stepSize: Int {
    @inline(__always) get { 64 }
  }
  /// Bytes in a step.
  @inlinable public static var stepBytes: Int {
    @inline(__always) get { 192 }
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
      let low = quantizeHalf(x + step &* 64, count &- step &* 64, into: out, S.self)
      let high = quantizeHalf(x + (step &* 64 &+ 32), count &- step &* 64 &- 32, into: out + 32, S.self)
      S.storeBits(S.dotBias(S.loadBits(out)), out + 64)
      S.store(S.pair(low, high), (out + 128).assumingMemoryBound(to: Float.self))
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
    let scale = largest / 127
    // A row too small to scale is zero to the last bit that matters.
    let inverse = scale > 0x1p-120 ? 1 / scale : 0
    S.storeBytes(a * S.splat(inverse), out)
    S.storeBytes(b * S.splat(inverse), out + 16)
    return scale
  }
}
