/// Weights found in a graph, by Hugging Face names, with fused names for what was split.
struct ModuleWeights<Weight: Sendable>: Sendable {
  private(set) var weights: [String: Weight] = [:]

  /// Adds a weight; the first of a name stays.
  mutating func add(_ weight: Weight, named name: String) {
    if weights[name] == nil { weights[name] = weight }
  }

  /// All names, sorted: those of the weights, and of whole tensors beside those of their parts.
  var names: [String] {
    let wholes = Set(weights.keys.compactMap { ModuleName.whole(holding: $0)?.name }).filter {
      name in
      weights[name] == nil && (ModuleName.parts(of: name) ?? []).allSatisfy { weights[$0] != nil }
    }
    return (Array(weights.keys) + wholes).sorted()
  }

  /// A tensor as a source: of a weight, or of the parts that make it up.
  ///
  /// - Parameters:
  ///   - hf: The Hugging Face name.
  ///   - ggufName: The name it gets.
  ///   - precision: What is taken where no format is exact.
  ///   - folder: The folder, for errors.
  ///   - source: Makes a source of a weight.
  /// - Returns: The source.
  /// - Throws: What is wrong with the weight, or that there is none.
  func source(
    named hf: String, as ggufName: String, precision: ImportPrecision, folder: String,
    _ source: (Weight, String) throws -> any ImportedTensor
  ) throws -> any ImportedTensor {
    if let weight = weights[hf] { return try source(weight, ggufName) }
    if let parts = ModuleName.parts(of: hf)?.map({ weights[$0] }), parts.allSatisfy({ $0 != nil }) {
      let sources = try parts.compactMap { try $0.map { try source($0, ggufName) } }
      return try JoinedRows(sources, name: ggufName, precision: precision)
    }
    throw QuantizationError("\(folder): \(hf): tensor is missing")
  }
}
