/// A model folder as Optimum Intel writes it: openvino_model.xml and openvino_model.bin, with
/// weights that NNCF compressed or not.
public struct OpenVINOFolder: WeightStore {
  /// A weight, and what its layer makes of it.
  private struct Entry: Sendable {
    let weight: OpenVINOWeight
    let isVector: Bool
    let isOutputLast: Bool
  }

  static let modelName = "openvino_model"

  public let runtime: String? = "OpenVINO"
  public let names: [String]
  private let weights: ModuleWeights<Entry>
  private let precision: ImportPrecision
  private let path: String

  /// Opens a folder.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - precision: What is taken where no format is exact.
  /// - Throws: A line that says what is wrong with the model's two files.
  public init(path: String, precision: ImportPrecision = .f16) throws {
    let folder = try ModelFolder(path)
    let graph = try OpenVINOGraph(folder, name: Self.modelName)
    var weights = ModuleWeights<Entry>()
    for (_, layer) in graph.layers.sorted(by: { $0.key < $1.key }) {
      if let (name, entry) = try Self.entry(layer, in: graph) { weights.add(entry, named: name) }
    }
    self.weights = weights
    names = weights.names
    self.precision = precision
    self.path = path
    guard !names.isEmpty else {
      throw QuantizationError(
        "\(folder.path(of: Self.modelName + ".xml")): found no weights of a Phi model by their "
          + "names, expected layers like __module.model.layers.0.self_attn.qkv_proj/…")
    }
  }

  public func label(of hf: String) -> String { "\(path): \(hf)" }

  public func source(named hf: String, as ggufName: String) throws -> any ImportedTensor {
    try weights.source(named: hf, as: ggufName, precision: precision, folder: path) {
      try $0.weight.source(
        as: $1, isVector: $0.isVector, isOutputLast: $0.isOutputLast, precision: precision)
    }
  }

  private static func entry(
    _ layer: OpenVINOLayer, in graph: OpenVINOGraph
  ) throws -> (String, Entry)? {
    guard let module = ModuleName.find(in: layer.name) else { return nil }
    switch layer.operation {
    case "MatMul":
      guard let input = graph.input(layer, 1), let weight = try OpenVINOWeight(input, in: graph)
      else { return nil }
      let isOutputLast = layer.attributes["transpose_b"] != "true"
      return (
        module + ".weight", Entry(weight: weight, isVector: false, isOutputLast: isOutputLast)
      )
    case "Gather" where module == "model.embed_tokens":
      guard let input = graph.input(layer, 0), let weight = try OpenVINOWeight(input, in: graph)
      else { return nil }
      return (module + ".weight", Entry(weight: weight, isVector: false, isOutputLast: false))
    case "Multiply" where module.contains("norm"), "Add":
      // Norms' weights and all biases: the only vectors that these layers take.
      for port in 0...1 {
        guard let constant = try OpenVINOWeight.constant(graph.input(layer, port), in: graph),
          constant.count > 1, constant.dimensions.filter({ $0 > 1 }).count == 1,
          let input = graph.input(layer, port), let weight = try OpenVINOWeight(input, in: graph)
        else { continue }
        let suffix = layer.operation == "Multiply" ? ".weight" : ".bias"
        return (module + suffix, Entry(weight: weight, isVector: true, isOutputLast: false))
      }
      return nil
    default: return nil
    }
  }
}
