/// Products of a decoded panel of weights with many tokens: the prefill kernels.
///
/// Four rows by four tokens at a time: sixteen sums stay in registers, and each load of weights
/// serves four products. Sums run over the columns in the order of `MatrixVector`.
public enum MatrixMatrix {
  /// A panel of a packed format times quantized activations.
  ///
  /// - `panel`: `WeightPanel` of the rows.
  /// - `rows`: The rows in the panel.
  /// - `steps`: Steps of 64 in a row.
  /// - `hasMinimums`: As the format says.
  /// - `activations`: Rows of `QuantizedActivations`, one a token.
  /// - `tokens`: How many tokens.
  /// - `out`: `[tokens][rows]`, `outStride` values from one token to the next.
  /// - `outStride`: The distance between tokens in `out`.
  @inlinable @inline(__always)
  public static func packed<S: InstructionSet>(
    _ panel: UnsafeRawPointer, rows: Int, steps: Int, hasMinimums: Bool,
    _ activations: UnsafeRawPointer, tokens: Int,
    into out: UnsafeMutablePointer<Float>, outStride: Int, _: S.Type
  ) {
    let stepBytes = WeightPanel.packedStepBytes(hasMinimums: hasMinimums)
    let tokenBytes = steps &* QuantizedActivations.stepBytes
    var token = 0
    while token < tokens {
      let last = tokens &- 1
      let t1 = token &+ 1 < last ? token &+ 1 : last
      let t2 = token &+ 2 < last ? token &+ 2 : last
      let t3 = token &+ 3 < last ? token &+ 3 : last
      var row = 0
      while row < rows {
        var w = panel + (row / 4) &* steps &* 4 &* stepBytes
        var a0 = activations + token &* tokenBytes
        var a1 = activations + t1 &* tokenBytes
        var a2 = activations + t2 &* tokenBytes
        var a3 = activations + t3 &* tokenBytes
        let zero = S.splat(0)
        var s0 = (zero, zero, zero, zero)
        var s1 = s0
        var s2 = s0
        var s3 = s0
        var step = 0
        while step < steps {
          addStep(&s0, w, a0, a1, a2, a3, hasMinimums, S.self)
          addStep(&s1, w + stepBytes, a0, a1, a2, a3, hasMinimums, S.self)
          addStep(&s2, w + 2 &* stepBytes, a0, a1, a2, a3, hasMinimums, S.self)
          addStep(&s3, w + 3 &* stepBytes, a0, a1, a2, a3, hasMinimums, S.self)
          w += 4 &* stepBytes
          a0 += QuantizedActivations.stepBytes
          a1 += QuantizedActivations.stepBytes
          a2 += QuantizedActivations.stepBytes
          a3 += QuantizedActivations.stepBytes
          step &+= 1
        }
        let o0 = out + (token &* outStride &+ row)
        let o1 = out + (t1 &* outStride &+ row)
        let o2 = out + (t2 &* outStride &+ row)
        let o3 = out + (t3 &* outStride &+ row)
        storeSums(s0, o0, o1, o2, o3, S.self)
        if row &+ 1 < rows { storeSums(s1, o0 + 1, o1 + 1, o2 + 1, o3 + 1, S.self) }
        if row &+ 2 < rows { storeSums(s2, o0 + 2, o1 + 2, o2 + 2, o3 + 2, S.self) }
        if row &+ 3 < rows { storeSums(s3, o0 + 3, o1 + 3, o2 + 3, o3 + 3, S.self) }
        row &+= 4
      }
      token &+= 4
    }
  }

  /// One row's 64 weights times four tokens.
  @inlinable @inline(__always)
  static func addStep<S: InstructionSet>(
    _ sums: inout (Floats, Floats, Floats, Floats), _ w: UnsafeRawPointer,
    _ a0: UnsafeRawPointer, _ a1: UnsafeRawPointer, _ a2: UnsafeRawPointer,
    _ a3: UnsafeRawPointer, _ hasMinimums: Bool, _: S.Type
  ) {
    let codes = S.loadBits(w)
    let scale = S.load((w + 64).assumingMemoryBound(to: Float.self))
    let minimum =
      hasMinimums ? S.load((w + 128).assumingMemoryBound(to: Float.self)) : S.splat(0)
    sums.0 = PackedStep.add(
      sums.0, codes, scale, minimum, hasMinimums: hasMinimums, activations: a0, S.self)
    sums.1 = PackedStep.add(
      sums.1, codes, scale, minimum, hasMinimums: hasMinimums, activations: a1, S.self)
    sums.2 = PackedStep.add(
      sums.2, codes, scale, minimum, hasMinimums: hasMinimums, activations: a2, S.self)
    sums.3 = PackedStep.add(
      sums.3, codes, scale, minimum, hasMinimums: hasMinimums, activations: a3, S.self)
  }

  /// A panel of floats times float activations padded with zeros to a multiple of 16.
  ///
  /// - `panel`: `WeightPanel` of the rows.
  /// - `rows`: The rows in the panel.
  /// - `steps`: Steps of 16 in a row.
  /// - `activations`: `[tokens][16 * steps]`.
  /// - `tokens`: How many tokens.
  /// - `out`: `[tokens][rows]`, `outStride` values from one token to the next.
  /// - `outStride`: The distance between tokens in `out`.
  @inlinable @inline(__always)
  public static func floats<S: InstructionSet>(
    _ panel: UnsafePointer<Float>, rows: Int, steps: Int,
    _ activations: UnsafePointer<Float>, tokens: Int,
    into out: UnsafeMutablePointer<Float>, outStride: Int, _: S.Type
  ) {
    let tokenStride = steps &* 16
    var token = 0
    while token < tokens {
      let last = tokens &- 1
      let t1 = token &+ 1 < last ? token &+ 1 : last
      let t2 = token &+ 2 < last ? token &+ 2 : last
      let t3 = token &+ 3 < last ? token &+ 3 : last
      var row = 0
      while row < rows {
        var w = panel + (row / 4) &* steps &* 64
        var a0 = activations + token &* tokenStride
        var a1 = activations + t1 &* tokenStride
        var a2 = activations + t2 &* tokenStride
        var a3 = activations + t3 &* tokenStride
        let zero = S.splat(0)
        var s0 = (zero, zero, zero, zero)
        var s1 = s0
        var s2 = s0
        var s3 = s0
        var step = 0
        while step < steps {
          let v0 = S.load(a0)
          let v1 = S.load(a1)
          let v2 = S.load(a2)
          let v3 = S.load(a3)
          addProducts(&s0, S.load(w), v0, v1, v2, v3, S.self)
          addProducts(&s1, S.load(w + 16), v0, v1, v2, v3, S.self)
          addProducts(&s2, S.load(w + 32), v0, v1, v2, v3, S.self)
          addProducts(&s3, S.load(w + 48), v0, v1, v2, v3, S.self)
          w += 64
          a0 += 16
          a1 += 16
          a2 += 16
          a3 += 16
          step &+= 1
        }
        let o0 = out + (token &* outStride &+ row)
        let o1 = out + (t1 &* outStride &+ row)
        let o2 = out + (t2 &* outStride &+ row)
        let o3 = out + (t3 &* outStride &+ row)
        storeSums(s0, o0, o1, o2, o3, S.self)
        if row &+ 1 < rows { storeSums(s1, o0 + 1, o1 + 1, o2 + 1, o3 + 1, S.self) }
        if row &+ 2 < rows { storeSums(s2, o0 + 2, o1 + 2, o2 + 2, o3 + 2, S.self) }
        if row &+ 3 < rows { storeSums(s3, o0 + 3, o1 + 3, o2 + 3, o3 + 3, S.self) }
        row &+= 4
      }
      token &+= 4
    }
  }

  @inlinable @inline(__always)
  static func addProducts<S: InstructionSet>(
    _ sums: inout (Floats, Floats, Floats, Floats), _ w: Floats, _ a0: Floats, _ a1: Floats,
    _ a2: Floats, _ a3: Floats, _: S.Type
  ) {
    sums.0 = S.multiplyAdd(sums.0, w, a0)
    sums.1 = S.multiplyAdd(sums.1, w, a1)
    sums.2 = S.multiplyAdd(sums.2, w, a2)
    sums.3 = S.multiplyAdd(sums.3, w, a3)
  }

  /// One row's results for four tokens; a token that repeats the last writes the same value.
  @inlinable @inline(__always)
  static func storeSums<S: InstructionSet>(
    _ sums: (Floats, Floats, Floats, Floats), _ o0: UnsafeMutablePointer<Float>,
    _ o1: UnsafeMutablePointer<Float>, _ o2: UnsafeMutablePointer<Float>,
    _ o3: UnsafeMutablePointer<Float>, _: S.Type
  ) {
    o0.pointee = S.sum(sums.0)
    o1.pointee = S.sum(sums.1)
    o2.pointee = S.sum(sums.2)
    o3.pointee = S.sum(sums.3)
  }
}
