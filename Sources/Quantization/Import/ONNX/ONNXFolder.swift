/// A model folder as ONNX Runtime GenAI's builder writes it: model.onnx and the files of its
/// external data.
public struct ONNXFolder: WeightStore {
  public let runtime: String? = "ONNX Runtime"
  public let names: [String]
  public let notes: [String]
  private let weights: ModuleWeights<ONNXWeight>
  private let precision: ImportPrecision
  private let path: String

  /// Opens a folder.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - precision: What is taken where no format is exact.
  /// - Throws: A line that says what is wrong with model.onnx or its external data.
  public init(path: String, precision: ImportPrecision = .blocks) throws {
    let folder = try ModelFolder(path)
    let graph = try ONNXGraph(folder, file: "model.onnx")
    try graph.refuseOtherComputations()
    let finder = ONNXWeightFinder(graph)
    weights = finder.weights
    notes = try graph.notes(used: finder.used) + GenAISettings.notes(folder)
    names = weights.names
    self.precision = precision
    self.path = path
    guard !names.isEmpty else {
      throw QuantizationError(
        "\(folder.path(of: "model.onnx")): found no weights of a Phi model by their names, "
          + "expected nodes like /model/layers.0/attn/qkv_proj/MatMul")
    }
  }

  public func label(of hf: String) -> String { "\(path): \(hf)" }

  public func source(named hf: String, as ggufName: String) throws -> any ImportedTensor {
    try weights.source(named: hf, as: ggufName, precision: precision, folder: path) {
      try $0.source(as: $1, precision: precision)
    }
  }
}
