/// The weight formats that have kernels.
public enum WeightFormat: Int, CaseIterable, Sendable {
  case f32, f16, bf16
  case q4_0, q4_1, q5_0, q5_1, q8_0
  case q2_K, q3_K, q4_K, q5_K, q6_K
  case iq4_NL, iq4_XS

  /// Whether the values are floats, multiplied without quantizing the activations.
  @inlinable
  public var isFloat: Bool { rawValue <= WeightFormat.bf16.rawValue }
}
