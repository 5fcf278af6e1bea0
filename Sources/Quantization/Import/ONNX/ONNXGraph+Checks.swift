extension ONNXGraph {
  /// Operations that round activations by scales or ranges that the graph holds, or hide weights.
  private static let refused = [
    "QuantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "MatMulIntegerToFloat",
    "DynamicQuantizeMatMul", "QLinearMatMul", "QGemm", "QAttention", "QMoE", "MoE",
  ]

  /// Refuses a graph that computes something else than a Phi model with the weights it holds.
  func refuseOtherComputations() throws {
    for node in nodes {
      if Self.refused.contains(node.operation) {
        throw QuantizationError(
          "\(path): \(node.label): rounds activations or holds experts in a way that GGUF does not "
            + "keep, expected MatMul, MatMulNBits or DequantizeLinear of weights alone: convert the "
            + "original model's folder")
      }
      for key in ["rotary_interleaved", "interleaved", "smooth_softmax"]
      where node.integer(key, otherwise: 0) == 1 {
        throw QuantizationError(
          "\(path): \(node.label): found \(key) 1, expected 0, as Phi models have it")
      }
      if let softcap = node.floats["softcap"], softcap != 0 {
        throw QuantizationError(
          "\(path): \(node.label): found softcap \(softcap), expected 0, as Phi models have it")
      }
    }
    let adapter = (initializers.keys.sorted() + nodes.map(\.name)).first { name in
      ["lora_A", "lora_B"].contains { name.contains($0) }
    }
    if let adapter {
      throw QuantizationError(
        "\(path): \(adapter): a LoRA adapter, expected one that is merged into the weights")
    }
  }

  /// What the graph says and a GGUF file does not keep, one line each.
  func notes(used: Set<String>) -> [String] {
    var notes: [String] = []
    let levels = Set(nodes.compactMap { $0.integers["accuracy_level"]?.first }).subtracting([0])
    if !levels.isEmpty {
      notes.append(
        "\(path): accuracy_level \(levels.sorted().map(String.init).joined(separator: ", ")), which "
          + "lets ONNX Runtime round activations, is not kept")
    }
    if nodes.contains(where: { ($0.integers["kv_cache_bit_width"]?.first ?? 0) > 0 }) {
      notes.append("\(path): the quantization of the KV cache is not kept")
    }
    let others = initializers.values.filter { tensor in
      !used.contains(tensor.name) && tensor.elementType.isFloat && tensor.count >= 32
        && !["cos_cache", "sin_cache", "inv_freq", "rotemb"].contains { tensor.name.contains($0) }
    }.map(\.name).sorted()
    if let first = others.first {
      let rest = others.count > 1 ? " and \(others.count - 1) more constants" : ""
      notes.append("\(path): \(first)\(rest) are none of a Phi model's weights and are not kept")
    }
    return notes
  }
}
