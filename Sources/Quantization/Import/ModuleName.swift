/// Finds the Hugging Face name of a module in the names that exporters give nodes and weights:
/// `/model/layers.0/attn/qkv_proj/MatMul_Q4`, `__module.model.layers.0.mlp.down_proj/aten::linear`.
enum ModuleName {
  private static let attention: Set = ["qkv_proj", "q_proj", "k_proj", "v_proj", "o_proj", "dense"]
  private static let feedForward: Set = [
    "gate_up_proj", "gate_proj", "up_proj", "down_proj", "fc1", "fc2",
  ]
  private static let norms: Set = ["input_layernorm", "post_attention_layernorm"]
  private static let finalNorms: Set = ["final_norm_layernorm", "final_layernorm", "norm"]
  private static let adapters = ["lora_A", "lora_B"]

  /// The name without `.weight` or `.bias`; nil if the text names none of Phi's modules.
  static func find(in text: String) -> String? {
    let words = text.split { $0 == "." || $0 == "/" }
    guard !words.contains(where: { word in adapters.contains { word.hasPrefix($0) } }) else {
      return nil
    }
    if words.contains("lm_head") { return "lm_head" }
    if words.contains("embed_tokens") { return "model.embed_tokens" }
    guard let place = words.firstIndex(of: "layers"), place + 1 < words.count,
      let layer = Int(words[place + 1])
    else {
      return words.first { finalNorms.contains(String($0)) }.map {
        $0 == "final_layernorm" ? "model.final_layernorm" : "model.norm"
      }
    }
    for word in words[(place + 2)...].map(String.init) {
      if attention.contains(word) { return "model.layers.\(layer).self_attn.\(word)" }
      if feedForward.contains(word) { return "model.layers.\(layer).mlp.\(word)" }
      if norms.contains(word) { return "model.layers.\(layer).\(word)" }
      if finalNorms.contains(word) { return "model.norm" }
    }
    return nil
  }

  /// The other names under which Hugging Face has a tensor in another architecture.
  static func alternatives(to name: String) -> [String] {
    let pairs = [
      (".self_attn.dense.", ".self_attn.o_proj."), ("model.final_layernorm.", "model.norm."),
    ]
    return pairs.compactMap { hf, other in
      name.contains(hf) ? name.replacingFirst(hf, with: other) : nil
    }
  }

  private static let fused = [
    (".qkv_proj.", [".q_proj.", ".k_proj.", ".v_proj."]),
    (".gate_up_proj.", [".gate_proj.", ".up_proj."]),
  ]

  /// The tensors that lie one below the other in a fused one, if a name is that of one.
  static func parts(of name: String) -> [String]? {
    for (whole, parts) in fused where name.contains(whole) {
      return parts.map { name.replacingFirst(whole, with: $0) }
    }
    return nil
  }

  /// The fused tensor that a tensor is a part of, and the part's place in it.
  static func whole(holding name: String) -> (name: String, place: Int)? {
    for (whole, parts) in fused {
      if let place = parts.firstIndex(where: { name.contains($0) }) {
        return (name.replacingFirst(parts[place], with: whole), place)
      }
    }
    return nil
  }
}

extension String {
  fileprivate func replacingFirst(_ text: String, with other: String) -> String {
    guard let range = firstRange(of: text) else { return self }
    return self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
