/// Keys of a folder's JSON files that say something and have no place in the file made of them.
///
/// What changes the computation is an error where it is read. Of the rest, keys without effect on what
/// a model writes are passed over, and all others are named in one line for each file.
enum UnkeptKeys {
  /// One line about the keys of a file that nobody asked for.
  ///
  /// - Parameters:
  ///   - file: The file, after all that reads it has.
  ///   - inert: Keys without effect, those of sections with a point at their end.
  ///   - neutral: Numbers of keys that change nothing.
  ///   - reason: Why the others are not kept.
  /// - Returns: nil if there are none to speak of.
  static func note(
    _ file: ConfigurationFile, inert: Set<String>, neutral: [String: Double] = [:],
    _ reason: String
  ) -> String? {
    let keys = file.unread.filter { key, value in
      let isSection = key.contains(".") || value.members != nil
      let name = isSection ? key.prefix { $0 != "." } + "." : key[...]
      return !inert.contains(String(name)) && !inert.contains(key)
        && (value.number == nil || value.number != neutral[key])
    }.map(\.key)
    guard !keys.isEmpty else { return nil }
    let shown = keys.prefix(8).joined(separator: ", ")
    let rest = keys.count > 8 ? " and \(keys.count - 8) more" : ""
    return "\(file.path): not kept: \(shown)\(rest) (\(reason))"
  }

  /// Keys of `config.json` about training, loading, and the shape of what is returned; and defaults
  /// of generation, which `transformers` passes over there.
  static let configuration: Set<String> = [
    "_attn_implementation", "_attn_implementation_autoset", "_commit_hash", "_flash_attn_2_enabled",
    "_name_or_path", "add_cross_attention", "architectures", "attention_dropout",
    "attention_probs_dropout_prob", "auto_map.", "bad_words_ids", "begin_suppress_tokens",
    "bos_token_id", "chunk_size_feed_forward", "cross_attention_hidden_size",
    "decoder_start_token_id", "diversity_penalty", "do_sample", "dtype", "early_stopping",
    "embd_pdrop", "encoder_no_repeat_ngram_size", "eos_token_id",
    "exponential_decay_length_penalty",
    "finetuning_task", "forced_bos_token_id", "forced_eos_token_id", "full_attn_mod",
    "hidden_dropout", "id2label.", "initializer_range", "input_jitter_noise",
    "interpolate_factor", "is_causal", "is_decoder", "is_encoder_decoder", "label2id.",
    "layer_types", "length_penalty", "max_length", "max_window_layers", "min_length",
    "model_type", "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_return_sequences",
    "output_attentions", "output_hidden_states", "output_router_logits", "output_scores",
    "pad_token_id", "prefix", "pretraining_tp", "problem_type", "pruned_heads", "quantization",
    "quantization.", "quantization_config.", "remove_invalid_values", "repetition_penalty",
    "resid_pdrop", "return_dict", "return_dict_in_generate", "router_aux_loss_coef",
    "sep_token_id", "suppress_tokens", "task_specific_params", "temperature",
    "tie_encoder_decoder", "tokenizer_class", "top_k", "top_p", "torch_dtype", "torchscript",
    "transformers_version", "typical_p", "unk_token_id", "unsloth_fixed", "unsloth_version",
    "use_bfloat16", "use_cache", "use_sliding_window",
  ]

  /// Keys of `tokenizer_config.json` about loading, padding and cutting, and the template, which is
  /// read elsewhere.
  static let tokenizer: Set<String> = [
    "_commit_hash", "add_prefix_space", "added_tokens_decoder.", "additional_special_tokens",
    "backend", "chat_template", "device_map", "errors", "extra_special_tokens",
    "extra_special_tokens.", "is_local", "max_length", "model_input_names",
    "model_max_length", "model_specific_special_tokens.", "name_or_path", "pad_to_multiple_of",
    "pad_token_type_id", "padding_side", "processor_class", "sp_model_kwargs.",
    "spaces_between_special_tokens", "special_tokens_map_file", "stride",
    "tokenizer_file", "truncation_side", "truncation_strategy", "trust_remote_code",
    "use_default_system_prompt", "use_fast", "vocab_file", "sep_token", "cls_token", "mask_token",
    "sep_token.", "cls_token.", "mask_token.", "bos_token.", "eos_token.", "unk_token.",
    "pad_token.", "fix_mistral_regex", "local_files_only",
  ]

  /// Keys of `generation_config.json` without effect on which tokens are chosen.
  static let generation: Set<String> = [
    "_from_model_config", "assistant_confidence_threshold", "assistant_early_exit",
    "assistant_lookbehind", "bos_token_id", "cache_config", "cache_config.",
    "cache_implementation", "compile_config.", "decoder_start_token_id", "disable_compile",
    "do_sample", "max_length", "max_matching_ngram_size", "max_new_tokens", "num_assistant_tokens",
    "num_assistant_tokens_schedule", "output_attentions", "output_hidden_states",
    "output_logits", "output_scores", "pad_token_id", "prefill_chunk_size",
    "prompt_lookup_num_tokens", "remove_invalid_values", "renormalize_logits",
    "return_dict_in_generate", "target_lookbehind", "transformers_version", "trust_remote_code",
    "unk_token_id", "use_cache",
  ]

  /// Values of `generation_config.json` that change nothing.
  static let neutralGeneration: [String: Double] = [
    "encoder_repetition_penalty": 1, "length_penalty": 1, "num_beam_groups": 1, "num_beams": 1,
    "num_return_sequences": 1, "guidance_scale": 1, "typical_p": 1,
  ]
}
