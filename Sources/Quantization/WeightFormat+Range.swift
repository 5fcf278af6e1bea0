import Kernels

extension WeightFormat {
  /// The largest magnitude that a block of the format holds.
  ///
  /// It is the largest code times the largest scale in half precision; encoders clamp what is larger.
  var largestValue: Float {
    let scale = Float(Float16.greatestFiniteMagnitude)
    return switch self {
    case .f32: .greatestFiniteMagnitude
    case .bf16: 0x1.FEp127
    case .f16: scale
    case .q4_0: 8 * scale
    case .q5_0: 16 * scale
    case .q8_0, .iq4_NL: 127 * scale
    // A block's least value is stored in half precision.
    case .q4_1, .q5_1: scale
    // The same times a code for each group of weights: 4 bits in Q2_K, 6 in the others.
    case .q2_K: 15 * scale
    case .q4_K, .q5_K: 63 * scale
    case .q3_K: 32 * 4 * scale
    case .q6_K: 127 * 32 * scale
    case .iq4_XS: 32 * 127 * scale
    }
  }
}
