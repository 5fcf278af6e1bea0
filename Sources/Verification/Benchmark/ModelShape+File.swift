import Foundation
import GGUF
import Inference
import Quantization

extension ModelShape {
  /// A tensor's name and dimensions, the contiguous one first.
  typealias Entry = (name: String, shape: [Int])

  /// The tensors of a file of this shape, under GGUF's names.
  var tensors: [Entry] {
    let outer: [Entry] = [("token_embd.weight", [embeddingLength, vocabularySize])]
    let factors: [Entry] =
      originalContextLength == nil
      ? []
      : ["rope_factors_long.weight", "rope_factors_short.weight"].map {
        ($0, [rotaryDimensions / 2])
      }
    let output: [Entry] =
      norm("output_norm") + (isTied ? [] : projection("output", embeddingLength, vocabularySize))
    return outer + factors + (0..<blockCount).flatMap { block("blk.\($0)") } + output
  }

  private var hasBiases: Bool { architecture == .phi2 || architecture == .phimoe }

  private func norm(_ name: String) -> [Entry] {
    [("\(name).weight", [embeddingLength])]
      + (hasBiases ? [("\(name).bias", [embeddingLength])] : [])
  }

  private func projection(_ name: String, _ inputs: Int, _ outputs: Int) -> [Entry] {
    [("\(name).weight", [inputs, outputs])] + (hasBiases ? [("\(name).bias", [outputs])] : [])
  }

  private func matrix(_ name: String, _ inputs: Int, _ outputs: Int) -> Entry {
    ("\(name).weight", expertCount > 0 ? [inputs, outputs, expertCount] : [inputs, outputs])
  }

  private func block(_ prefix: String) -> [Entry] {
    let (width, inner) = (embeddingLength, feedForwardLength)
    let (queries, keys) = (headCount * headSize, kvHeadCount * headSize)
    let attention: [Entry] =
      switch architecture {
      case .phi2, .phi3: projection("\(prefix).attn_qkv", width, queries + 2 * keys)
      case .phimoe, .llama:
        projection("\(prefix).attn_q", width, queries) + projection("\(prefix).attn_k", width, keys)
          + projection("\(prefix).attn_v", width, keys)
      }
    let network: [Entry] =
      switch architecture {
      case .phi2:
        projection("\(prefix).ffn_up", width, inner)
          + projection("\(prefix).ffn_down", inner, width)
      case .phi3:
        [matrix("\(prefix).ffn_up", width, 2 * inner), matrix("\(prefix).ffn_down", inner, width)]
      case .llama:
        [
          matrix("\(prefix).ffn_gate", width, inner), matrix("\(prefix).ffn_up", width, inner),
          matrix("\(prefix).ffn_down", inner, width),
        ]
      case .phimoe:
        [
          ("\(prefix).ffn_gate_inp.weight", [width, expertCount]),
          matrix("\(prefix).ffn_gate_exps", width, inner),
          matrix("\(prefix).ffn_up_exps", width, inner),
          matrix("\(prefix).ffn_down_exps", inner, width),
        ]
      }
    return norm("\(prefix).attn_norm") + attention
      + projection("\(prefix).attn_output", queries, width)
      + (architecture == .phi2 ? [] : norm("\(prefix).ffn_norm")) + network
  }

  /// The tensors with the formats that a mix gives them.
  func descriptions(_ mix: Mix) -> [TensorDescription] {
    let rules = MixRules(
      mix,
      for: MixRules.Model(
        blocks: blockCount, queriesPerKey: headCount / kvHeadCount, isTied: isTied,
        hasImportance: false))
    return tensors.map { name, shape in
      let type =
        MixRules.isQuantized(name: name, shape: shape)
        ? rules.type(of: name, columns: shape[0]) : .f32
      return TensorDescription(name: name, type: type, shape: shape)
    }
  }

  /// The metadata of a file of this shape, with a vocabulary of made-up pieces.
  func metadata(_ mix: Mix) -> [(key: String, value: MetadataValue)] {
    let prefix = architecture.rawValue
    func number(_ key: String, _ value: Int) -> (key: String, value: MetadataValue) {
      ("\(prefix).\(key)", .uint32(UInt32(value)))
    }
    let epsilon = architecture == .phi2 ? "layer_norm_epsilon" : "layer_norm_rms_epsilon"
    var pairs: [(key: String, value: MetadataValue)] = [
      ("general.architecture", .text(prefix)), ("general.name", .text("\(name), synthetic")),
      ("general.file_type", .uint32(mix.fileType)),
      ("general.quantization_version", .uint32(2)),
      number("block_count", blockCount), number("context_length", contextLength),
      number("embedding_length", embeddingLength),
      number("feed_forward_length", feedForwardLength),
      number("attention.head_count", headCount), number("attention.head_count_kv", kvHeadCount),
      number("rope.dimension_count", rotaryDimensions),
      number("vocab_size", vocabularySize),
      ("\(prefix).attention.\(epsilon)", .float32(1e-5)),
      ("\(prefix).rope.freq_base", .float32(10000)),
    ]
    if headSize * headCount != embeddingLength {
      pairs += [
        number("attention.key_length", headSize), number("attention.value_length", headSize),
      ]
    }
    if architecture == .phi3 {
      pairs.append(number("attention.sliding_window", slidingWindow ?? 0))
    }
    if let original = originalContextLength {
      let scale = Float(contextLength) / Float(original)
      let factor = (1 + log(scale) / log(Float(original))).squareRoot()
      pairs += [
        number("rope.scaling.original_context_length", original),
        ("\(prefix).rope.scaling.attn_factor", .float32(factor)),
      ]
    }
    if expertCount > 0 {
      pairs += [number("expert_count", expertCount), number("expert_used_count", 2)]
    }
    return pairs + vocabulary
  }

  /// A SentencePiece vocabulary: marks, the bytes, and numbered pieces.
  ///
  /// llama.cpp takes a file named after Phi-3 only if it has `<|endoftext|>`.
  private var vocabulary: [(key: String, value: MetadataValue)] {
    let marks = ["<unk>", "<s>", "</s>", "<|endoftext|>"]
    let bytes = (0..<256).map { String(format: "<0x%02X>", $0) }
    let pieces = (0..<vocabularySize - marks.count - bytes.count).map { "▁\($0)" }
    let kinds: [Int32] = [2, 3, 3, 3] + bytes.map { _ in 6 } + pieces.map { _ in 1 }
    return [
      ("tokenizer.ggml.model", .text("llama")), ("tokenizer.ggml.pre", .text("default")),
      ("tokenizer.ggml.tokens", .strings(marks + bytes + pieces)),
      ("tokenizer.ggml.scores", .floats((0..<vocabularySize).map { -Float($0) })),
      ("tokenizer.ggml.token_type", .integers(kinds)),
      ("tokenizer.ggml.bos_token_id", .uint32(1)), ("tokenizer.ggml.eos_token_id", .uint32(2)),
      ("tokenizer.ggml.unknown_token_id", .uint32(0)),
      ("tokenizer.ggml.add_bos_token", .bool(true)),
    ]
  }
}
