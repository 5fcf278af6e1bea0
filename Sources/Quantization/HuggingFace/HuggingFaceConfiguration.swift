import Inference

/// The numbers of a model as its `config.json` has them, checked against each other.
struct HuggingFaceConfiguration: Sendable {
  let architecture: Architecture
  let vocabularySize: Int
  let embeddingLength: Int
  let feedForwardLength: Int
  let blockCount: Int
  let headCount: Int
  let kvHeadCount: Int
  let headSize: Int
  /// Whether the file says how wide a head is.
  let namesHeadSize: Bool
  let contextLength: Int
  let normEpsilon: Float
  /// Whether the embedding is the output matrix too.
  let isTied: Bool
  let slidingWindow: Int?
  let expertCount: Int
  let usedExpertCount: Int
  /// Which of the projections have biases.
  let biases: (attention: Bool, feedForward: Bool, output: Bool)
  let rope: HuggingFaceRoPE
  /// Ids by role: `bos`, `eos`, `pad`; of several the first.
  let specialTokens: [String: Int]
  /// All ids that end a text.
  let endTokens: [Int]

  private static let architectures: [(names: [String], type: String, architecture: Architecture)] =
    [
      (["PhiForCausalLM", "PhiModel"], "phi", .phi2),
      (["Phi3ForCausalLM", "Phi3Model"], "phi3", .phi3),
      (["PhimoeForCausalLM", "PhiMoEForCausalLM", "PhimoeModel"], "phimoe", .phimoe),
      (["LlamaForCausalLM", "LlamaModel"], "llama", .llama),
    ]

  /// Numbers of a file, which may say that weights are quantized only where the store can read them.
  init(_ file: ConfigurationFile, allowsQuantized: Bool) throws {
    architecture = try Self.architecture(file)
    if !allowsQuantized { try Self.refuseQuantized(file) }
    let heads = 1...(1 << 16)
    let defaults = ConfigurationDefaults(architecture)
    vocabularySize = try file.integer("vocab_size", 1...(1 << 24)) ?? defaults.vocabularySize
    embeddingLength = try file.integer("hidden_size", 1...(1 << 20)) ?? defaults.embeddingLength
    blockCount = try file.integer("num_hidden_layers", 1...4096) ?? defaults.blockCount
    headCount = try file.integer("num_attention_heads", heads) ?? defaults.headCount
    kvHeadCount =
      try file.integer("num_key_value_heads", heads) ?? defaults.kvHeadCount ?? headCount
    guard headCount % kvHeadCount == 0 else {
      throw file.error(
        "num_key_value_heads", "found \(kvHeadCount), expected a divisor of \(headCount) heads")
    }
    let named = try file.integer("head_dim", 1...4096)
    namesHeadSize = named != nil
    guard named != nil || embeddingLength % headCount == 0 else {
      throw file.error(
        "num_attention_heads",
        "found \(headCount), expected a divisor of the hidden size \(embeddingLength)")
    }
    headSize = named ?? embeddingLength / headCount
    guard headSize % 2 == 0, headSize <= 4096 else {
      throw file.error("head_dim", "found \(headSize), expected an even number up to 4096")
    }
    feedForwardLength =
      try file.integer("intermediate_size", 1...(1 << 22)) ?? defaults.feedForwardLength
    contextLength =
      try file.integer("max_position_embeddings", 1...(1 << 30)) ?? defaults.contextLength
    normEpsilon = try Self.epsilon(file, architecture) ?? Float(defaults.normEpsilon)
    isTied = try file.bool("tie_word_embeddings") ?? false
    // The classes of Phi-2 and Llama have no window, whatever a file says.
    slidingWindow =
      architecture == .phi3 || architecture == .phimoe
      ? try file.integer("sliding_window", 1...(1 << 30)) : nil
    expertCount =
      architecture == .phimoe ? try file.integer("num_local_experts", 2...4096) ?? 16 : 0
    usedExpertCount =
      architecture == .phimoe ? try file.integer("num_experts_per_tok", 2...2) ?? 2 : 0
    biases = try Self.biases(file, architecture)
    try Self.refuseUnknownParts(file, architecture)
    rope = try HuggingFaceRoPE(
      file, architecture, headSize: headSize, contextLength: contextLength)
    specialTokens = Dictionary(
      uniqueKeysWithValues: try ["bos", "eos", "pad", "unk"].compactMap { role in
        try file.ids("\(role)_token_id")?.first.map { (role, $0) }
      })
    endTokens = try file.ids("eos_token_id") ?? []
  }

  /// The architecture, by the class or where none is named by the type, as `transformers` finds it.
  private static func architecture(_ file: ConfigurationFile) throws -> Architecture {
    let type = try file.string("model_type")
    guard let found = file["architectures"]?.array?.first?.string else {
      guard let match = architectures.first(where: { $0.type == type }) else {
        throw file.error(
          "architectures",
          type.map { "is missing, and model_type is '\($0)'" } ?? "is missing, and so is model_type"
        )
      }
      return match.architecture
    }
    guard let match = architectures.first(where: { $0.names.contains(found) }) else {
      let known = architectures.flatMap(\.names).joined(separator: ", ")
      throw file.error("architectures", "found '\(found)', expected one of \(known)")
    }
    if let type, type != match.type {
      throw file.error(
        "model_type", "found '\(type)', expected '\(match.type)', the type of \(found)")
    }
    return match.architecture
  }

  private static func biases(
    _ file: ConfigurationFile, _ architecture: Architecture
  ) throws -> (attention: Bool, feedForward: Bool, output: Bool) {
    switch architecture {
    case .phi2: (true, true, true)
    // Its class has none, whatever a file says.
    case .phi3: (false, false, false)
    case .phimoe:
      (
        try file.bool("attention_bias") ?? false, false, try file.bool("lm_head_bias") ?? false
      )
    case .llama:
      (try file.bool("attention_bias") ?? false, try file.bool("mlp_bias") ?? false, false)
    }
  }

  private static func refuseQuantized(_ file: ConfigurationFile) throws {
    for key in ["quantization_config", "quantization", "compression_config"] {
      guard let value = file[key] else { continue }
      let method = value["quant_method"]?.string ?? "unknown"
      throw file.error(
        key, "the weights are quantized already (\(method)), expected a model in F32, F16 or BF16")
    }
  }

  private static func epsilon(
    _ file: ConfigurationFile, _ architecture: Architecture
  ) throws -> Float? {
    let key = architecture == .phi2 ? "layer_norm_eps" : "rms_norm_eps"
    guard let epsilon = try file.number(key) else { return nil }
    guard (0..<1).contains(epsilon) else {
      throw file.error(key, "found \(epsilon), expected a number from 0 to 1")
    }
    return Float(epsilon)
  }

  /// What changes the computation and has no place in GGUF.
  private static func refuseUnknownParts(
    _ file: ConfigurationFile, _ architecture: Architecture
  ) throws {
    let known =
      architecture == .phi2 ? ["gelu_new", "gelu_pytorch_tanh", "gelu_fast"] : ["silu", "swish"]
    if let activation = try file.string("hidden_act"), !known.contains(activation) {
      throw file.error("hidden_act", "found '\(activation)', expected \(known[0])")
    }
    if architecture == .phi2, try file.bool("qk_layernorm") == true {
      throw file.error("qk_layernorm", "found true, expected false")
    }
    if try file.bool("is_causal") == false {
      throw file.error("is_causal", "found false, expected true")
    }
    if file["per_layer_config"] != nil {
      throw file.error("per_layer_config", "layers with a configuration of their own are unknown")
    }
    // The threshold of its routing, which is no noise in inference.
    if architecture == .phimoe, let noise = try file.number("router_jitter_noise"), noise != 0.01 {
      throw file.error("router_jitter_noise", "found \(noise), expected 0.01")
    }
  }
}
