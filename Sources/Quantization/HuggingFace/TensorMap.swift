import GGUF
import Inference

/// The tensors of a GGUF file and where in a model's folder their values are: the schema of an
/// architecture is the list of calls that it makes here.
struct TensorMap {
  /// The tensors in the file's order.
  private(set) var sources: [any ImportedTensor] = []

  /// What was found and is not in the file, each in one line.
  private(set) var notes: [String] = []
  private let configuration: HuggingFaceConfiguration
  private var finder: WeightFinder
  /// The tensors that follow those of the blocks.
  private var last: [any ImportedTensor] = []

  /// Finds all tensors of a model.
  ///
  /// - Parameters:
  ///   - store: Where they are.
  ///   - configuration: What they must be.
  /// - Throws: `QuantizationError` if one is missing, too much, of another shape or format.
  init(_ store: any WeightStore, _ configuration: HuggingFaceConfiguration) throws {
    finder = WeightFinder(store, configuration)
    self.configuration = configuration
    try finder.refuseForeignNames()
    try addFactors()
    let (width, vocabulary) = (configuration.embeddingLength, configuration.vocabularySize)
    try addEnds([width, vocabulary])
    for block in 0..<configuration.blockCount {
      try addBlock("blk.\(block).", "model.layers.\(block).")
    }
    try addNorm(
      "output_norm", configuration.architecture == .phi2 ? "model.final_layernorm" : "model.norm")
    sources += last
    try addBias("output", "lm_head", vocabulary, configuration.biases.output)
    try finder.refuseOthers()
    notes += try finder.notes()
  }

  /// The embedding and the output's matrix.
  ///
  /// As `transformers` ties them: of a tied pair either may be absent, and an output with other
  /// values than the embedding's is one of its own, whatever the configuration says.
  private mutating func addEnds(_ shape: [Int]) throws {
    let (embedding, output) = ("model.embed_tokens.weight", "lm_head.weight")
    guard configuration.isTied else {
      try add("token_embd.weight", embedding, shape)
      return try addLast("output.weight", output, shape)
    }
    guard finder.has(embedding) || !finder.has(output) else {
      return try add("token_embd.weight", output, shape)
    }
    try add("token_embd.weight", embedding, shape)
    guard finder.has(output) else { return try addTiedOutput(embedding, shape) }
    let own = try finder.take(output, shape, as: "output.weight")
    guard let shared = sources.last, try own.holdsSameValues(as: shared) else {
      last.append(own)
      let runtime = finder.store.runtime
      if runtime == nil {
        notes.append(
          "\(finder.store.label(of: output)): differs from the embedding, though "
            + "tie_word_embeddings is true: it is kept, as transformers does")
      }
      return
    }
    try addTiedOutput(embedding, shape)
  }

  /// The embedding as the output's matrix too, where the graph does not go without one.
  private mutating func addTiedOutput(_ embedding: String, _ shape: [Int]) throws {
    guard configuration.architecture == .phi2 else { return }
    try addLast("output.weight", embedding, shape)
  }

  private mutating func addLast(_ to: String, _ from: String, _ shape: [Int]) throws {
    last.append(try finder.take(from, shape, as: to))
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
    let (width, inner, biases) = (model.embeddingLength, model.feedForwardLength, model.biases)
    try addNorm("\(to)attn_norm", "\(from)input_layernorm")
    if model.architecture != .phi2 {
      try addNorm("\(to)ffn_norm", "\(from)post_attention_layernorm")
    }
    try addAttention(to, "\(from)self_attn.")
    switch model.architecture {
    case .phi2:
      try addLinear("\(to)ffn_up", "\(from)mlp.fc1", [width, inner], hasBias: biases.feedForward)
      try addLinear("\(to)ffn_down", "\(from)mlp.fc2", [inner, width], hasBias: biases.feedForward)
    case .phi3:
      try addLinear(
        "\(to)ffn_up", "\(from)mlp.gate_up_proj", [width, 2 * inner], hasBias: biases.feedForward)
      try addLinear(
        "\(to)ffn_down", "\(from)mlp.down_proj", [inner, width], hasBias: biases.feedForward)
    case .llama:
      try addLinear(
        "\(to)ffn_gate", "\(from)mlp.gate_proj", [width, inner], hasBias: biases.feedForward)
      try addLinear(
        "\(to)ffn_up", "\(from)mlp.up_proj", [width, inner], hasBias: biases.feedForward)
      try addLinear(
        "\(to)ffn_down", "\(from)mlp.down_proj", [inner, width], hasBias: biases.feedForward)
    case .phimoe:
      try addExperts(to, from)
    }
  }

  private mutating func addAttention(_ to: String, _ from: String) throws {
    let model = configuration
    let (width, queries) = (model.embeddingLength, model.headCount * model.headSize)
    let keys = model.kvHeadCount * model.headSize
    let hasBias = model.biases.attention
    if model.architecture == .phi3 {
      try addLinear(
        "\(to)attn_qkv", "\(from)qkv_proj", [width, queries + 2 * keys],
        hasBias: hasBias)
    } else {
      // Llama's GGUF rotates neighbours, and not values half a head apart.
      let isInterleaved = model.architecture == .llama
      try addLinear(
        "\(to)attn_q", "\(from)q_proj", [width, queries], hasBias: hasBias,
        heads: isInterleaved ? model.headCount : nil)
      try addLinear(
        "\(to)attn_k", "\(from)k_proj", [width, keys], hasBias: hasBias,
        heads: isInterleaved ? model.kvHeadCount : nil)
      try addLinear("\(to)attn_v", "\(from)v_proj", [width, keys], hasBias: hasBias)
    }
    let name = model.architecture == .phi2 ? "dense" : "o_proj"
    try addLinear("\(to)attn_output", "\(from)\(name)", [queries, width], hasBias: hasBias)
  }

  /// A router and its experts, whichever way the checkpoint holds them.
  private mutating func addExperts(_ to: String, _ from: String) throws {
    let (width, inner) = (configuration.embeddingLength, configuration.feedForwardLength)
    let count = configuration.expertCount
    let routers = ["\(from)block_sparse_moe.gate.weight", "\(from)mlp.router.weight"]
    try add(
      "\(to)ffn_gate_inp.weight", routers.first { finder.has($0) } ?? routers[0],
      [width, count])
    let fused = "\(from)mlp.experts.gate_up_proj"
    let names = ["gate", "up", "down"].map { "\(to)ffn_\($0)_exps.weight" }
    guard !finder.has(fused) else {
      let both = try finder.take(fused, [width, 2 * inner, count], as: names[0])
      for (name, first) in [(names[0], 0), (names[1], inner)] {
        let parts = (0..<count).map { expert in
          let start = expert * 2 * inner + first
          return RowSlice(both, rows: start..<start + inner, name: name)
        }
        sources.append(try JoinedRows(parts, name: name, shape: [width, inner, count]))
      }
      return try add(names[2], "\(from)mlp.experts.down_proj", [inner, width, count])
    }
    for (name, weight, shape) in [
      (names[0], "w1", [width, inner]), (names[1], "w3", [width, inner]),
      (names[2], "w2", [inner, width]),
    ] {
      let parts = try (0..<count).map { expert in
        try finder.take(
          "\(from)block_sparse_moe.experts.\(expert).\(weight).weight", shape, as: name)
      }
      sources.append(try JoinedRows(parts, name: name, shape: shape + [count]))
    }
  }

  private mutating func addNorm(_ to: String, _ from: String) throws {
    try add("\(to).weight", "\(from).weight", [configuration.embeddingLength])
    if configuration.architecture == .phi2 || configuration.architecture == .phimoe {
      try addBias(to, from, configuration.embeddingLength, true)
    }
  }

  private mutating func addLinear(
    _ to: String, _ from: String, _ shape: [Int], hasBias: Bool, heads: Int? = nil
  ) throws {
    try add("\(to).weight", "\(from).weight", shape, heads: heads)
    try addBias(to, from, shape[1], hasBias, heads: heads)
  }

  /// A bias that the model has by its configuration, or by another runtime's graph.
  private mutating func addBias(
    _ to: String, _ from: String, _ count: Int, _ isThere: Bool, heads: Int? = nil
  ) throws {
    guard isThere || (finder.store.runtime != nil && finder.has("\(from).bias")) else { return }
    try add("\(to).bias", "\(from).bias", [count], heads: heads)
  }

  private mutating func add(
    _ to: String, _ from: String, _ shape: [Int], heads: Int? = nil
  ) throws {
    let tensor = try finder.take(from, shape, as: to)
    sources.append(heads.map { InterleavedRows(tensor, heads: $0) } ?? tensor)
  }
}
