import GGUF
import Inference

/// The tensors of an architecture by their names, with their shapes; 0 stands for any length.
///
/// It says what `ModelGraph`'s initializers ask for, of which only the first that fails can be
/// known.
struct TensorSchema {
  /// Tensors that must be there.
  private(set) var required: [String: [Int]] = [:]
  /// Tensors that may be there.
  private(set) var optional: [String: [Int]] = [:]

  private let file: GGUFFile

  /// The schema of a configuration, with the tensors that the file has fused or apart.
  init(_ configuration: ModelConfiguration, _ file: GGUFFile) {
    self.file = file
    let width = configuration.embeddingLength
    let vocabulary = file.tensor(named: "token_embd.weight")?.shape.dropFirst().first ?? 0
    let isPhi2 = configuration.architecture == .phi2
    let isMixture = configuration.architecture == .phimoe
    required["token_embd.weight"] = [width, 0]
    norm("output_norm", width, hasBias: isPhi2 || isMixture)
    if isPhi2 || file.tensor(named: "output.weight") != nil {
      map("output", width, vocabulary, isBiased: isPhi2)
    } else {
      optional["output.bias"] = [vocabulary]
    }
    for block in 0..<configuration.blockCount {
      let prefix = "blk.\(block)"
      norm("\(prefix).attn_norm", width, hasBias: isPhi2 || isMixture)
      attention(prefix, configuration, isBiased: isPhi2)
      if !isPhi2 { norm("\(prefix).ffn_norm", width, hasBias: isMixture) }
      feedForward(prefix, configuration)
    }
    let half = configuration.rope.dimensions / 2
    for name in ["rope_factors_short", "rope_factors_long", "rope_freqs"] {
      optional["\(name).weight"] = [half]
    }
  }

  private mutating func attention(
    _ prefix: String, _ configuration: ModelConfiguration, isBiased: Bool
  ) {
    let width = configuration.embeddingLength
    let queries = configuration.headCount * configuration.headSize
    if file.tensor(named: "\(prefix).attn_q.weight") != nil {
      map("\(prefix).attn_q", width, queries, isBiased: isBiased)
      map("\(prefix).attn_k", width, configuration.kvLength, isBiased: isBiased)
      map("\(prefix).attn_v", width, configuration.kvLength, isBiased: isBiased)
    } else {
      map("\(prefix).attn_qkv", width, queries + 2 * configuration.kvLength, isBiased: isBiased)
    }
    map("\(prefix).attn_output", queries, width, isBiased: isBiased)
  }

  private mutating func feedForward(_ prefix: String, _ configuration: ModelConfiguration) {
    let (width, inner) = (configuration.embeddingLength, configuration.feedForwardLength)
    switch configuration.architecture {
    case .phi2:
      map("\(prefix).ffn_up", width, inner, isBiased: true)
      map("\(prefix).ffn_down", inner, width, isBiased: true)
    case .phimoe:
      let experts = configuration.expertCount
      map("\(prefix).ffn_gate_inp", width, experts)
      required["\(prefix).ffn_gate_exps.weight"] = [width, inner, experts]
      required["\(prefix).ffn_up_exps.weight"] = [width, inner, experts]
      required["\(prefix).ffn_down_exps.weight"] = [inner, width, experts]
    case .phi3, .llama:
      if file.tensor(named: "\(prefix).ffn_gate.weight") != nil {
        map("\(prefix).ffn_gate", width, inner)
        map("\(prefix).ffn_up", width, inner)
      } else {
        map("\(prefix).ffn_up", width, 2 * inner)
      }
      map("\(prefix).ffn_down", inner, width)
    }
  }

  private mutating func map(_ name: String, _ inputs: Int, _ outputs: Int, isBiased: Bool = false) {
    required["\(name).weight"] = [inputs, outputs]
    if isBiased {
      required["\(name).bias"] = [outputs]
    } else {
      optional["\(name).bias"] = [outputs]
    }
  }

  private mutating func norm(_ name: String, _ width: Int, hasBias: Bool) {
    required["\(name).weight"] = [width]
    if hasBias { required["\(name).bias"] = [width] }
  }
}
