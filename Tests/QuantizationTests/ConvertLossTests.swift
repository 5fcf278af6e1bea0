import Foundation
import GGUF
import Inference
import Testing
import Tokenization

@testable import Quantization

/// What a folder says is in the file, in a note, or an error.
struct ConvertLossTests {
  static let (phi2, mini, mini4) = ("phi-2", "Phi-3-mini-4k-instruct", "Phi-4-mini-instruct")
  static let (moe, llama) = ("Phi-mini-MoE-instruct", "tiny-llama-3.2-1M")
  static let (config, tokenizer) = ("config.json", "tokenizer.json")
  static let (settings, weights) = ("tokenizer_config.json", "model.safetensors")

  typealias Case = ConvertErrorTests.Case

  static let wrongFiles: [Case] = [
    (
      "a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 42904\n"
    ),
    ("a web page (HTML)", "\n<!DOCTYPE html><html><body>Sign in</body></html>"),
    ("a server's answer", "Entry not found"), ("is empty", ""),
    ("compressed with gzip", "\u{1F}\u{8B}\u{8}abcdefgh"),
    ("a ZIP archive", "PK\u{3}\u{4}abcdefgh"),
  ].flatMap { found, content in
    [weights, tokenizer, config, settings].map { file in
      Case("\(found) as \(file)", mini4, found) { editor in
        try editor.write(Array(content.unicodeScalars.map { UInt8($0.value) }), to: file)
      }
    }
  }

  static let cases: [Case] = [
    Case("pickle", mini4, "is a Python pickle") {
      try $0.write([0x80, 2, 0x8A, 10, 0x6C], to: weights)
    },
    Case("zeros", mini4, "begins with zeros: the download did not finish") {
      try $0.write([UInt8](repeating: 0, count: 4096), to: weights)
    },
    Case("GGUF as safetensors", mini4, "is a GGUF file; expected a safetensors file") {
      try $0.write("GGUF0000000000", to: weights)
    },
    Case("unfinished download", mini4, "model.safetensors.incomplete is a download that did not") {
      try $0.remove(weights)
      try $0.write("x", to: "model.safetensors.incomplete")
    },
    Case("adapter alone", mini4, "adapter_config.json: is an adapter (LORA) and no model: merge it")
    {
      try $0.remove(config)
      try $0.write(#"{"peft_type": "LORA", "base_model_name_or_path": "a/b"}"#, to: adapter)
    },
    Case("adapter beside", mini4, "is an adapter (LoRA) beside a model") {
      try $0.write("x", to: "adapter_model.safetensors")
    },
    Case("unmerged names", phi2, "a name of PEFT's: the adapter was not merged") {
      try $0.replace(
        "model.layers.0.mlp.fc1.weight", by: "model.layers.0.fc1.lora_A.wei", in: weights)
    },
    Case("names inside another model", llama, "expected the name model.embed_tokens.weight") {
      try $0.replace("model.embed_tokens.weight", by: "other.embed_tokens.weight", in: weights)
    },
    Case(
      "token beyond the embedding", mini4,
      "the token '<|b|>' has the id 307, but the embedding has 307 rows"
    ) {
      try $0.replace(
        "],\"normalizer\"",
        by: ",\(token(305)),\(token(306, "a")),\(token(307, "b"))],\"normalizer\"", in: tokenizer)
    },
    Case("an id that is not the next", mini4, "has the id 306, but transformers gives it 305") {
      try $0.replace("],\"normalizer\"", by: ",\(token(306))],\"normalizer\"", in: tokenizer)
    },
    Case("new special token", mini4, "additional_special_tokens: the token '<x3>' has the id 307") {
      try $0.replace(
        "{", by: #"{"additional_special_tokens": ["<x1>", "<x2>", "<x3>"], "#, in: settings)
    },
    Case("normalizer", mini4, "normalizer: found NFC, which GGUF has no place for") {
      try $0.replace("\"normalizer\":null", by: "\"normalizer\":{\"type\":\"NFC\"}", in: tokenizer)
    },
    Case("normalizer of pieces", moe, "normalizer: found Lowercase") {
      try $0.replace(
        "\"normalizers\":[", by: "\"normalizers\":[{\"type\":\"Lowercase\"},", in: tokenizer)
    },
    Case("dropout", mini4, "model.dropout: found 0.5") {
      try $0.replace("\"dropout\":null", by: "\"dropout\":0.5", in: tokenizer)
    },
    Case("model type", mini4, "model.type: found 'Unigram', expected BPE") {
      try $0.replace("\"type\":\"BPE\"", by: "\"type\":\"Unigram\"", in: tokenizer)
    },
    Case("post-processor", mini4, "post_processor: found 'BertProcessing'") {
      try $0.replace(
        "\"post_processor\":null", by: "\"post_processor\":{\"type\":\"BertProcessing\"}",
        in: tokenizer)
    },
    Case("tokenizer class", llama, "tokenizer_class: found 'Qwen2Tokenizer'") {
      try $0.replace("PreTrainedTokenizerFast", by: "Qwen2Tokenizer", in: settings)
    },
    Case("another family", mini4, "model_type: found 'llama', expected 'phi3'") {
      try $0.replace("\"model_type\": \"phi3\"", by: "\"model_type\": \"llama\"", in: config)
    },
    Case("not causal", llama, "is_causal: found false") {
      try $0.replace("{", by: "{\"is_causal\": false,", in: config)
    },
    Case("a window of nothing", mini4, "sliding_window: found 0") {
      try $0.replace("\"sliding_window\": 40", by: "\"sliding_window\": 0", in: config)
    },
    Case("another routing", moe, "router_jitter_noise: found 0.5, expected 0.01") {
      try $0.replace(
        "\"router_jitter_noise\": 0.01", by: "\"router_jitter_noise\": 0.5", in: config)
    },
    Case("biases without a place", moe, "bias and 7 more: unexpected") {
      try $0.replace("\"attention_bias\": true", by: "\"attention_bias\": false", in: config)
    },
    Case("bias that is missing", llama, "layers.0.mlp.gate_proj.bias: tensor is missing") {
      try $0.replace("\"mlp_bias\": false", by: "\"mlp_bias\": true", in: config)
    },
    Case("linear without a factor", llama, "rope_parameters.factor: is missing") {
      try $0.replace("\"factor\": 8.0", by: "\"factor\": null", in: config)
    },
  ]

  static let adapter = "adapter_config.json"

  /// A token beside the trained ones, in `tokenizer.json`.
  static func token(_ id: Int, _ name: String = "x", flags: String = "") -> String {
    "{\"id\":\(id),\"content\":\"<|\(name)|>\",\"special\":true\(flags)}"
  }

  @Test(arguments: cases + wrongFiles)
  func namesWhatIsWrong(_ test: Case) throws {
    let editor = try FolderEditor(test.folder)
    try test.change(editor)
    let error = #expect(throws: (any Error).self) { try HuggingFaceModel(folder: editor.path) }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains(test.message), "\(line)")
    #expect(!line.contains("\n"))
  }

  @Test(arguments: ConvertGolden.all)
  func saysNothingOfOrdinaryFolders(_ golden: ConvertGolden) throws {
    let model = try HuggingFaceModel(folder: golden.path)
    // The one folder without tokenizer.json, whose class splits as SentencePiece does not.
    #expect(model.notes.allSatisfy { $0.contains(": legacy: ") }, "\(model.notes)")
  }

  @Test func keepsAnOutputOfItsOwn() throws {
    let editor = try FolderEditor(Self.llama)
    try editor.replace(
      "\"tie_word_embeddings\": false", by: "\"tie_word_embeddings\": true", in: Self.config)
    let model = try HuggingFaceModel(folder: editor.path)
    #expect(model.tensors.contains { $0.name == "output.weight" })
    #expect(model.notes.contains { $0.contains("lm_head.weight: differs from the embedding") })
  }

  @Test func leavesOutAnOutputThatIsTheEmbedding() throws {
    let editor = try FolderEditor(Self.llama)
    try editor.replace(
      "\"tie_word_embeddings\": false", by: "\"tie_word_embeddings\": true", in: Self.config)
    // Both names for the same values.
    let content = try editor.read(Self.weights)
    let length = Int(content[0]) + Int(content[1]) << 8
    let header = try ModelFolder.parse(Array(content[8..<8 + length]), Self.weights)
    let places = try ["model.embed_tokens.weight", "lm_head.weight"].map { name in
      try #require(header[name]?["data_offsets"]?.array?.first?.integer) + 8 + length
    }
    let size = 305 * 8 * 4
    try editor.overwrite(Self.weights, at: places[1], Array(content[places[0]..<places[0] + size]))
    let model = try HuggingFaceModel(folder: editor.path)
    #expect(!model.tensors.contains { $0.name == "output.weight" })
    #expect(model.notes.isEmpty, "\(model.notes)")
  }

  @Test func writesTheTiedOutputThatPhi2Needs() throws {
    let editor = try FolderEditor(Self.phi2)
    try editor.replace(
      "\"tie_word_embeddings\": false", by: "\"tie_word_embeddings\": true", in: Self.config)
    let target = "\(editor.path)/out.gguf"
    let model = try HuggingFaceModel(folder: editor.path)
    try ModelFileWriter(threads: 1).write(
      model.items(.f16), metadata: model.metadata(.f16), to: target)
    _ = try Model(GGUFFile(path: target))
  }

  @Test func stopsWhereTheFolderSays() throws {
    let editor = try FolderEditor(Self.mini4)
    try editor.write(
      "{\"eos_token_id\": [300, 301, 303, 304, 999], \"num_beams\": 4, \"repetition_penalty\": 1.25}",
      to: "generation_config.json")
    let model = try HuggingFaceModel(folder: editor.path)
    let metadata = GGUFMetadata(model.metadata(.f16), source: editor.path)
    #expect(try Tokenizer(metadata).endOfGeneration == [300, 301, 302, 303, 304])
    #expect(try metadata.integer("tokenizer.ggml.eom_token_id", in: 0...999) == 301)
    #expect(try metadata.integerArray(Vocabulary.endsKey) == [303, 304])
    #expect(metadata["general.sampling.penalty_repeat"] != nil)
    for part in ["no key for 2 of the tokens", "no token 999", "not kept: num_beams"] {
      #expect(model.notes.contains { $0.contains(part) }, "\(part): \(model.notes)")
    }
  }

  @Test func takesTheFlagsOfTheTokenizersConfiguration() throws {
    let editor = try FolderEditor(Self.mini4)
    let entry =
      "{\"303\": {\"content\": \"<|user|>\", \"special\": true, \"normalized\": false, \"rstrip\": false}}"
    try editor.replace("{", by: "{\"added_tokens_decoder\": \(entry), ", in: Self.settings)
    let model = try HuggingFaceModel(folder: editor.path)
    let tokenizer = try Tokenizer(GGUFMetadata(model.metadata(.f16), source: editor.path))
    #expect(tokenizer.encode("<|user|> a<|end|> a", addBOS: false) == [303, 262, 302, 64])
    #expect(model.notes.contains { $0.contains("phidelity.tokenizer.rstrip_tokens") })
  }

  @Test func namesKeysThatNobodyKnows() throws {
    let editor = try FolderEditor(Self.llama)
    try editor.replace(
      "{", by: "{\"logits_scaling\": 8.0, \"sliding_window\": 64, \"mlp_offset\": 0,",
      in: Self.config)
    let model = try HuggingFaceModel(folder: editor.path)
    #expect(model.notes.count == 1)
    #expect(model.notes[0].contains("config.json: not kept: logits_scaling, sliding_window ("))
  }

  @Test func readsABareModel() throws {
    let editor = try FolderEditor(Self.mini4)
    let content = try editor.read(Self.weights)
    let length = Int(content[0]) + Int(content[1]) << 8
    let header = String(decoding: content[8..<8 + length], as: UTF8.self)
      .replacingOccurrences(of: "\"model.", with: "\"")
    let count = header.utf8.count
    try editor.write(
      [UInt8(count & 255), UInt8(count >> 8), 0, 0, 0, 0, 0, 0] + Array(header.utf8)
        + content[(8 + length)...], to: Self.weights)
    #expect(try HuggingFaceModel(folder: editor.path).tensors.count > 10)
  }
}
