import GGUF

/// The layers of an OpenVINO model and the file with its constants
/// (https://docs.openvino.ai/2026/documentation/openvino-ir-format.html).
struct OpenVINOGraph: Sendable {
  /// A constant: a tensor and where its bytes lie.
  struct Constant: Sendable {
    let name: String
    /// The type as the file spells it: `i4`, `f16`.
    let elementType: String
    /// Dimensions, the contiguous one last.
    let dimensions: [Int]
    let bytes: FileBytes

    /// Values in the constant.
    var count: Int { dimensions.reduce(1, *) }
    /// The name with the file, for errors.
    var label: String { "\(bytes.file.path): \(name)" }

    /// The values as floats.
    func floats() throws -> FloatArray {
      let types: [String: TensorType] = ["f32": .f32, "f16": .f16, "bf16": .bf16]
      guard let type = types[elementType] else {
        throw QuantizationError(
          "\(label): found \(elementType) \(dimensions), expected f32, f16 or bf16")
      }
      return FloatArray(bytes, type: type)
    }

    /// The values if they are at most `limit` whole numbers.
    func integers(atMost limit: Int) throws -> [Int]? {
      guard ["i32", "i64"].contains(elementType), count <= limit else { return nil }
      let bytes = try bytes.load(0..<bytes.count)
      let size = bytes.count / max(1, count)
      // Numbers of this kind are axes: the low half of one says it all.
      return (0..<count).map { index in
        Int(
          Int32(
            truncatingIfNeeded: (0..<4).reduce(0) { $0 | Int(bytes[index * size + $1]) << (8 * $1) }
          ))
      }
    }
  }

  /// The layers by their ids.
  let layers: [Int: OpenVINOLayer]
  /// What the file says about how to run the model, beyond the graph.
  let runtimeOptions: [(name: String, value: String)]
  /// The model's file.
  let path: String
  private let file: ReadableFile

  private static let bits = [
    "u1": 1, "u2": 2, "u3": 3, "u4": 4, "i4": 4, "u6": 6, "nf4": 4, "f4e2m1": 4, "u8": 8, "i8": 8,
    "f8e4m3": 8, "f8e5m2": 8, "f8e8m0": 8, "boolean": 8, "u16": 16, "i16": 16, "f16": 16,
    "bf16": 16, "u32": 32, "i32": 32, "f32": 32, "u64": 64, "i64": 64, "f64": 64,
  ]

  /// Reads a model's layers.
  init(_ folder: ModelFolder, name: String) throws {
    path = folder.path(of: name + ".xml")
    guard let bytes = try folder.bytes(name + ".xml") else {
      throw QuantizationError("\(path): no such file")
    }
    (layers, runtimeOptions) = try OpenVINOGraphParser.parse(bytes, path: path)
    file = try ReadableFile(folder.path(of: name + ".bin"))
  }

  /// The layer that an input of a layer comes from.
  func input(_ layer: OpenVINOLayer, _ port: Int) -> OpenVINOLayer? {
    layer.inputs[port].flatMap { layers[$0] }
  }

  /// A layer's constant; nil if it is of another operation or of a type without values.
  func constant(_ layer: OpenVINOLayer) throws -> Constant? {
    guard layer.operation == "Const", let elementType = layer.attributes["element_type"],
      let bits = Self.bits[elementType]
    else { return nil }
    let text = layer.attributes["shape"] ?? ""
    let dimensions = text.split(separator: ",").map { Int($0.filter { $0 != " " }) ?? -1 }
    var total = bits
    var fits = dimensions.count <= 8
    for dimension in dimensions {
      let (product, overflow) = total.multipliedReportingOverflow(by: max(1, dimension))
      fits = fits && !overflow && dimension > 0
      total = product
    }
    let offset = layer.attributes["offset"].flatMap { Int($0) }
    let size = layer.attributes["size"].flatMap { Int($0) }
    guard let offset, let size, fits, (total >> 3) + (total & 7 > 0 ? 1 : 0) == size else {
      throw QuantizationError(
        "\(path): \(layer.name): found the offset '\(layer.attributes["offset"] ?? "")' and "
          + "'\(layer.attributes["size"] ?? "")' bytes, expected those of \(elementType) [\(text)]")
    }
    return Constant(
      name: layer.name, elementType: elementType, dimensions: dimensions,
      bytes: try FileBytes(file, at: offset, count: size, layer.name))
  }
}
