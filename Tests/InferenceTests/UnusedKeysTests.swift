import Foundation
import Phidelity
import Testing

@Suite("Keys and tensors that nothing reads")
struct UnusedKeysTests {
  /// A key, and what it is that asks for another computation.
  struct Case: CustomTestStringConvertible {
    let key: String
    let value: MetadataValue
    let expected: String
    var testDescription: String { key }

    static let refused: [Case] = [
      .init(key: "llama.attention.scale", value: .float32(0.5), expected: "expected 0 or 0.353553"),
      .init(key: "llama.logit_scale", value: .float32(0.0625), expected: "expected 0 or 1"),
      .init(key: "llama.final_logit_softcapping", value: .float32(30), expected: "expected 0"),
      .init(key: "llama.attn_logit_softcapping", value: .float32(50), expected: "expected 0"),
      .init(key: "llama.residual_scale", value: .float32(0.22), expected: "expected 0 or 1"),
      .init(key: "llama.embedding_scale", value: .float32(12), expected: "expected 0 or 1"),
      .init(key: "llama.rope.scaling.factor", value: .float32(8), expected: "expected 0 or 1"),
      .init(key: "llama.rope.scale_linear", value: .float32(4), expected: "expected 0 or 1"),
      .init(key: "llama.rope.scaling.attn_factor", value: .float32(1.19), expected: "expected 1"),
      .init(key: "llama.attention.clamp_kqv", value: .float32(8), expected: "expected 0"),
      .init(key: "llama.attention.max_alibi_bias", value: .float32(8), expected: "expected 0"),
      .init(key: "llama.attention.causal", value: .bool(false), expected: "expected true"),
      .init(key: "llama.use_parallel_residual", value: .bool(true), expected: "expected false"),
      .init(key: "llama.expert_weights_scale", value: .float32(2.5), expected: "expected 0 or 1"),
      .init(key: "llama.expert_shared_count", value: .uint32(2), expected: "expected 0"),
      .init(
        key: "llama.attention.layer_norm_epsilon", value: .float32(0.5), expected: "expected 1e-06"),
      .init(key: "llama.logit_scale", value: .text("big"), expected: "found big"),
      .init(
        key: "tokenizer.ggml.remove_extra_whitespaces", value: .bool(true),
        expected: "expected false"),
      .init(key: "tokenizer.ggml.add_sep_token", value: .bool(true), expected: "expected false"),
      .init(
        key: "tokenizer.ggml.escape_whitespaces", value: .bool(false), expected: "expected true"),
      .init(
        key: "tokenizer.ggml.treat_whitespace_as_suffix", value: .bool(true),
        expected: "expected false"),
      .init(
        key: "tokenizer.ggml.precompiled_charsmap", value: .strings(["x"]),
        expected: "expected an empty list"),
    ]

    static let harmless: [Case] = [
      .init(key: "llama.attention.scale", value: .float32(0.35355338), expected: ""),
      .init(key: "llama.logit_scale", value: .float32(1), expected: ""),
      .init(key: "llama.rope.scaling.factor", value: .float32(1), expected: ""),
      .init(key: "llama.attention.causal", value: .bool(true), expected: ""),
      .init(key: "llama.use_parallel_residual", value: .bool(false), expected: ""),
      .init(key: "llama.expert_count", value: .uint32(0), expected: ""),
      .init(key: "llama.tensor_data_layout", value: .text("Meta AI original pth"), expected: ""),
      .init(key: "tokenizer.ggml.fim_pre_token_id", value: .uint32(3), expected: ""),
      .init(key: "tokenizer.ggml.remove_extra_whitespaces", value: .bool(false), expected: ""),
      .init(key: "tokenizer.huggingface.json", value: .text("{}"), expected: ""),
      .init(key: "tokenizer.chat_template.tool_use", value: .text("x"), expected: ""),
      .init(key: "general.anything", value: .text("x"), expected: ""),
      .init(key: "someone.elses", value: .uint32(3), expected: ""),
    ]
  }

  private func open(_ name: String, _ key: String, _ value: MetadataValue) throws -> Model {
    try EditedModel(name).opened { metadata in
      metadata.removeAll { $0.key == key }
      metadata.append((key, value))
    }
  }

  @Test("A key that asks for another computation is refused", arguments: Case.refused)
  func refuses(item: Case) throws {
    let error = #expect(throws: ModelError.self) { try open("llama", item.key, item.value) }
    #expect(error?.description.contains(item.key) == true)
    #expect(error?.description.contains(item.expected) == true, "\(error?.description ?? "")")
  }

  @Test("A key that changes nothing is passed over", arguments: Case.harmless)
  func passes(item: Case) throws {
    #expect(try open("llama", item.key, item.value).notes.isEmpty)
  }

  @Test("A key that is not known is told")
  func tells() throws {
    #expect(
      try open("llama", "llama.attention.sinks", .bool(true)).notes == [
        "the key llama.attention.sinks is not known and was not used"
      ])
    let model = try EditedModel("phi3").opened {
      $0 += [("phi3.a", .uint32(1)), ("phi3.b", .uint32(1)), ("tokenizer.ggml.c", .uint32(1))]
    }
    #expect(
      model.notes == ["3 keys are not known and were not used: phi3.a, phi3.b, tokenizer.ggml.c"])
  }

  @Test("A way of sampling that the file asks for is told, since it is not applied")
  func tellsSampling() throws {
    let model = try EditedModel("llama").opened {
      $0 += [("general.sampling.top_k", .int32(20)), ("general.sampling.temp", .float32(0.6))]
    }
    #expect(
      model.notes == [
        "the key general.sampling.top_k and 1 more like it asks for a way of sampling that is not "
          + "applied; the options of the command decide"
      ])
  }

  @Test("All fixtures are used whole")
  func fixtures() throws {
    for golden in ModelGolden.all { #expect(try golden.model().notes.isEmpty, "\(golden.name)") }
  }

  @Test(
    "A tensor that the graph has no place for is refused",
    arguments: [
      "blk.0.attn_q_norm.weight", "blk.0.attn_norm.bias", "blk.9.attn_norm.weight",
      "rope_freqs.weight.x", "output_norm.bias", "cls.output.weight", "blk.0.layer_output_scale",
    ])
  func refusesTensors(name: String) throws {
    let edited = try EditedModel("llama")
    let error = #expect(throws: ModelError.self) {
      try edited.opened(adding: [(name, [1, 2, 3, 4])])
    }
    #expect(error?.description.contains(name) == true)
  }

  @Test("Constants that every runtime computes are passed over")
  func passesConstants() throws {
    let model = try EditedModel("llama").opened(
      adding: [("blk.0.attn_rot_embd.weight", [1, 2]), ("rope.rotary_emb.inv_freq", [1])])
    #expect(model.notes.isEmpty)
  }
}
