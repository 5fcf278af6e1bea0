/// Finds the weights of a model in a graph, by the operations that take them and by their names.
struct ONNXWeightFinder {
  private(set) var weights = ModuleWeights<ONNXWeight>()
  private let graph: ONNXGraph
  /// What reshapes or transposes an initializer, by its output.
  private var views: [String: ONNXNode] = [:]

  init(_ graph: ONNXGraph) {
    self.graph = graph
    for node in graph.nodes where node.operation == "Reshape" || node.operation == "Transpose" {
      if let input = node.input(0), graph.initializers[input] != nil,
        let output = node.outputs.first
      {
        views[output] = node
      }
    }
    for node in graph.nodes { visit(node) }
    addByName()
  }

  private mutating func visit(_ node: ONNXNode) {
    switch node.operation {
    case "MatMulNBits":
      guard let name = moduleName(node, input: 1), let codes = tensor(node, 1),
        let scales = tensor(node, 2)
      else { return }
      let bits = node.integer("bits", otherwise: 4)
      let weight = ONNXQuantizedWeight(
        codes: codes, scales: scales, zeros: tensor(node, 3), groupIndices: node.input(4),
        rows: node.integer("N", otherwise: 0), columns: node.integer("K", otherwise: 0),
        bits: bits, blockSize: node.integer("block_size", otherwise: 32),
        usualZero: (1...8).contains(bits) ? 1 << (bits - 1) : 0)
      weights.add(.quantized(weight), named: name + ".weight")
      if let bias = tensor(node, 5) { weights.add(.plain(bias), named: name + ".bias") }
    case "GatherBlockQuantized":
      addEmbedding(node)
    case "MatMul", "Gemm":
      guard let name = moduleName(node, input: 1), let (tensor, isTransposed) = matrix(node, 1)
      else { return }
      let isOutputFirst = isTransposed != (node.integer("transB", otherwise: 0) != 0)
      weights.add(isOutputFirst ? .plain(tensor) : .transposed(tensor), named: name + ".weight")
      if let bias = self.tensor(node, 2) { weights.add(.plain(bias), named: name + ".bias") }
    case "Gather":
      guard ModuleName.find(in: node.name) == "model.embed_tokens" || isEmbedding(node),
        let (tensor, isTransposed) = matrix(node, 0), tensor.dimensions.count == 2
      else { return }
      weights.add(
        isTransposed ? .transposed(tensor) : .plain(tensor), named: "model.embed_tokens.weight")
    default: break
    }
  }

  private mutating func addEmbedding(_ node: ONNXNode) {
    guard let codes = tensor(node, 0), let scales = tensor(node, 2),
      ModuleName.find(in: node.name) == "model.embed_tokens" || isEmbedding(node)
    else { return }
    let bits = codes.elementType.bits == 4 ? 4 : node.integer("bits", otherwise: 4)
    let blockSize = node.integer("block_size", otherwise: 128)
    let isBytes = codes.elementType == .uint8
    let rows = codes.dimensions.first ?? 0
    // All but the first dimension are a row's codes, several to a byte.
    let size = codes.dimensions.dropFirst().reduce(1, *)
    let weight = ONNXQuantizedWeight(
      codes: codes, scales: scales, zeros: tensor(node, 3), rows: rows,
      columns: isBytes && bits < 8 ? size * (8 / max(1, bits)) : size, bits: bits,
      blockSize: blockSize, usualZero: isBytes && (1...8).contains(bits) ? 1 << (bits - 1) : 0)
    weights.add(.quantized(weight), named: "model.embed_tokens.weight")
  }

  /// Norms and biases, which are told by their own names.
  private mutating func addByName() {
    for (name, tensor) in graph.initializers where tensor.dimensions.count == 1 {
      for suffix in [".weight", ".bias"] where name.hasSuffix(suffix) {
        guard let module = ModuleName.find(in: name) else { continue }
        weights.add(.plain(tensor), named: module + suffix)
      }
    }
  }

  private func isEmbedding(_ node: ONNXNode) -> Bool {
    node.input(0).flatMap(ModuleName.find(in:)) == "model.embed_tokens"
  }

  /// The module of a matrix, by the weight's name or else the node's.
  private func moduleName(_ node: ONNXNode, input: Int) -> String? {
    node.input(input).flatMap(ModuleName.find(in:)) ?? ModuleName.find(in: node.name)
  }

  /// An initializer that is an input, as it lies or reshaped.
  private func tensor(_ node: ONNXNode, _ input: Int) -> ONNXTensor? {
    guard let name = node.input(input) else { return nil }
    if let tensor = graph.initializers[name] { return tensor }
    guard let view = views[name], view.operation == "Reshape" else { return nil }
    return view.input(0).flatMap { graph.initializers[$0] }
  }

  /// An initializer that is an input, and whether it is transposed before.
  private func matrix(_ node: ONNXNode, _ input: Int) -> (ONNXTensor, isTransposed: Bool)? {
    guard let name = node.input(input) else { return nil }
    if let tensor = graph.initializers[name] { return (tensor, false) }
    guard let view = views[name], view.operation == "Transpose",
      let tensor = view.input(0).flatMap({ graph.initializers[$0] }), tensor.dimensions.count == 2
    else { return nil }
    return (tensor, view.integers["perm"] != [0, 1])
  }
}
