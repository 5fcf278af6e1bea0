import GGUF

/// A weight of an ONNX graph, as its node takes it.
enum ONNXWeight: Sendable {
  /// Floats as they lie.
  case plain(ONNXTensor)
  /// A matrix of floats, `[input][output]`.
  case transposed(ONNXTensor)
  /// Codes with scales.
  case quantized(ONNXQuantizedWeight)
  /// Codes with scales that a node of its own multiplies.
  case dequantized(ONNXDequantizedWeight)
  /// A weight that cannot be read, and why.
  case unreadable(QuantizationError)

  /// The weight as a source under GGUF's name.
  func source(as name: String, precision: ImportPrecision) throws -> any ImportedTensor {
    switch self {
    case .plain(let tensor):
      guard !tensor.dimensions.isEmpty, !tensor.dimensions.contains(0) else {
        throw QuantizationError("\(tensor.label): found \(tensor.dimensions), expected values")
      }
      return PlainTensor(
        name: name, shape: tensor.dimensions.reversed(), values: try tensor.floats())
    case .transposed(let tensor):
      guard tensor.dimensions.count == 2, !tensor.dimensions.contains(0) else {
        throw QuantizationError(
          "\(tensor.label): found \(tensor.dimensions), expected a matrix")
      }
      return TransposedMatrix(
        name: name, rows: tensor.dimensions[1], columns: tensor.dimensions[0],
        values: try tensor.floats())
    case .quantized(let weight):
      return try weight.source(as: name, precision: precision)
    case .dequantized(let weight):
      return try weight.source(as: name, precision: precision)
    case .unreadable(let error): throw error
    }
  }
}
