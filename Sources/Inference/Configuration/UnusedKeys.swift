import Foundation
import GGUF

/// Keys of a file that nothing reads: some do not matter, some would change what the model computes,
/// and some are not known.
struct UnusedKeys {
  /// When a key changes nothing.
  private enum Neutral {
    /// Whatever its value.
    case always
    /// One of some numbers, or no number at all.
    case numbers([Double])
    case flag(Bool)
    /// An array without elements.
    case empty
  }

  /// Keys of an architecture, after its name and a point.
  private static func neutral(_ key: String, _ configuration: ModelConfiguration) -> Neutral? {
    switch key {
    case "vocab_size", "tensor_data_layout", "rope.scaling.finetuned",
      "rope.scaling.original_context_length", "rope.scaling.yarn_beta_fast",
      "rope.scaling.yarn_beta_slow", "rope.scaling.yarn_attn_factor",
      "rope.scaling.yarn_ext_factor", "rescale_every_n_layers":
      .always
    case "attention.scale": .numbers([0, 1 / Double(configuration.headSize).squareRoot()])
    case "attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon":
      .numbers([Double(configuration.normEpsilon)])
    case "embedding_length_out": .numbers([0, Double(configuration.embeddingLength)])
    case "logit_scale", "residual_scale", "embedding_scale", "attention.output_scale",
      "attention.temperature_scale", "expert_weights_scale", "rope.scaling.factor",
      "rope.scale_linear", "rope.scaling.alpha":
      .numbers([0, 1])
    case "rope.scaling.attn_factor", "rope.scaling.short_mscale", "rope.scaling.long_mscale":
      .numbers([1])
    case "attn_logit_softcapping", "final_logit_softcapping", "router_logit_softcapping",
      "attention.clamp_kqv", "attention.max_alibi_bias", "attention.temperature_length",
      "attention.shared_kv_layers", "attention.relative_buckets_count", "expert_count",
      "expert_shared_count", "expert_group_count", "expert_group_used_count",
      "leading_dense_block_count", "nextn_predict_layers", "n_deepstack_layers", "pooling_type",
      "rope.scaling.yarn_log_multiplier", "activation_sparsity_scale", "token_shift_count",
      "attention.sliding_window_pattern", "attention.key_length_swa",
      "attention.value_length_swa", "attention.key_length_mla", "attention.value_length_mla":
      .numbers([0])
    case "expert_gating_func", "interleave_moe_layer_step", "moe_every_n_layers",
      "full_attention_interval":
      .numbers([0, 1])
    case "expert_feed_forward_length":
      .numbers([0, Double(configuration.feedForwardLength)])
    case "rope.freq_base_swa": .numbers([Double(configuration.rope.base)])
    case "rope.dimension_count_swa": .numbers([Double(configuration.rope.dimensions)])
    case "attention.causal": .flag(true)
    case "use_parallel_residual": .flag(configuration.architecture == .phi2)
    case "expert_weights_norm", "swin_norm", "attention.qk_norm": .flag(false)
    case "rope.dimension_sections": .empty
    default: nil
    }
  }

  /// Keys of the tokenizer, after `tokenizer.`.
  private static func neutral(tokenizer key: String) -> Neutral? {
    switch key {
    case "ggml.remove_extra_whitespaces", "ggml.add_sep_token",
      "ggml.treat_whitespace_as_suffix", "ggml.normalizer.lowercase":
      .flag(false)
    case "ggml.escape_whitespaces", "ggml.byte_fallback": .flag(true)
    case "ggml.precompiled_charsmap": .empty
    case "ggml.scores", "ggml.merges", "ggml.pre", "ggml.token_type_count", "huggingface.json",
      "chat_templates", "rwkv.world":
      .always
    default:
      key.hasPrefix("chat_template") || key.hasSuffix("_token_id")
        || key.hasSuffix("_token_ids") ? .always : nil
    }
  }

  /// Looks at the keys that are left when configuration and tokenizer have been read.
  ///
  /// - Parameters:
  ///   - metadata: The file's, which has noted what was read.
  ///   - configuration: The model's numbers.
  /// - Returns: What a person should know, a line each.
  /// - Throws: `ModelError` with the first key that asks for another computation.
  static func check(
    _ metadata: GGUFMetadata, _ configuration: ModelConfiguration
  ) throws -> [String] {
    let prefix = configuration.architecture.rawValue + "."
    var unknown: [String] = []
    for (key, value) in metadata.unread {
      let neutral: Neutral?
      if key.hasPrefix(prefix) {
        neutral = Self.neutral(String(key.dropFirst(prefix.count)), configuration)
      } else if key.hasPrefix("tokenizer.") {
        neutral = Self.neutral(tokenizer: String(key.dropFirst("tokenizer.".count)))
      } else {
        continue
      }
      guard let neutral else {
        unknown.append(key)
        continue
      }
      guard let expected = Self.expectation(neutral, unless: value) else { continue }
      throw ModelError(
        "\(metadata.source): \(key): found \(value.description(limit: 24)), which is not applied, "
          + "expected \(expected) or no such key".printable)
    }
    let sampling = metadata.unread.map(\.key).filter { $0.hasPrefix("general.sampling.") }
    var notes: [String] = []
    if let first = sampling.first {
      let rest = sampling.count > 1 ? " and \(sampling.count - 1) more like it" : ""
      notes.append(
        "the key \(first)\(rest) asks for a way of sampling that is not applied; the options of the "
          + "command decide".printable)
    }
    guard let first = unknown.first else { return notes }
    let what =
      unknown.count == 1
      ? "the key \(first) is not known and was not used"
      : "\(unknown.count) keys are not known and were not used: "
        + unknown.prefix(3).joined(separator: ", ") + (unknown.count > 3 ? ", …" : "")
    return notes + [what.printable]
  }

  /// What a key should be to change nothing; nil if it is.
  private static func expectation(_ neutral: Neutral, unless value: MetadataValue) -> String? {
    switch neutral {
    case .always: return nil
    case .numbers(let numbers):
      guard let found = value.number else { return numbers.map(text).joined(separator: " or ") }
      // Files hold 32-bit floats of what may have been computed in another order.
      let fits = numbers.contains { abs(found - $0) <= 1e-5 * abs($0) }
      return fits ? nil : numbers.map(text).joined(separator: " or ")
    case .flag(let flag): return value == .bool(flag) ? nil : "\(flag)"
    case .empty:
      guard case .array(let array) = value, array.count == 0 else { return "an empty list" }
      return nil
    }
  }

  private static func text(_ number: Double) -> String { String(format: "%g", number) }
}

extension MetadataValue {
  /// The value as a number; nil if it is none.
  fileprivate var number: Double? {
    switch self {
    case .float32(let value): Double(value)
    case .float64(let value): value
    default: integer.map(Double.init)
    }
  }
}
