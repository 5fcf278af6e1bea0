/// Reads the layers and edges of an IR file; those of loops' and conditions' bodies are left out.
struct OpenVINOGraphParser {
  private var layers: [Int: OpenVINOLayer] = [:]
  private var runtimeOptions: [(name: String, value: String)] = []
  private var layer: Int?
  private var reader: XMLReader
  private let path: String

  private static let maximumCount = 1 << 20

  /// The layers of a file by their ids, with their inputs, and its `runtime_options`.
  static func parse(
    _ bytes: [UInt8], path: String
  ) throws -> ([Int: OpenVINOLayer], [(name: String, value: String)]) {
    // Another encoding would hide what is looked for.
    let head = String(decoding: bytes.prefix(200), as: UTF8.self).lowercased()
    guard !bytes.prefix(1 << 12).contains(0), !head.contains("encoding") || head.contains("utf-8")
    else { throw QuantizationError("\(path): is no text in UTF-8, expected an OpenVINO model") }
    var parser = OpenVINOGraphParser(reader: XMLReader(bytes), path: path)
    try parser.parse()
    return (parser.layers, parser.runtimeOptions)
  }

  private init(reader: XMLReader, path: String) {
    self.reader = reader
    self.path = path
  }

  private mutating func parse() throws {
    var elements: [String] = []
    while let tag = try next() {
      guard case .start(let element, let attributes) = tag else {
        if elements.count == 3 { layer = nil }
        elements.removeLast()
        continue
      }
      elements.append(element)
      switch elements.count {
      case 1 where element != "net": throw error("found <\(element)>, expected <net>")
      case 3 where elements == ["net", "layers", "layer"]: try start(attributes)
      case 4 where elements == ["net", "layers", "layer", "data"]:
        if let layer { layers[layer]?.attributes = attributes }
      case 3 where elements == ["net", "edges", "edge"]: try connect(attributes)
      case 4 where elements[1] == "rt_info" && elements[2] == "runtime_options":
        if runtimeOptions.count < 64 {
          runtimeOptions.append((element, attributes["value"] ?? ""))
        }
      default: break
      }
    }
  }

  private mutating func next() throws -> XMLReader.Tag? {
    do throws(XMLReader.Failure) {
      return try reader.next()
    } catch {
      throw self.error(
        "found \(error.problem) in line \(error.line), expected an OpenVINO model")
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
    QuantizationError("\(path): \(problem)")
  }
}
