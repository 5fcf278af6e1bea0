import GGUF
import Inference

/// The tensors of a GGUF file and where in a checkpoint their values are: the schema of an
/// architecture is the list of calls that it makes here.
struct TensorMap {
  /// The tensors in the file's order.
  private(set) var sources: [any TensorSource] = []

  private let checkpoint: Checkpoint
  private let configuration: HuggingFaceConfiguration
  private var used: Set<[UInt8]> = []

  /// Finds all tensors of a model.
  ///
  /// - Parameters:
  ///   - checkpoint: Where they are.
  ///   - configuration: What they must be.
  /// - Throws: `QuantizationError` if one is missing, too much, of another shape or format.
  init(_ checkpoint: Checkpoint, _ configuration: HuggingFaceConfiguration) throws {
    self.checkpoint = checkpoint
    self.configuration = configuration
    try addFactors()
    let (width, vocabulary) = (configuration.embeddingLength, configuration.vocabularySize)
    try add("token_embd.weight", "model.embed_tokens.weight", [width, vocabulary])
    for block in 0..<configuration.blockCount {
      try addBlock("blk.\(block).", "model.layers.\(block).")
    }
    try addNorm(
      "output_norm", configuration.architecture == .phi2 ? "model.final_layernorm" : "model.norm")
    if configuration.isTied {
      used.insert(Array("lm_head.weight".utf8))
    } else {
      try add("output.weight", "lm_head.weight", [width, vocabulary])
    }
    try addBias("output", "lm_head", vocabulary, isRequired: configuration.architecture == .phi2)
    try refuseOthers()
  }

  /// Divisors of the frequencies.
  private mutating func addFactors() throws {
    switch configuration.rope.scaling {
    case .none, .linear: break
    case .divisors(let divisors):
      sources.append(ComputedTensor(name: "rope_freqs.weight", values: divisors))
    case .longRoPE(let short, let long, _, _):
      sources.append(ComputedTensor(name: "rope_factors_long.weight", values: long))
      sources.append(ComputedTensor(name: "rope_factors_short.weight", values: short))
    }
  }

  private mutating func addBlock(_ to: String, _ from: String) throws {
    let model = configuration
    let (width, inner) = (model.embeddingLength, model.feedForwardLength)
    try addNorm("\(to)attn_norm", "\(from)input_layernorm")
    if model.architecture != .phi2 {
      try addNorm("\(to)ffn_norm", "\(from)post_attention_layernorm")
    }
    try addAttention(to, "\(from)self_attn.")
    switch model.architecture {
    case .phi2:
      try addLinear("\(to)ffn_up", "\(from)mlp.fc1", [width, inner])
      try addLinear("\(to)ffn_down", "\(from)mlp.fc2", [inner, width])
    case .phi3:
      try addLinear("\(to)ffn_up", "\(from)mlp.gate_up_proj", [width, 2 * inner])
      try addLinear("\(to)ffn_down", "\(from)mlp.down_proj", [inner, width])
    case .llama:
      try addLinear("\(to)ffn_gate", "\(from)mlp.gate_proj", [width, inner])
      try addLinear("\(to)ffn_up", "\(from)mlp.up_proj", [width, inner])
      try addLinear("\(to)ffn_down", "\(from)mlp.down_proj", [inner, width])
    case .phimoe:
      try addExperts(to, from)
    }
  }

  private mutating func addAttention(_ to: String, _ from: String) throws {
    let model = configuration
    let (width, queries) = (model.embeddingLength, model.headCount * model.headSize)
    let keys = model.kvHeadCount * model.headSize
    if model.architecture == .phi3 {
      try addLinear("\(to)attn_qkv", "\(from)qkv_proj", [width, queries + 2 * keys])
    } else {
      // Llama's GGUF rotates neighbours, and not values half a head apart.
      let isInterleaved = model.architecture == .llama
      try addLinear(
        "\(to)attn_q", "\(from)q_proj", [width, queries],
        heads: isInterleaved ? model.headCount : nil)
      try addLinear(
        "\(to)attn_k", "\(from)k_proj", [width, keys],
        heads: isInterleaved ? model.kvHeadCount : nil)
      try addLinear("\(to)attn_v", "\(from)v_proj", [width, keys])
    }
    let name = model.architecture == .phi2 ? "dense" : "o_proj"
    try addLinear("\(to)attn_output", "\(from)\(name)", [queries, width])
  }

  /// A router and its experts, whichever way the checkpoint holds them.
  private mutating func addExperts(_ to: String, _ from: String) throws {
    let (width, inner) = (configuration.embeddingLength, configuration.feedForwardLength)
    let count = configuration.expertCount
    let routers = ["\(from)block_sparse_moe.gate.weight", "\(from)mlp.router.weight"]
    try add(
      "\(to)ffn_gate_inp.weight", routers.first { checkpoint.find($0) != nil } ?? routers[0],
      [width, count])
    let fused = "\(from)mlp.experts.gate_up_proj"
    guard checkpoint.find(fused) == nil else {
      let both = try take(fused, [width, 2 * inner, count])
      for (name, first) in [("gate", 0), ("up", inner)] {
        let parts = (0..<count).map {
          CheckpointTensor.Part(tensor: both, firstRow: $0 * 2 * inner + first)
        }
        try add("\(to)ffn_\(name)_exps.weight", [width, inner, count], parts)
      }
      try add(
        "\(to)ffn_down_exps.weight", "\(from)mlp.experts.down_proj", [inner, width, count])
      return
    }
    for (name, weight, shape) in [
      ("gate", "w1", [width, inner]), ("up", "w3", [width, inner]), ("down", "w2", [inner, width]),
    ] {
      let parts = try (0..<count).map { expert in
        let tensor = try take(
          "\(from)block_sparse_moe.experts.\(expert).\(weight).weight", shape)
        return CheckpointTensor.Part(tensor: tensor, firstRow: 0)
      }
      try add("\(to)ffn_\(name)_exps.weight", shape + [count], parts)
    }
  }

  private mutating func addNorm(_ to: String, _ from: String) throws {
    try add("\(to).weight", "\(from).weight", [configuration.embeddingLength])
    if configuration.architecture == .phi2 || configuration.architecture == .phimoe {
      try addBias(to, from, configuration.embeddingLength, isRequired: true)
    }
  }

  private mutating func addLinear(
    _ to: String, _ from: String, _ shape: [Int], heads: Int? = nil
  ) throws {
    try add("\(to).weight", "\(from).weight", shape, heads: heads)
    try addBias(
      to, from, shape[1], isRequired: configuration.architecture == .phi2, heads: heads)
  }

  private mutating func addBias(
    _ to: String, _ from: String, _ count: Int, isRequired: Bool, heads: Int? = nil
  ) throws {
    guard isRequired || checkpoint.find("\(from).bias") != nil else { return }
    try add("\(to).bias", "\(from).bias", [count], heads: heads)
  }

  private mutating func add(
    _ to: String, _ from: String, _ shape: [Int], heads: Int? = nil
  ) throws {
    let tensor = try take(from, shape)
    try add(to, shape, [CheckpointTensor.Part(tensor: tensor, firstRow: 0)], heads: heads)
  }

  private mutating func add(
    _ name: String, _ shape: [Int], _ parts: [CheckpointTensor.Part], heads: Int? = nil
  ) throws {
    let first = parts[0].tensor
    if let other = parts.first(where: { $0.tensor.entry.format != first.entry.format }) {
      throw QuantizationError(
        "\(other.tensor.label): found \(other.tensor.entry.format), "
          + "expected \(first.entry.format) as in \(first.entry.name)")
    }
    sources.append(
      CheckpointTensor(
        name: name, shape: shape, type: try type(first), parts: parts, interleavedHeads: heads))
  }

  private func type(_ tensor: Checkpoint.Tensor) throws -> TensorType {
    switch tensor.entry.format {
    case "F32": return .f32
    case "F16": return .f16
    case "BF16": return .bf16
    case let format:
      throw QuantizationError("\(tensor.label): found \(format), expected F32, F16 or BF16")
    }
  }

  /// A tensor of the checkpoint that has a shape, the contiguous dimension first.
  private mutating func take(_ name: String, _ shape: [Int]) throws -> Checkpoint.Tensor {
    guard let tensor = checkpoint.find(name) else { throw checkpoint.missing([name]) }
    used.insert(Array(name.utf8))
    guard tensor.entry.shape == shape.reversed() else {
      throw QuantizationError(
        "\(tensor.label): found \(tensor.entry.shape), expected \(Array(shape.reversed()))")
    }
    return tensor
  }

  /// Buffers that old versions of `transformers` saved, and that are computed today.
  private static let buffers = [
    ".rotary_emb.inv_freq", ".self_attn.bias", ".self_attn.masked_bias", ".attention.bias",
    ".attention.masked_bias",
  ]

  private func refuseOthers() throws {
    let others = checkpoint.names.filter { name in
      !used.contains(Array(name.utf8)) && !Self.buffers.contains { name.hasSuffix($0) }
    }
    guard let first = others.first, let tensor = checkpoint.find(first) else { return }
    let rest = others.count > 1 ? " and \(others.count - 1) more" : ""
    throw QuantizationError(
      "\(tensor.label)\(rest): unexpected in a model of \(configuration.blockCount) "
        + "\(configuration.architecture.rawValue) blocks")
  }
}
