/// One group's scale and offset: `value = scale * (code − zero) + bias`.
struct CodeGroup {
  let scale: Float
  /// The code that means zero.
  let zero: Int
  /// What is added; 0 where there is a zero.
  let bias: Float

  /// The value of a code, which is not negative.
  @inline(__always)
  func value(_ code: UInt8) -> Float { scale * Float(Int(code) - zero) + bias }

  /// The same values with a zero in place of the bias, if the bias is a whole multiple of the scale.
  var withoutBias: CodeGroup {
    guard bias != 0, scale != 0 else { return self }
    let zero = (-Double(bias) / Double(scale)).rounded()
    // Codes have eight bits, so a larger zero is in no format. The product of a float and such a
    // zero is exact.
    guard abs(zero) <= 512, zero * Double(scale) == -Double(bias) else { return self }
    return CodeGroup(scale: scale, zero: self.zero + Int(zero), bias: 0)
  }

  /// The largest magnitude of the values of codes up to `top`.
  func largest(_ top: Int) -> Double {
    let first = Double(bias) - Double(scale) * Double(zero)
    return max(abs(first), abs(first + Double(scale) * Double(top)))
  }
}
