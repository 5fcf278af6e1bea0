/// Reads the layers and edges of an IR file; those of loops' and conditions' bodies are left out.
struct OpenVINOGraphParser {
  private var layers: [Int: OpenVINOLayer] = [:]
  private var runtimeOptions: [(name: String, value: String)] = []
  private var layer: Int?
  private var reader: XMLReader
  private let file: String

  private static let maximumCount = 1 << 20

  /// The layers of a file by their ids, with their inputs, and its `runtime_options`.
  static func parse(
    _ bytes: [UInt8], path: String
  ) throws -> ([Int: OpenVINOLayer], [(name: String, value: String)]) {
    // Another encoding would hide what is looked for.
    let head = String(decoding: bytes.prefix(200), as: UTF8.self).lowercased()
    guard !bytes.prefix(1 << 12).contains(0), !head.contains("encoding") || head.contains("utf-8")
    else { throw QuantizationError("\(path): is no text in UTF-8, expected an OpenVINO model") }
    var parser = OpenVINOGraphParser(reader: XMLReader(bytes), file: path)
    do {
      while let event = try parser.reader.next() { try parser.take(event) }
    } catch let failure as XMLReader.Failure {
      throw QuantizationError(
        "\(path): no XML from line \(failure.line) on: \(failure.problem), expected an OpenVINO model"
      )
    }
    return (parser.layers, parser.runtimeOptions)
  }

  private init(reader: XMLReader, file: String) {
    self.reader = reader
    self.file = file
  }

  private mutating func take(_ event: XMLReader.Event) throws {
    let path = reader.path
    guard case .start(let element, let attributes) = event else {
      if path.count == 2 { layer = nil }
      return
    }
    switch path.count {
    case 1 where element != "net": throw error("found <\(element)>, expected <net>")
    case 3 where path == ["net", "layers", "layer"]: try start(attributes)
    case 4 where path == ["net", "layers", "layer", "data"]:
      if let layer { layers[layer]?.attributes = attributes }
    case 3 where path == ["net", "edges", "edge"]: try connect(attributes)
    case 4 where path[1] == "rt_info" && path[2] == "runtime_options" && runtimeOptions.count < 64:
      runtimeOptions.append((element, attributes["value"] ?? ""))
    default: break
    }
  }

  private mutating func start(_ attributes: [String: String]) throws {
    guard let id = attributes["id"].flatMap({ Int($0) }), let type = attributes["type"] else {
      throw error("line \(reader.line): found a layer without id or type")
    }
    guard layers[id] == nil, layers.count < Self.maximumCount else {
      throw error("line \(reader.line): found the layer \(id) again, or too many")
    }
    layers[id] = OpenVINOLayer(name: attributes["name"] ?? "", operation: type)
    layer = id
  }

  private mutating func connect(_ attributes: [String: String]) throws {
    let numbers = ["from-layer", "to-layer", "to-port"].compactMap { key in
      attributes[key].flatMap { Int($0) }
    }
    guard numbers.count == 3, layers[numbers[0]] != nil, layers[numbers[1]] != nil else {
      throw error("line \(reader.line): found an edge without its layers")
    }
    layers[numbers[1]]?.inputs[numbers[2]] = numbers[0]
  }

  private func error(_ problem: String) -> QuantizationError {
    QuantizationError("\(file): \(problem)")
  }
}
