import Foundation
import Testing

@testable import Quantization

/// Folders with something wrong in them: one line says what, and nothing is written.
struct ConvertErrorTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let folder: String
    let message: String
    let change: @Sendable (FolderEditor) throws -> Void

    init(
      _ name: String, _ folder: String, _ message: String,
      _ change: @escaping @Sendable (FolderEditor) throws -> Void
    ) {
      self.name = name
      self.folder = folder
      self.message = message
      self.change = change
    }

    var testDescription: String { name }
  }

  static let (phi2, mini, mini4) = ("phi-2", "Phi-3-mini-4k-instruct", "Phi-4-mini-instruct")
  static let llama = "tiny-llama-3.2-1M"
  static let shard = "model-00002-of-00003.safetensors"

  static let cases: [Case] = [
    Case("truncated shard", mini, "\(shard): model.norm.weight: ends at byte") {
      try $0.cut(shard, by: 10)
    },
    Case("shard without a header", mini, "the file is cut short, or no safetensors file") {
      try $0.cut(shard, to: 100)
    },
    Case("empty shard", mini, "\(shard): is empty: the download did not finish") {
      try $0.cut(shard, to: 0)
    },
    Case("missing shard", mini, "\(shard): is missing, one of 3 files that the index names") {
      try $0.remove(shard)
    },
    Case("tensor not where the index says", mini, "x.weight is missing, which the index names") {
      try $0.replace(
        "\"weight_map\": {", by: "\"weight_map\": { \"x.weight\": \"\(shard)\",", in: index)
    },
    Case("shard outside the folder", mini, "found '../\(shard)', expected a file's name") {
      try $0.replace("\"\(shard)\"", by: "\"../\(shard)\"", in: index)
    },
    Case("index without a map", mini, "index.json: weight_map is missing") {
      try $0.write("{}", to: index)
    },
    Case("no weights", phi2, "holds no model.safetensors") { try $0.remove(weights) },
    Case("missing tensor", phi2, "lm_head.weight: tensor is missing") {
      try $0.replace("lm_head.weight", by: "lm_head.weighs", in: weights)
    },
    Case("unexpected tensors", llama, "more: unexpected in a model of 1 llama blocks") {
      try $0.replace("\"num_hidden_layers\": 2", by: "\"num_hidden_layers\": 1", in: config)
    },
    Case("other shape", llama, "model.embed_tokens.weight: found [305, 8], expected [304, 8]") {
      try $0.replace("\"vocab_size\": 305", by: "\"vocab_size\": 304", in: config)
    },
    Case("other format", phi2, "found I16, expected F32, F16 or BF16") {
      try $0.replace("\"F16\"", by: "\"I16\"", in: weights)
    },
    Case("huge header", phi2, "found a header of 4611686018427387904 bytes") {
      try $0.overwrite(weights, at: 0, [0, 0, 0, 0, 0, 0, 0, 0x40])
    },
    Case("broken header", phi2, "no JSON: expected a name in quotes at byte 1") {
      try $0.overwrite(weights, at: 9, [0x41])
    },
    Case("no configuration", phi2, "config.json: no such file") { try $0.remove(config) },
    Case("broken configuration", phi2, "config.json: no JSON") { try $0.cut(config, by: 3) },
    Case("no architecture", phi2, "config.json: architectures: is missing") {
      try $0.replace("\"architectures\"", by: "\"architecture\"", in: config)
      try $0.replace("\"model_type\"", by: "\"model_typo\"", in: config)
    },
    Case("unknown architecture", phi2, "found 'GemmaForCausalLM', expected one of PhiForCausalLM") {
      try $0.replace("PhiForCausalLM", by: "GemmaForCausalLM", in: config)
    },
    Case("quantized weights", phi2, "quantized already (awq)") {
      try $0.replace("{", by: "{\"quantization_config\": {\"quant_method\": \"awq\"},", in: config)
    },
    Case("other activation", phi2, "hidden_act: found 'relu', expected gelu_new") {
      try $0.replace("gelu_new", by: "relu", in: config)
    },
    Case("odd heads", phi2, "num_key_value_heads: found 2, expected a divisor of 3") {
      try $0.replace("\"num_attention_heads\": 2", by: "\"num_attention_heads\": 3", in: config)
    },
    Case("number as text", phi2, "hidden_size: found '16', expected a whole number") {
      try $0.replace("\"hidden_size\": 16", by: "\"hidden_size\": \"16\"", in: config)
    },
    Case("other rotation", llama, "rope_parameters.rope_type: found 'yarn'") {
      try $0.replace("\"llama3\"", by: "\"yarn\"", in: config)
    },
    Case("factors of another length", mini4, "short_factor: found 6 elements, expected 8") {
      try $0.replace(
        "\"partial_rotary_factor\": 0.75", by: "\"partial_rotary_factor\": 1", in: config)
    },
    Case("no tokenizer", phi2, "found no byte-pair vocabulary, expected tokenizer.json") {
      try $0.remove("tokenizer.json")
    },
    Case("unknown splitter", llama, "pre_tokenizer: found the unknown expression") {
      try $0.replace(#"\\p{N}{1,3}"#, by: #"\\p{N}{1,4}"#, in: "tokenizer.json")
    },
    Case("broken SentencePiece model", mini, "tokenizer.model: no SentencePiece model") {
      try $0.cut("tokenizer.model", by: 1)
    },
    Case("merge of unknown pieces", phi2, "merges: merge 0") {
      try $0.replace("\"merges\":[[\"", by: "\"merges\":[[\"¿¿", in: "tokenizer.json")
    },
  ]

  static let (weights, config) = ("model.safetensors", "config.json")
  static let index = "model.safetensors.index.json"

  @Test(arguments: cases)
  func namesWhatIsWrong(_ test: Case) throws {
    let editor = try FolderEditor(test.folder)
    try test.change(editor)
    let error = #expect(throws: (any Error).self) {
      try HuggingFaceModel(folder: editor.path)
    }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.contains(test.message), "\(line)")
    #expect(!line.contains("\n"))
  }

  @Test(arguments: [Mix.f16, .f32, .q8_0])
  func namesWeightsThatAreNoNumbers(_ mix: Mix) throws {
    let editor = try FolderEditor(Self.phi2)
    let size = try editor.read(Self.weights).count
    // The last value of the last tensor, as the half NaN.
    try editor.overwrite(Self.weights, at: size - 2, [0x00, 0x7E])
    let model = try HuggingFaceModel(folder: editor.path)
    let target = "\(editor.path)/out.gguf"
    let error = #expect(throws: QuantizationError.self) {
      try ModelFileWriter(threads: 1).write(
        model.items(mix), metadata: model.metadata(mix), to: target)
    }
    let line = error?.description ?? ""
    #expect(line.contains("found nan in row"), "\(line)")
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test func survivesAnyDamage() throws {
    var random = SplitMix(state: 1)
    for golden in ConvertGolden.all {
      let files = try FileManager.default.contentsOfDirectory(atPath: golden.path).sorted().filter {
        $0 != "expected.json"
      }
      for _ in 0..<40 {
        let editor = try FolderEditor(golden.name)
        let file = files.randomElement(using: &random)!
        var content = try editor.read(file)
        if Bool.random(using: &random) {
          content.removeLast(Int.random(in: 0...content.count, using: &random))
        } else {
          for _ in 0..<Int.random(in: 1...8, using: &random) {
            // Mostly where the structure is.
            let end = Bool.random(using: &random) ? content.count : min(content.count, 600)
            let place = Int.random(in: 0..<end, using: &random)
            content[place] = UInt8.random(in: 0...255, using: &random)
          }
        }
        try editor.write(content, to: file)
        guard let model = try? HuggingFaceModel(folder: editor.path) else { continue }
        try? ModelFileWriter(threads: 1).write(
          model.items(.f16), metadata: model.metadata(.f16), to: "\(editor.path)/out.gguf")
      }
    }
  }
}

/// A copy of a folder that can be spoiled.
final class FolderEditor {
  private let folder: TemporaryFolder
  let path: String

  init(_ name: String) throws {
    folder = try TemporaryFolder()
    path = "\(folder.path)/\(name)"
    try FileManager.default.copyItem(atPath: "\(ConvertGolden.folder)/\(name)", toPath: path)
  }

  func read(_ file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)")))
  }

  func write(_ bytes: [UInt8], to file: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
  }

  func write(_ text: String, to file: String) throws { try write(Array(text.utf8), to: file) }

  func remove(_ file: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(file)")
  }

  func cut(_ file: String, by count: Int) throws { try write(read(file).dropLast(count), to: file) }

  func cut(_ file: String, to count: Int) throws { try write(read(file).prefix(count), to: file) }

  func overwrite(_ file: String, at offset: Int, _ bytes: [UInt8]) throws {
    var content = try read(file)
    content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    try write(content, to: file)
  }

  /// Replaces the first occurrence of a text.
  func replace(_ old: String, by new: String, in file: String) throws {
    let content = try read(file)
    let (old, new) = (Array(old.utf8), Array(new.utf8))
    let place = try #require(
      content.indices.first { content[$0...].starts(with: old) }, "\(file) has no such text")
    try write(Array(content[..<place] + new + content[(place + old.count)...]), to: file)
  }

  private func write(_ bytes: ArraySlice<UInt8>, to file: String) throws {
    try write(Array(bytes), to: file)
  }
}

/// Random numbers that are the same in every run (Steele and others, 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
