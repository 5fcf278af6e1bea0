import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Reads the layers and edges of an IR file; those of loops' and conditions' bodies are left out.
final class OpenVINOGraphParser: NSObject, XMLParserDelegate {
  private(set) var layers: [Int: OpenVINOLayer] = [:]
  private(set) var runtimeOptions: [(name: String, value: String)] = []
  private var path: [String] = []
  private var layer: Int?
  private var problem: String?
  private var isComplete = false

  private static let maximumCount = 1 << 20

  /// The layers of a file by their ids, with their inputs, and its `runtime_options`.
  static func parse(
    _ bytes: [UInt8], path: String
  ) throws -> ([Int: OpenVINOLayer], [(name: String, value: String)]) {
    // A declaration of entities has no place in an IR file, and no bound to what it expands to. In
    // another encoding than UTF-8 it would not be seen.
    let file = Data(bytes)
    let head = String(decoding: bytes.prefix(200), as: UTF8.self).lowercased()
    guard !bytes.prefix(1 << 12).contains(0), !head.contains("encoding") || head.contains("utf-8")
    else { throw QuantizationError("\(path): is no text in UTF-8, expected an OpenVINO model") }
    guard file.range(of: Data("<!DOCTYPE".utf8)) == nil else {
      throw QuantizationError("\(path): declares a document type, expected an OpenVINO model")
    }
    let delegate = OpenVINOGraphParser()
    let parser = XMLParser(data: file)
    parser.delegate = delegate
    let isParsed = parser.parse()
    if let problem = delegate.problem { throw QuantizationError("\(path): \(problem)") }
    guard isParsed, parser.parserError == nil, delegate.isComplete else {
      throw QuantizationError("\(path): no XML from line \(parser.lineNumber) on")
    }
    return (delegate.layers, delegate.runtimeOptions)
  }

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    path.append(element)
    switch path.count {
    case 1 where element != "net": stop(parser, "found <\(element)>, expected <net>")
    case 3 where path == ["net", "layers", "layer"]: start(parser, attributes)
    case 4 where path == ["net", "layers", "layer", "data"]:
      if let layer { layers[layer]?.attributes = attributes }
    case 3 where path == ["net", "edges", "edge"]: connect(parser, attributes)
    case 4 where path[1] == "rt_info" && path[2] == "runtime_options" && runtimeOptions.count < 64:
      runtimeOptions.append((element, attributes["value"] ?? ""))
    default: break
    }
  }

  func parser(
    _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
    qualifiedName: String?
  ) {
    if path.count == 3 { layer = nil }
    isComplete = path.count == 1
    path.removeLast()
  }

  private func start(_ parser: XMLParser, _ attributes: [String: String]) {
    guard let id = attributes["id"].flatMap({ Int($0) }), let type = attributes["type"] else {
      return stop(parser, "line \(parser.lineNumber): found a layer without id or type")
    }
    guard layers[id] == nil, layers.count < Self.maximumCount else {
      return stop(parser, "line \(parser.lineNumber): found the layer \(id) again, or too many")
    }
    layers[id] = OpenVINOLayer(name: attributes["name"] ?? "", operation: type)
    layer = id
  }

  private func connect(_ parser: XMLParser, _ attributes: [String: String]) {
    let numbers = ["from-layer", "to-layer", "to-port"].compactMap { key in
      attributes[key].flatMap { Int($0) }
    }
    guard numbers.count == 3, layers[numbers[0]] != nil, layers[numbers[1]] != nil else {
      return stop(parser, "line \(parser.lineNumber): found an edge without its layers")
    }
    layers[numbers[1]]?.inputs[numbers[2]] = numbers[0]
  }

  private func stop(_ parser: XMLParser, _ problem: String) {
    self.problem = self.problem ?? problem
    parser.abortParsing()
  }
}
