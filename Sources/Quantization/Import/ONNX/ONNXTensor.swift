import GGUF

/// An initializer of an ONNX graph: a tensor and where its bytes lie.
struct ONNXTensor: Sendable {
  /// Element types (`TensorProto.DataType`).
  enum ElementType: Int, Sendable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case int32 = 6
    case int64 = 7
    case float16 = 10
    case bfloat16 = 16
    case uint4 = 21
    case int4 = 22

    var bits: Int {
      switch self {
      case .uint4, .int4: 4
      case .uint8, .int8: 8
      case .float16, .bfloat16: 16
      case .float32, .int32: 32
      case .int64: 64
      }
    }
  }

  let name: String
  /// Dimensions, the contiguous one last.
  let dimensions: [Int]
  let elementType: ElementType
  let bytes: FileBytes

  /// The name with the file, for errors.
  var label: String { "\(bytes.file.path): \(name)" }

  /// A tensor whose bytes are as many as its dimensions and type say.
  init(name: String, dimensions: [Int], elementType: ElementType, bytes: FileBytes) throws {
    self.name = name
    self.dimensions = dimensions
    self.elementType = elementType
    self.bytes = bytes
    var bits = elementType.bits
    var fits = dimensions.count <= 8
    for dimension in dimensions {
      let (product, overflow) = bits.multipliedReportingOverflow(by: max(1, dimension))
      fits = fits && !overflow && dimension >= 0
      bits = product
    }
    if dimensions.contains(0) { bits = 0 }
    guard fits, (bits >> 3) + (bits & 7 > 0 ? 1 : 0) == bytes.count else {
      throw QuantizationError(
        "\(bytes.file.path): \(name): found \(bytes.count) bytes, "
          + "expected \(elementType) \(dimensions)")
    }
  }

  /// The values as floats.
  func floats() throws -> FloatArray {
    let type: TensorType
    switch elementType {
    case .float32: type = .f32
    case .float16: type = .f16
    case .bfloat16: type = .bf16
    default:
      throw QuantizationError(
        "\(label): found \(elementType) \(dimensions), expected float32, float16 or bfloat16")
    }
    return FloatArray(bytes, type: type)
  }
}
