import GGUF
import Testing

@testable import Quantization

@Suite("Mixes")
struct MixTests {
  /// Formats of Phi-3-mini's matrices: 32 blocks, untied.
  func types(_ mix: Mix, hasImportance: Bool = false) -> [String: TensorType] {
    let rules = MixRules(
      mix,
      for: .init(blocks: 32, queriesPerKey: 1, isTied: false, hasImportance: hasImportance))
    var types: [String: TensorType] = [:]
    for name in ["token_embd.weight", "output.weight"] {
      types[name] = rules.type(of: name, columns: 3072)
    }
    for block in 0..<32 {
      for (name, columns) in [
        ("attn_qkv", 3072), ("attn_output", 3072), ("ffn_up", 3072), ("ffn_down", 8192),
      ] {
        let name = "blk.\(block).\(name).weight"
        types[name] = rules.type(of: name, columns: columns)
      }
    }
    return types
  }

  func count(_ mix: Mix, hasImportance: Bool = false) -> [TensorType: Int] {
    types(mix, hasImportance: hasImportance).values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  @Test("Phi-3-mini gets as many tensors of each format as llama.cpp gives it")
  func counts() {
    #expect(count(.q4_K_M) == [.q4_K: 97, .q6_K: 33])
    #expect(count(.q5_K_M) == [.q5_K: 97, .q6_K: 33])
    #expect(count(.q4_K_S) == [.q4_K: 121, .q5_K: 8, .q6_K: 1])
    #expect(count(.q3_K_M) == [.q3_K: 33, .q4_K: 92, .q5_K: 4, .q6_K: 1])
    #expect(count(.q3_K_L) == [.q3_K: 33, .q5_K: 96, .q6_K: 1])
    #expect(count(.q3_K_S) == [.q3_K: 129, .q6_K: 1])
    #expect(count(.q2_K) == [.q2_K: 33, .q3_K: 96, .q6_K: 1])
    #expect(count(.q8_0) == [.q8_0: 130])
    #expect(count(.q4_0) == [.q4_0: 129, .q6_K: 1])
    #expect(count(.q4_0, hasImportance: true) == [.q4_0: 125, .q4_1: 4, .q6_K: 1])
    #expect(count(.iq4_XS) == [.iq4_XS: 125, .q5_K: 4, .q6_K: 1])
    #expect(count(.f16) == [.f16: 130])
  }

  @Test("More bits go to the first and last eighth and to every third block between")
  func blocks() {
    let types = types(.q4_K_M)
    let better = (0..<32).filter { types["blk.\($0).ffn_down.weight"] == .q6_K }
    #expect(better == [0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31])
  }

  @Test("A tied embedding is treated as the output")
  func tied() {
    let rules = MixRules(
      .q4_K_M, for: .init(blocks: 32, queriesPerKey: 3, isTied: true, hasImportance: false))
    #expect(rules.type(of: "token_embd.weight", columns: 3072) == .q6_K)
  }

  @Test("Rows that are no multiple of 256 fall back to blocks of 32, and odd ones to F16")
  func fallback() {
    #expect(MixRules.fitting(.q4_K, columns: 96) == .q5_0)
    #expect(MixRules.fitting(.q5_K, columns: 96) == .q5_1)
    #expect(MixRules.fitting(.q6_K, columns: 96) == .q8_0)
    #expect(MixRules.fitting(.q3_K, columns: 96) == .q4_0)
    #expect(MixRules.fitting(.iq4_XS, columns: 96) == .iq4_NL)
    #expect(MixRules.fitting(.q4_0, columns: 48) == .f16)
    #expect(MixRules.fitting(.q4_K, columns: 512) == .q4_K)
  }

  @Test(
    "Norms, biases, routers and factors keep their format",
    arguments: [
      ("blk.0.attn_norm.weight", [64], false), ("blk.0.attn_qkv.bias", [64], false),
      ("blk.0.ffn_gate_inp.weight", [64, 16], false), ("rope_factors_long.weight", [48], false),
      ("blk.0.ffn_down_exps.weight", [64, 32, 16], true), ("token_embd.weight", [64, 99], true),
      ("blk.0.attn_qkv.weight", [64, 1], false),
    ])
  func kept(name: String, shape: [Int], isQuantized: Bool) {
    #expect(MixRules.isQuantized(name: name, shape: shape) == isQuantized)
  }

  @Test("Every name is found in any case", arguments: Mix.allCases)
  func names(mix: Mix) {
    #expect(Mix(named: mix.rawValue.lowercased()) == mix)
  }
}
