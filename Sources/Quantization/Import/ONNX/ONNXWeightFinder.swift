/// Finds the weights of a model in a graph, by the operations that take them and by their names.
struct ONNXWeightFinder {
  private(set) var weights = ModuleWeights<ONNXWeight>()
  /// Initializers that became weights or parts of them.
  private(set) var used: Set<String> = []
  private let graph: ONNXGraph
  /// What gives a value that is made of an initializer, by its output.
  private var views: [String: ONNXNode] = [:]
  /// The modules whose products are these values.
  private var products: [String: String] = [:]
  /// Weights that cannot be read, which count where there are no others.
  private var unreadable: [(name: String, error: QuantizationError)] = []

  private static let viewOperations: Set = [
    "Reshape", "Transpose", "Cast", "Identity", "DequantizeLinear",
  ]
  private static let maximumViews = 8

  init(_ graph: ONNXGraph) {
    self.graph = graph
    for node in graph.nodes where Self.viewOperations.contains(node.operation) {
      if let output = node.outputs.first { views[output] = node }
    }
    for node in graph.nodes { visit(node) }
    for node in graph.nodes where node.operation == "Add" { addBias(node) }
    addByName()
    for (name, error) in unreadable { weights.add(.unreadable(error), named: name) }
  }

  private mutating func visit(_ node: ONNXNode) {
    switch node.operation {
    case "MatMulNBits":
      guard let name = moduleName(node, input: 1) else { return }
      add(name, node) { finder throws(Unreadable) in
        let bits = node.integer("bits", otherwise: 4)
        return .quantized(
          ONNXQuantizedWeight(
            codes: try finder.tensor(node, 1), scales: try finder.tensor(node, 2),
            zeros: try finder.optionalTensor(node, 3),
            groupIndices: try finder.optionalTensor(node, 4),
            rows: node.integer("N", otherwise: 0), columns: node.integer("K", otherwise: 0),
            bits: bits, blockSize: node.integer("block_size", otherwise: 0),
            usualZero: (1...8).contains(bits) ? 1 << (bits - 1) : 0))
      }
      addBias(node, 5, name)
    case "GatherBlockQuantized":
      guard isEmbedding(node) else { return }
      add("model.embed_tokens", node) { finder throws(Unreadable) in
        try finder.quantizedEmbedding(node)
      }
    case "MatMul", "Gemm":
      guard let name = moduleName(node, input: 1) else { return }
      add(name, node) { finder throws(Unreadable) in
        guard node.floats["alpha"] ?? 1 == 1, node.integer("transA", otherwise: 0) == 0 else {
          throw Unreadable(problem: "a product with alpha or transA")
        }
        return try finder.matrix(
          node, 1, isTransposed: node.integer("transB", otherwise: 0) != 0)
      }
      addBias(node, 2, name)
    case "Gather":
      guard isEmbedding(node) else { return }
      add("model.embed_tokens", node) { finder throws(Unreadable) in
        try finder.matrix(node, 0, isTransposed: true)
      }
    default: break
    }
  }

  /// Why a node's weight cannot be read.
  private struct Unreadable: Error {
    let problem: String
  }

  /// Adds a node's matrix, or says why it cannot be read.
  private mutating func add(
    _ module: String, _ node: ONNXNode,
    _ weight: (inout ONNXWeightFinder) throws(Unreadable) -> ONNXWeight
  ) {
    if let output = node.outputs.first { products[output] = module }
    do throws(Unreadable) {
      weights.add(try weight(&self), named: module + ".weight")
    } catch {
      unreadable.append(
        (
          module + ".weight",
          QuantizationError("\(graph.path): \(node.label): its weight is \(error.problem)")
        ))
    }
  }

  private mutating func quantizedEmbedding(_ node: ONNXNode) throws(Unreadable) -> ONNXWeight {
    let codes = try tensor(node, 0)
    let last = codes.dimensions.count - 1
    let axis = node.integer("quantize_axis", otherwise: 1)
    // Codes that lie as a product takes them have a dimension more, for the bytes of a block.
    guard node.integer("gather_axis", otherwise: 0) == 0, axis == -1 || (1...max(1, last)) ~= axis
    else { throw Unreadable(problem: "quantized along the axis \(axis), expected the last one") }
    let bits = codes.elementType.bits == 4 ? 4 : node.integer("bits", otherwise: 4)
    let isBytes = codes.elementType == .uint8
    // All but the first dimension are a row's codes, several to a byte.
    let size = codes.dimensions.dropFirst().reduce(1, *)
    return .quantized(
      ONNXQuantizedWeight(
        codes: codes, scales: try tensor(node, 2), zeros: try optionalTensor(node, 3),
        groupIndices: nil, rows: codes.dimensions.first ?? 0,
        columns: isBytes && bits < 8 ? size * (8 / max(1, bits)) : size, bits: bits,
        blockSize: node.integer("block_size", otherwise: 128),
        usualZero: isBytes && (1...8).contains(bits) ? 1 << (bits - 1) : 0))
  }

  /// A bias that a product's own node adds.
  private mutating func addBias(_ node: ONNXNode, _ input: Int, _ module: String) {
    guard node.input(input) != nil else { return }
    do throws(Unreadable) {
      guard node.floats["beta"] ?? 1 == 1 else { throw Unreadable(problem: "multiplied by beta") }
      weights.add(.plain(try tensor(node, input)), named: module + ".bias")
    } catch {
      unreadable.append(
        (
          module + ".bias",
          QuantizationError("\(graph.path): \(node.label): its bias is \(error.problem)")
        ))
    }
  }

  /// A bias that the node after a product adds, whatever its name.
  private mutating func addBias(_ node: ONNXNode) {
    for (input, other) in [(0, 1), (1, 0)] {
      guard let module = node.input(input).flatMap({ products[$0] }),
        let name = node.input(other), let tensor = graph.initializers[name],
        tensor.dimensions.count == 1, tensor.elementType.isFloat
      else { continue }
      used.insert(name)
      weights.add(.plain(tensor), named: module + ".bias")
    }
  }

  /// Norms and biases, which are told by their own names.
  private mutating func addByName() {
    for (name, tensor) in graph.initializers where tensor.dimensions.count == 1 {
      for suffix in [".weight", ".bias"] where name.hasSuffix(suffix) {
        guard let module = ModuleName.find(in: name) else { continue }
        used.insert(name)
        weights.add(.plain(tensor), named: module + suffix)
      }
    }
  }

  private func isEmbedding(_ node: ONNXNode) -> Bool {
    ModuleName.find(in: node.name) == "model.embed_tokens"
      || node.input(0).flatMap(ModuleName.find(in:)) == "model.embed_tokens"
  }

  /// The module of a matrix, by the weight's name or else the node's.
  private func moduleName(_ node: ONNXNode, input: Int) -> String? {
    node.input(input).flatMap(ModuleName.find(in:)) ?? ModuleName.find(in: node.name)
  }

  /// An input that may be left out.
  private mutating func optionalTensor(
    _ node: ONNXNode, _ input: Int
  ) throws(Unreadable) -> ONNXTensor? {
    node.input(input) == nil ? nil : try tensor(node, input)
  }

  /// An initializer that is an input, as it lies or reshaped.
  private mutating func tensor(_ node: ONNXNode, _ input: Int) throws(Unreadable) -> ONNXTensor {
    var name = node.input(input) ?? ""
    for _ in 0..<Self.maximumViews {
      if let tensor = graph.initializers[name] {
        used.insert(name)
        return tensor
      }
      guard let view = views[name] else { throw Unreadable(problem: "'\(name)', no initializer") }
      guard ["Reshape", "Cast", "Identity"].contains(view.operation) else {
        throw Unreadable(problem: "computed by \(view.label)")
      }
      name = view.input(0) ?? ""
    }
    throw Unreadable(problem: "behind more than \(Self.maximumViews) nodes")
  }

  /// A matrix that is an input: `[input][output]` if it is not transposed, after the transpositions on
  /// its way.
  private mutating func matrix(
    _ node: ONNXNode, _ input: Int, isTransposed: Bool
  ) throws(Unreadable) -> ONNXWeight {
    var isTransposed = isTransposed
    var name = node.input(input) ?? ""
    for _ in 0..<Self.maximumViews {
      if let tensor = graph.initializers[name] {
        used.insert(name)
        guard tensor.elementType.isFloat else {
          throw Unreadable(problem: "\(tensor.elementType) '\(name)' without scales")
        }
        return isTransposed ? .plain(tensor) : .transposed(tensor)
      }
      guard let view = views[name] else { throw Unreadable(problem: "'\(name)', no initializer") }
      switch view.operation {
      case "Cast", "Identity": break
      case "Transpose":
        let permutation = view.integers["perm"] ?? [1, 0]
        guard permutation.sorted() == [0, 1] else {
          throw Unreadable(problem: "transposed to \(permutation)")
        }
        if permutation == [1, 0] { isTransposed.toggle() }
      case "DequantizeLinear":
        return .dequantized(
          ONNXDequantizedWeight(
            codes: try tensor(view, 0), scales: try tensor(view, 1),
            zeros: try optionalTensor(view, 2), axis: view.integer("axis", otherwise: 1),
            blockSize: view.integer("block_size", otherwise: 0), isOutputFirst: isTransposed))
      default: throw Unreadable(problem: "computed by \(view.label)")
      }
      name = view.input(0) ?? ""
    }
    throw Unreadable(problem: "behind more than \(Self.maximumViews) nodes")
  }
}
