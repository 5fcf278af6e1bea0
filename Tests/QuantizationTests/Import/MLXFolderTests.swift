import GGUF
import Testing

@testable import Quantization

@Suite("MLX folders")
struct MLXFolderTests {
  @Test("Values are those of mlx, bit for bit", arguments: ["mlx-mixed", "mlx-bf16"])
  func values(name: String) throws {
    for precision in [ImportPrecision.blocks, .f16] {
      try expectReferenceValues(
        MLXFolder(path: ImportGolden.path(name), precision: precision), golden: name)
    }
  }

  @Test("Formats that hold a layer exactly are found, others are said to round")
  func formats() throws {
    let folder = try MLXFolder(path: ImportGolden.path("mlx-mixed"), precision: .f16)
    let rounding = try MLXFolder(path: ImportGolden.path("mlx-mixed"))
    let types: [String: TensorType] = [
      "model.layers.0.self_attn.qkv_proj": .q4_1, "model.layers.0.self_attn.o_proj": .f16,
      "model.layers.0.mlp.gate_up_proj": .q4_1, "model.layers.0.mlp.down_proj": .q4_1,
      "model.layers.1.self_attn.qkv_proj": .q5_1, "model.layers.1.self_attn.o_proj": .f16,
      "model.layers.1.mlp.gate_up_proj": .q4_0, "model.layers.1.mlp.down_proj": .f16,
      "model.embed_tokens": .q4_1, "lm_head": .f16,
    ]
    for (layer, type) in types {
      let source = try folder.source(named: "\(layer).weight", as: "x")
      #expect(source.type == type, "\(layer)")
      // Six and eight bits are kept in eight.
      let kept = try rounding.source(named: "\(layer).weight", as: "x")
      #expect(kept.type == (source.rounding == nil ? type : .q8_0), "\(layer)")
    }
    let down = try folder.source(named: "model.layers.1.mlp.down_proj.weight", as: "x")
    #expect(down.rounding?.words == "8-bit codes with biases are in no format")
    let plain = try folder.source(named: "model.layers.0.self_attn.o_proj.weight", as: "x")
    #expect(plain.rounding == nil)
  }

  @Test("Single precision holds what no format holds, if it is asked for")
  func singlePrecision() throws {
    let folder = try MLXFolder(path: ImportGolden.path("mlx-mixed"), precision: .f32)
    let down = try folder.source(named: "model.layers.1.mlp.down_proj.weight", as: "x")
    #expect(down.type == .f32)
    #expect(down.rounding == nil)
    let values = try down.values()
    #expect(try down.copiedValues() == values)
  }

  @Test("The bytes of a quantized layer stand under one name, its weight's")
  func names() throws {
    let folder = try MLXFolder(path: ImportGolden.path("mlx-bf16"))
    let golden = try ImportGolden.load("mlx-bf16")
    #expect(folder.names == golden.tensors.keys.sorted())
  }

  @Test(
    "A configuration that does not fit is refused in one line",
    arguments: [
      ("\"bits\": 4", "\"bits\": 7", "found bits 7, expected 2, 3, 4, 5, 6 or 8"),
      (
        "\"group_size\": 64", "\"group_size\": 63", "found group_size 63, expected a multiple of 32"
      ),
      ("\"mode\": \"affine\"", "\"mode\": \"mxfp4\" ", "convert the original model's folder"),
      (
        "\"bits\": 4", "\"bits\": 8",
        "lm_head.weight: found rows of 8 words of 32 bits, which are no groups of 64 codes of 8 bits: "
          + "config.json says other bits or another group_size than the layer was written with"
      ),
    ])
  func configuration(old: String, new: String, message: String) throws {
    try ImportGolden.withCopy(of: "mlx-bf16", changing: "config.json") { bytes in
      bytes = Array(String(decoding: bytes, as: UTF8.self).replacing(old, with: new).utf8)
    } body: { path in
      let error = #expect(throws: QuantizationError.self) {
        _ = try MLXFolder(path: path).source(named: "lm_head.weight", as: "x")
      }
      #expect(error?.description.hasSuffix(message) == true, "\(error?.description ?? "")")
    }
  }

  @Test("A file that is cut anywhere is refused")
  func truncation() throws {
    for part in 0..<40 {
      try ImportGolden.withCopy(of: "mlx-bf16", changing: "model.safetensors") {
        $0.removeLast($0.count - $0.count * part / 40)
      } body: { path in
        #expect(throws: QuantizationError.self) { try MLXFolder(path: path) }
      }
    }
  }

  @Test("Changed bytes give an error or values, never a trap", arguments: 1...4)
  func changedBytes(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    for _ in 0..<15 {
      try ImportGolden.withCopy(of: "mlx-mixed", changing: "model.safetensors") { bytes in
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          bytes[Int.random(in: 0..<5000, using: &random)] = .random(in: 0...255, using: &random)
        }
      } body: { path in
        expectErrorsOrValues { try MLXFolder(path: path) }
      }
    }
  }

  @Test("Biases without scales are no part of a layer, and are not left out")
  func biasesAlone() throws {
    try ImportGolden.withCopy(of: "mlx-bf16", changing: "model.safetensors") { bytes in
      let place = bytes.firstRange(of: Array("lm_head.scales".utf8))!
      bytes.replaceSubrange(place, with: Array("lm_head.scalez".utf8))
    } body: { path in
      let folder = try MLXFolder(path: path)
      #expect(folder.names.contains("lm_head.biases"))
      #expect(folder.names.contains("lm_head.scalez"))
    }
  }

  @Test("What is said of a layer that is not there is a note")
  func strangeLayer() throws {
    try ImportGolden.withCopy(of: "mlx-bf16", changing: "config.json") { bytes in
      bytes = Array(
        String(decoding: bytes, as: UTF8.self).replacing(
          "\"group_size\": 64", with: "\"group_size\": 64, \"model.layers.7.x\": {\"bits\": 8}"
        ).utf8)
    } body: { path in
      let notes = try MLXFolder(path: path).notes
      #expect(notes.count == 1)
      #expect(notes.first?.contains("quantization: model.layers.7.x are not quantized") == true)
    }
  }

  @Test("A tensor that is not there is named")
  func missing() throws {
    let folder = try MLXFolder(path: ImportGolden.path("mlx-bf16"))
    #expect(throws: QuantizationError.self) { try folder.source(named: "nothing", as: "x") }
  }
}

/// Expects that a store has the golden's tensors with their values, and that what it copies has them
/// too where the format is exact, and half precision's error where not.
func expectReferenceValues(_ store: any WeightStore, golden name: String) throws {
  let golden = try ImportGolden.load(name)
  for (tensor, expected) in golden.tensors {
    let source = try store.source(named: tensor, as: "x.weight")
    #expect(source.shape == expected.shape.reversed(), "\(tensor)")
    let values = try source.values()
    #expect(Array(values.prefix(expected.first.count)) == expected.first, "\(tensor)")
    #expect(values.fnv == expected.hash, "\(tensor)")
    let copied = try source.copiedValues()
    if source.rounding == nil {
      #expect(copied == values, "\(tensor) as \(source.type.name)")
    } else if let change = source.rounding?.change {
      expectChanges(copied, values, atMost: change, tensor)
    } else {
      #expect(source.type == .f16)
      #expect(copied == values.map { Float(Float16($0)) }, "\(tensor)")
    }
  }
}
