/// A model folder as Optimum Intel writes it: openvino_model.xml and openvino_model.bin, with
/// weights that NNCF compressed or not.
public struct OpenVINOFolder: WeightStore {
  /// A weight, and what its layer makes of it.
  private struct Entry: Sendable {
    let weight: Result<OpenVINOWeight, QuantizationError>
    let isVector: Bool
    let isOutputLast: Bool
  }

  static let modelName = "openvino_model"
  private static let refused: Set = ["FakeQuantize", "FakeConvert"]

  public let runtime: String? = "OpenVINO"
  public let names: [String]
  public let notes: [String]
  private let weights: ModuleWeights<Entry>
  private let precision: ImportPrecision
  private let path: String

  /// Opens a folder.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - precision: What is taken where no format is exact.
  /// - Throws: A line that says what is wrong with the model's two files.
  public init(path: String, precision: ImportPrecision = .blocks) throws {
    let folder = try ModelFolder(path)
    let graph = try OpenVINOGraph(folder, name: Self.modelName)
    var weights = ModuleWeights<Entry>()
    var unreadable: [(String, Entry)] = []
    let layers = graph.layers.sorted { $0.key < $1.key }.map(\.value)
    for layer in layers {
      if Self.refused.contains(layer.operation) {
        throw QuantizationError(
          "\(graph.path): \(layer.name): \(layer.operation) rounds activations, which GGUF does not "
            + "keep, expected compressed weights alone: convert the original model's folder")
      }
      guard let (name, entry) = try Self.entry(layer, in: graph) else { continue }
      if case .failure = entry.weight {
        unreadable.append((name, entry))
      } else {
        weights.add(entry, named: name)
      }
    }
    // A product that is not of a weight counts where there is no other.
    for (name, entry) in unreadable { weights.add(entry, named: name) }
    notes =
      graph.runtimeOptions.isEmpty
      ? []
      : [
        "\(graph.path): runtime_options: "
          + graph.runtimeOptions.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
          + " is not kept"
      ]
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
      try $0.weight.get().source(
        as: $1, isVector: $0.isVector, isOutputLast: $0.isOutputLast, precision: precision)
    }
  }

  private static func entry(
    _ layer: OpenVINOLayer, in graph: OpenVINOGraph
  ) throws -> (String, Entry)? {
    guard let module = ModuleName.find(in: layer.name) else { return nil }
    switch layer.operation {
    case "MatMul":
      let isOutputLast = layer.attributes["transpose_b"] != "true"
      return try matrix(layer, input: 1, of: module, isOutputLast: isOutputLast, in: graph)
    case "Gather" where module == "model.embed_tokens":
      return try matrix(layer, input: 0, of: module, isOutputLast: false, in: graph)
    case "Multiply" where module.contains("norm"), "Add":
      // Norms' weights and all biases: the only vectors that these layers take.
      for port in 0...1 {
        guard let constant = try OpenVINOWeight.constant(graph.input(layer, port), in: graph),
          constant.count > 1, constant.dimensions.filter({ $0 > 1 }).count == 1,
          let input = graph.input(layer, port), let weight = try OpenVINOWeight(input, in: graph)
        else { continue }
        let suffix = layer.operation == "Multiply" ? ".weight" : ".bias"
        return (
          module + suffix, Entry(weight: .success(weight), isVector: true, isOutputLast: false)
        )
      }
      return nil
    default: return nil
    }
  }

  /// A matrix that is a layer's input, or why it cannot be read.
  private static func matrix(
    _ layer: OpenVINOLayer, input: Int, of module: String, isOutputLast: Bool,
    in graph: OpenVINOGraph
  ) throws -> (String, Entry)? {
    guard let source = graph.input(layer, input) else { return nil }
    let weight = try OpenVINOWeight.find(source, in: graph).mapError {
      QuantizationError(
        "\(graph.path): \(layer.name): the weight is \($0.problem): convert the original model's folder"
      )
    }
    return (
      module + ".weight", Entry(weight: weight, isVector: false, isOutputLast: isOutputLast)
    )
  }
}
