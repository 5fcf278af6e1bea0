import GGUF

/// The nodes and initializers of an ONNX model.
struct ONNXGraph: Sendable {
  private(set) var nodes: [ONNXNode] = []
  private(set) var initializers: [String: ONNXTensor] = [:]
  /// The model's file.
  var path: String { file.path }
  private let folder: ModelFolder
  private let file: ReadableFile
  private var files: [String: ReadableFile] = [:]

  private static let maximumCount = 1 << 20

  /// Reads a model and looks that all weights lie within their files.
  init(_ folder: ModelFolder, file name: String) throws {
    self.folder = folder
    file = try ReadableFile(folder.path(of: name))
    let window = WireFile(file)
    var model = WireReader(window)
    var hasGraph = false
    while let (number, value) = try model.next() {
      // ModelProto: 7 graph. GraphProto: 1 node, 5 initializer.
      guard number == 7 else { continue }
      hasGraph = true
      var graph = try model.message(value, "the graph")
      while let (number, value) = try graph.next() {
        guard nodes.count < Self.maximumCount, initializers.count < Self.maximumCount else {
          throw QuantizationError("\(file.path): more than \(Self.maximumCount) nodes")
        }
        switch number {
        case 1: try read(ONNXNode(graph.message(value, "a node")), in: window)
        case 5: try readInitializer(graph.message(value, "an initializer"))
        case 15:
          throw QuantizationError(
            "\(file.path): holds sparse initializers, which cannot be read, expected dense ones")
        default: break
        }
      }
    }
    guard hasGraph else {
      throw QuantizationError("\(file.path): holds no graph, expected an ONNX model")
    }
  }

  /// Keeps a node; a `Constant` is an initializer under its output's name.
  private mutating func read(_ node: ONNXNode, in window: WireFile) throws {
    guard node.operation == "Constant", let range = node.constant, let output = node.outputs.first
    else { return nodes.append(node) }
    try readInitializer(WireReader(window, range), named: output)
  }

  /// Reads `TensorProto`; of types that hold no weights nothing is kept.
  private mutating func readInitializer(_ reader: WireReader, named given: String? = nil) throws {
    var reader = reader
    var name = given ?? ""
    var dimensions: [Int] = []
    var type = 0
    var inline: Range<Int>?
    var integers: [Int] = []
    var external: [String: String] = [:]
    var isExternal = false
    while let (number, value) = try reader.next() {
      switch number {
      case 1: dimensions += try reader.integers(value, "an initializer's dimensions")
      case 2: type = try reader.integers(value, "an initializer's type").first ?? 0
      case 4, 9:
        // Packed floats lie as raw ones do.
        inline = try reader.range(value, "an initializer's values")
      case 5, 7:
        let limit = Self.maximumCount - integers.count
        integers += try reader.integers(value, "an initializer's integers", atMost: limit)
      case 8 where given == nil: name = try reader.string(value, "an initializer's name")
      case 13:
        let (key, text) = try pair(reader.message(value, "an external file"))
        external[key] = text
      case 14: isExternal = try reader.integers(value, "a data location").first == 1
      default: break
      }
    }
    guard let elementType = ONNXTensor.ElementType(rawValue: type),
      isExternal || inline != nil || !integers.isEmpty
    else { return }
    let bytes =
      if isExternal {
        try externalBytes(external, name)
      } else if let inline {
        try FileBytes(file, at: inline.lowerBound, count: inline.count, name)
      } else {
        // An integer holds one value, or the byte of several narrow ones.
        FileBytes(
          integers.flatMap { integer in
            (0..<max(1, elementType.bits / 8)).map {
              UInt8(truncatingIfNeeded: integer >> (8 * $0))
            }
          }, from: file)
      }
    let old = initializers.updateValue(
      try ONNXTensor(name: name, dimensions: dimensions, elementType: elementType, bytes: bytes),
      forKey: name)
    guard old == nil else {
      throw QuantizationError("\(file.path): \(name): two initializers of the name")
    }
  }

  /// Reads `StringStringEntryProto`.
  private func pair(_ reader: WireReader) throws -> (String, String) {
    var reader = reader
    var pair = ("", "")
    while let (number, value) = try reader.next() {
      if number == 1 { pair.0 = try reader.string(value, "a key of external data") }
      if number == 2 { pair.1 = try reader.string(value, "a value of external data") }
    }
    return pair
  }

  /// Where a tensor lies in a file beside the model
  /// (https://github.com/onnx/onnx/blob/main/docs/ExternalData.md).
  private mutating func externalBytes(_ keys: [String: String], _ name: String) throws -> FileBytes
  {
    let location = keys["location"] ?? ""
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { $0.isEmpty || $0 == ".." }) else {
      throw QuantizationError(
        "\(file.path): \(name): found its values in '\(location)', expected a file in the folder")
    }
    let external: ReadableFile
    if let open = files[location] {
      external = open
    } else {
      guard files.count < 256 else {
        throw QuantizationError("\(file.path): more than 256 files of values")
      }
      let path = folder.path(of: location)
      guard FolderBounds(folder).contains(path) else {
        throw QuantizationError(
          "\(file.path): \(name): found its values in '\(location)', a link out of the folder, "
            + "expected a file in the folder")
      }
      external = try ReadableFile(path)
      files[location] = external
    }
    let offset = keys["offset"].map { Int($0) } ?? 0
    let length =
      keys["length"].map { Int($0) }
      ?? external.byteCount.subtractingReportingOverflow(offset ?? 0).partialValue
    guard let offset, let length else {
      throw QuantizationError(
        "\(file.path): \(name): found the offset '\(keys["offset"] ?? "")' and the length "
          + "'\(keys["length"] ?? "")', expected numbers")
    }
    return try FileBytes(external, at: offset, count: length, name)
  }
}
