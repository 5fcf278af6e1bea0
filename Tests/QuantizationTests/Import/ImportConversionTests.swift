import Foundation
import GGUF
import Inference
import Testing

@testable import Quantization

/// Folders of other runtimes that become GGUF files.
@Suite("Conversion of other runtimes' folders")
struct ImportConversionTests {
  @Test(
    "Weights are kept as they are, bit for bit where a format holds them",
    arguments: [
      "mlx-mixed", "mlx-bf16", "onnx-symmetric", "onnx-asymmetric", "onnx-qdq", "openvino",
    ], [ImportPrecision.blocks, .f16])
  func keepsWeights(name: String, precision: ImportPrecision) throws {
    let folder = try ImportFolder(name)
    let golden = try ImportGolden.load(name)
    let blocks = golden.tensors.keys.count { $0.hasSuffix("input_layernorm.weight") }
    let store = try #require(try ImportedModel.open(path: folder.path, precision: precision))
    let file = try folder.convert(nil, precision: precision)
    let isTied = file.tensor(named: "output.weight") == nil
    #expect(file.tensors.count == 6 * blocks + (isTied ? 2 : 3))
    for tensor in file.tensors {
      let hf = try #require(Self.huggingFaceName(tensor.name))
      let source = try store.source(named: hf, as: tensor.name)
      let values = try StoredTensor(tensor, in: file).values()
      if source.rounding == nil {
        #expect(values.fnv == golden.tensors[hf]?.hash, "\(tensor.name) as \(tensor.type.name)")
      } else if source.type == .f16 {
        let rounded = try source.values().map { Float(Float16($0)) }
        #expect(values == rounded, "\(tensor.name)")
      } else {
        #expect(precision == .blocks)
        let exact = try source.values()
        #expect(exact.fnv == golden.tensors[hf]?.hash)
        expectChanges(values, exact, atMost: try #require(source.rounding?.change), tensor.name)
      }
      // Single precision that holds no more than half precision is written as that.
      let kept = source.type == .f32 ? .f16 : source.type
      #expect(tensor.type == (tensor.shape.count > 1 ? kept : .f32), "\(tensor.name)")
    }
    _ = try Model(file)
  }

  @Test(
    "One line says what is kept and what is not",
    arguments: [
      (
        "mlx-mixed", 3,
        "MLX's weights: 10 matrices, 4 exactly as Q4_1; 1 exactly as F16; 1 exactly as Q4_0; "
          + "1 exactly as Q5_1; "
          + "2 as F16 (14.3 KB): 6-bit codes with biases are in no format; "
          + "1 as F16 (16.4 KB): 8-bit codes with biases are in no format"
      ),
      (
        "onnx-symmetric", 2,
        "ONNX Runtime's weights: 6 matrices, 3 exactly as Q4_0; 2 exactly as F16; "
          + "1 exactly as Q8_0"
      ),
    ])
  func notes(name: String, fileType: Int, note: String) throws {
    let folder = try ImportFolder(name)
    let model = try HuggingFaceModel(folder: folder.path, precision: .f16)
    #expect(model.path == folder.path)
    #expect(model.importNote(nil) == note)
    #expect(model.importNote(.q8_0)?.contains("Q8_0 loses more") == true)
    let type = model.metadata(nil).first { $0.key == "general.file_type" }?.value
    #expect(type?.integer == fileType)
  }

  @Test("What is rounded is said with the largest change of a weight")
  func noteOfRounding() throws {
    let folder = try ImportFolder("mlx-mixed")
    let model = try HuggingFaceModel(folder: folder.path)
    let note = try #require(model.importNote(nil))
    #expect(
      note.hasPrefix(
        "MLX's weights: 10 matrices, 4 exactly as Q4_1; 1 exactly as F16; 1 exactly as Q4_0; "
          + "1 exactly as Q5_1; "
          + "2 as Q8_0 (12.0 KB): offsets are no multiples of the scales, the nearest codes are taken"
      ),
      "\(note)")
    #expect(note.contains(", weights change by at most 0."), "\(note)")
    #expect(note.contains("; 1 as Q8_0 (4.4 KB): scales are rounded to half precision"), "\(note)")
    #expect(note.hasSuffix("; --exact-values rounds neither codes nor scales"), "\(note)")
  }

  @Test("A type that is asked for goes before what the folder has", arguments: [Mix.q8_0, .f16])
  func encodesAgain(mix: Mix) throws {
    let file = try ImportFolder("mlx-mixed").convert(mix)
    for tensor in file.tensors where tensor.shape.count > 1 {
      #expect(tensor.type == mix.base, "\(tensor.name)")
    }
  }

  @Test("A tied model whose output was quantized apart gets an output of its own")
  func untiedOutput() throws {
    let folder = try ImportFolder(
      "mlx-mixed", replacing: [("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true")])
    let file = try folder.convert(nil)
    #expect(file.tensor(named: "output.weight")?.type == .q8_0)
    #expect(file.tensor(named: "token_embd.weight")?.type == .q4_1)
  }

  @Test("Without config.json the error says what is needed beside the runtime's own file")
  func missingConfiguration() throws {
    let folder = try ImportFolder("onnx-symmetric")
    try FileManager.default.removeItem(atPath: "\(folder.path)/config.json")
    try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/genai_config.json"))
    let error = #expect(throws: QuantizationError.self) {
      try HuggingFaceModel(folder: folder.path)
    }
    #expect(
      error?.description.hasSuffix(
        "config.json: no such file; genai_config.json does not say all of it, expected the original "
          + "model's beside it") == true, "\(error?.description ?? "")")
  }

  @Test("A configuration of another shape is refused with the tensor's name")
  func otherShape() throws {
    let folder = try ImportFolder(
      "openvino", replacing: [("\"intermediate_size\": 128", "\"intermediate_size\": 96")])
    let error = #expect(throws: QuantizationError.self) {
      try HuggingFaceModel(folder: folder.path)
    }
    #expect(
      error?.description.hasSuffix(
        "mlp.gate_up_proj.weight: found [256, 64], expected [192, 64]") == true,
      "\(error?.description ?? "")")
  }

  @Test("What is fused in the folder is taken apart for architectures that have it apart")
  func takesFusedApart() throws {
    let folder = try ImportFolder(
      "onnx-symmetric",
      replacing: [
        ("Phi3ForCausalLM", "LlamaForCausalLM"),
        ("\"model_type\": \"phi3\"", "\"model_type\": \"llama\""),
      ])
    let file = try folder.convert(nil)
    let store = try ONNXFolder(path: folder.path)
    let whole = try store.source(named: "model.layers.0.self_attn.qkv_proj.weight", as: "x")
    let values = try StoredTensor(
      try #require(file.tensor(named: "blk.0.attn_v.weight")), in: file
    ).values()
    #expect(file.tensor(named: "blk.0.attn_q.weight")?.shape == [64, 64])
    #expect(file.tensor(named: "blk.0.attn_v.weight")?.type == .q4_0)
    #expect(try values == Array(whole.values()[(80 * 64)...]))
  }

  private static func huggingFaceName(_ name: String) -> String? {
    let parts = name.split(separator: ".")
    let outer = [
      "token_embd": "model.embed_tokens", "output": "lm_head", "output_norm": "model.norm",
    ]
    let inner = [
      "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
      "attn_qkv": "self_attn.qkv_proj", "attn_output": "self_attn.o_proj",
      "ffn_up": "mlp.gate_up_proj", "ffn_down": "mlp.down_proj",
    ]
    if parts.count == 2 { return outer[String(parts[0])].map { $0 + ".weight" } }
    return inner[String(parts[2])].map { "model.layers.\(parts[1]).\($0).weight" }
  }
}

/// A copy of a folder of the import tests with what makes it a model: a configuration and the
/// smallest tokenizer.
final class ImportFolder {
  private let folder: TemporaryFolder
  let path: String

  init(_ name: String, replacing changes: [(String, String)] = []) throws {
    folder = try TemporaryFolder()
    path = "\(folder.path)/\(name)"
    try FileManager.default.copyItem(atPath: ImportGolden.path(name), toPath: path)
    let isMLX = name.hasPrefix("mlx")
    var config = try String(
      contentsOfFile: ImportGolden.path(isMLX ? name : "mlx-bf16") + "/config.json", encoding: .utf8
    )
    var changes = changes
    if !isMLX { changes += [("\"quantization", "\"was_quantization")] }
    if name == "onnx-asymmetric" {
      changes += [
        ("\"hidden_size\": 64", "\"hidden_size\": 128"),
        ("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true"),
      ]
    }
    for (old, new) in changes { config = config.replacing(old, with: new) }
    try write(config, to: "config.json")
    let words = (0..<48).map { "\"t\($0)\": \($0)" }.joined(separator: ", ")
    try write(
      "{\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"String\": \" \"}, "
        + "\"content\": \"▁\"}, \"decoder\": {\"type\": \"Metaspace\"}, \"model\": {\"type\": \"BPE\", "
        + "\"byte_fallback\": true, \"fuse_unk\": true, \"unk_token\": \"t0\", "
        + "\"vocab\": {\(words)}, \"merges\": []}}", to: "tokenizer.json")
  }

  /// The folder as a file, which is gone when the folder is no longer used.
  func convert(_ mix: Mix?, precision: ImportPrecision = .blocks) throws -> GGUFFile {
    let model = try HuggingFaceModel(folder: path, precision: precision)
    let target = "\(folder.path)/model.gguf"
    try ModelFileWriter(threads: 2).write(
      model.items(mix), metadata: model.metadata(mix), to: target)
    return try GGUFFile(path: target)
  }

  private func write(_ text: String, to file: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
  }
}
