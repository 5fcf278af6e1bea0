import GGUF
import Inference

extension HuggingFaceConfiguration {
  /// The keys of the architecture, as llama.cpp's converter names them.
  ///
  /// Beyond its keys: what `transformers` multiplies cosines and sines with where a configuration
  /// names it, PhiMoE's two factors, and heads of a width of their own.
  var metadata: [(key: String, value: MetadataValue)] {
    let name = architecture.rawValue
    var pairs: [(key: String, value: MetadataValue)] = []
    func add(_ key: String, _ value: Int) {
      pairs.append(("\(name).\(key)", .uint32(UInt32(value))))
    }
    func add(_ key: String, _ value: Float) { pairs.append(("\(name).\(key)", .float32(value))) }

    if architecture == .llama { add("vocab_size", vocabularySize) }
    add("context_length", contextLength)
    add("embedding_length", embeddingLength)
    add("feed_forward_length", feedForwardLength)
    add("block_count", blockCount)
    add("attention.head_count", headCount)
    add("attention.head_count_kv", kvHeadCount)
    let epsilon = architecture == .phi2 ? "layer_norm_epsilon" : "layer_norm_rms_epsilon"
    add("attention.\(epsilon)", normEpsilon)
    if namesHeadSize && (architecture == .llama || headSize * headCount != embeddingLength) {
      add("attention.key_length", headSize)
      add("attention.value_length", headSize)
    }
    add("rope.dimension_count", rope.dimensions)
    add("rope.freq_base", rope.base)
    if case .linear(let factor) = rope.scaling {
      pairs.append(("\(name).rope.scaling.type", .text("linear")))
      add("rope.scaling.factor", factor)
    }
    guard architecture == .phi3 || architecture == .phimoe else { return pairs }
    add("rope.scaling.original_context_length", rope.originalContextLength)
    // Zero, and not absent, tells Phi-4 from files of Phi-3 that were made before there was a key.
    add("attention.sliding_window", slidingWindow ?? 0)
    var scales: (short: Float, long: Float) = (1, 1)
    if case .longRoPE(_, _, let short, let long) = rope.scaling {
      scales = (short, long)
      add("rope.scaling.attn_factor", long)
    }
    if architecture == .phimoe {
      add("rope.scaling.short_mscale", scales.short)
      add("rope.scaling.long_mscale", scales.long)
      add("expert_count", expertCount)
      add("expert_used_count", usedExpertCount)
    }
    return pairs
  }
}
