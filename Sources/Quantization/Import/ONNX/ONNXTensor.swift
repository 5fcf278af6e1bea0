import GGUF

/// An initializer of an ONNX graph: a tensor and where its bytes lie.
struct ONNXTensor: Sendable {
  /// Element types (`TensorProto.DataType`).
  enum ElementType: Int, Sendable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case uint16 = 4
    case int16 = 5
    case int32 = 6
    case int64 = 7
    case bool = 9
    case float16 = 10
    case float64 = 11
    case uint32 = 12
    case uint64 = 13
    case bfloat16 = 16
    case float8e4m3fn = 17
    case float8e4m3fnuz = 18
    case float8e5m2 = 19
    case float8e5m2fnuz = 20
    case uint4 = 21
    case int4 = 22
    case float4e2m1 = 23
    case float8e8m0 = 24
    case uint2 = 25
    case int2 = 26

    var bits: Int {
      switch self {
      case .uint2, .int2: 2
      case .uint4, .int4, .float4e2m1: 4
      case .uint8, .int8, .bool, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz,
        .float8e8m0:
        8
      case .uint16, .int16, .float16, .bfloat16: 16
      case .float32, .int32, .uint32: 32
      case .int64, .uint64, .float64: 64
      }
    }

    /// Whether values are whole numbers of at most eight bits, and whether they have a sign.
    var isCode: (Bool, isSigned: Bool) {
      switch self {
      case .uint2, .uint4, .uint8: (true, false)
      case .int2, .int4, .int8: (true, true)
      default: (false, false)
      }
    }

    /// Whether values are floats of some width.
    var isFloat: Bool {
      switch self {
      case .float16, .bfloat16, .float32, .float64: true
      default: false
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

  /// Values in the tensor.
  var count: Int { dimensions.reduce(1, *) }

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

  /// The values if they are at most `limit` whole numbers of 32 or 64 bits.
  func integers(atMost limit: Int) throws -> [Int]? {
    guard elementType == .int32 || elementType == .int64, count <= limit else { return nil }
    return try bytes.load(0..<bytes.count).withUnsafeBytes { bytes in
      (0..<count).map { index in
        elementType == .int32
          ? Int(
            Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self)))
          : Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self)))
      }
    }
  }
}
