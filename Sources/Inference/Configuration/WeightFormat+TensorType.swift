import GGUF
import Kernels

extension WeightFormat {
  /// The kernels' name for a tensor's type; nil if there are none for it.
  public init?(_ type: TensorType) {
    switch type {
    case .f32: self = .f32
    case .f16: self = .f16
    case .bf16: self = .bf16
    case .q4_0: self = .q4_0
    case .q4_1: self = .q4_1
    case .q5_0: self = .q5_0
    case .q5_1: self = .q5_1
    case .q8_0: self = .q8_0
    case .q2_K: self = .q2_K
    case .q3_K: self = .q3_K
    case .q4_K: self = .q4_K
    case .q5_K: self = .q5_K
    case .q6_K: self = .q6_K
    case .iq4_NL: self = .iq4_NL
    case .iq4_XS: self = .iq4_XS
    default: return nil
    }
  }
}
