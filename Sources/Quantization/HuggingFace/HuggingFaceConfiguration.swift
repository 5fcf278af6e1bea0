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
  let rope: HuggingFaceRoPE
  /// Ids by role: `bos`, `eos`, `pad`; of several the first.
  let specialTokens: [String: Int]

  private static let architectures: [(names: [String], architecture: Architecture)] = [
    (["PhiForCausalLM"], .phi2), (["Phi3ForCausalLM"], .phi3),
    (["PhimoeForCausalLM", "PhiMoEForCausalLM"], .phimoe), (["LlamaForCausalLM"], .llama),
  ]

  /// Numbers of a file, which may say that weights are quantized only where the store can read them.
  init(_ file: ConfigurationFile, allowsQuantized: Bool) throws {
    architecture = try Self.architecture(file)
    if !allowsQuantized { try Self.refuseQuantized(file) }
    let heads = 1...(1 << 16)
    vocabularySize = try file.required("vocab_size", 1...(1 << 24))
    embeddingLength = try file.required("hidden_size", 1...(1 << 20))
    blockCount = try file.required("num_hidden_layers", 1...4096)
    headCount = try file.required("num_attention_heads", heads)
    kvHeadCount = try file.integer("num_key_value_heads", heads) ?? headCount
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
      architecture == .phi2
      ? try file.integer("intermediate_size", 1...(1 << 22)) ?? 4 * embeddingLength
      : try file.required("intermediate_size", 1...(1 << 22))
    contextLength = try file.required("max_position_embeddings", 1...(1 << 30))
    normEpsilon = try Self.epsilon(file, architecture)
    isTied = try file.bool("tie_word_embeddings") ?? false
    let window = try file.integer("sliding_window", 0...(1 << 30)) ?? 0
    slidingWindow = architecture != .llama && window > 0 ? window : nil
    expertCount =
      architecture == .phimoe ? try file.integer("num_local_experts", 2...4096) ?? 16 : 0
    usedExpertCount =
      architecture == .phimoe ? try file.integer("num_experts_per_tok", 2...2) ?? 2 : 0
    try Self.refuseUnknownParts(file, architecture)
    rope = try HuggingFaceRoPE(
      file, architecture, headSize: headSize, contextLength: contextLength)
    specialTokens = Dictionary(
      uniqueKeysWithValues: ["bos", "eos", "pad", "unk"].compactMap { role in
        let value = file["\(role)_token_id"]
        let id = value?.integer ?? value?.array?.first?.integer
        return id.map { (role, $0) }
      })
  }

  private static func architecture(_ file: ConfigurationFile) throws -> Architecture {
    guard let found = file["architectures"]?.array?.first?.string else {
      throw file.error("architectures", "is missing")
    }
    guard let match = architectures.first(where: { $0.names.contains(found) }) else {
      let known = architectures.flatMap(\.names).joined(separator: ", ")
      throw file.error("architectures", "found '\(found)', expected one of \(known)")
    }
    return match.architecture
  }

  private static func refuseQuantized(_ file: ConfigurationFile) throws {
    for key in ["quantization_config", "quantization"] {
      guard let value = file[key] else { continue }
      let method = value["quant_method"]?.string ?? "unknown"
      throw file.error(
        key, "the weights are quantized already (\(method)), expected a model in F32, F16 or BF16")
    }
  }

  private static func epsilon(
    _ file: ConfigurationFile, _ architecture: Architecture
  ) throws -> Float {
    let key = architecture == .phi2 ? "layer_norm_eps" : "rms_norm_eps"
    guard let epsilon = try file.number(key) else { return architecture == .llama ? 1e-6 : 1e-5 }
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
    if try file.bool("qk_layernorm") == true {
      throw file.error("qk_layernorm", "found true, expected false")
    }
  }
}
