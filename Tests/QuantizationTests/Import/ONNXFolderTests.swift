import Foundation
import GGUF
import Testing

@testable import Quantization

@Suite("ONNX folders")
struct ONNXFolderTests {
  @Test(
    "Values are those of ONNX Runtime, bit for bit",
    arguments: ["onnx-symmetric", "onnx-asymmetric", "onnx-qdq"],
    [ImportPrecision.blocks, .f16])
  func values(name: String, precision: ImportPrecision) throws {
    try expectReferenceValues(
      ONNXFolder(path: ImportGolden.path(name), precision: precision), golden: name)
  }

  @Test("Every tensor of the Hugging Face model is there, fused as it is there")
  func names() throws {
    let folder = try ONNXFolder(path: ImportGolden.path("onnx-symmetric"))
    let golden = try ImportGolden.load("onnx-symmetric")
    #expect(folder.names == golden.tensors.keys.sorted())
  }

  @Test("Symmetric blocks are Q4_0 and Q8_0, others what holds them exactly")
  func formats() throws {
    // Four bits minus a zero of four bits are five bits.
    let types: [(String, String, TensorType)] = [
      ("onnx-symmetric", "model.layers.0.self_attn.qkv_proj", .q4_0),
      ("onnx-symmetric", "model.layers.0.self_attn.o_proj", .f32),
      ("onnx-symmetric", "model.layers.0.mlp.gate_up_proj", .q4_0),
      ("onnx-symmetric", "lm_head", .q8_0),
      ("onnx-asymmetric", "model.layers.0.mlp.down_proj", .q5_0),
      // Scales of single precision, of blocks, channels and a whole matrix.
      ("onnx-qdq", "model.layers.0.self_attn.qkv_proj", .q4_0),
      ("onnx-qdq", "model.layers.0.self_attn.o_proj", .q8_0),
      ("onnx-qdq", "model.layers.0.mlp.gate_up_proj", .q5_0),
      ("onnx-qdq", "model.layers.0.mlp.down_proj", .q8_0), ("onnx-qdq", "lm_head", .q8_0),
    ]
    for (model, layer, type) in types {
      let folder = try ONNXFolder(path: ImportGolden.path(model))
      let source = try folder.source(named: "\(layer).weight", as: "x")
      #expect(source.type == type, "\(layer): \(source.rounding?.words ?? "exact")")
    }
  }

  @Test("A model that is cut anywhere is refused or read, never trusted")
  func truncation() throws {
    for part in 0..<40 {
      try ImportGolden.withCopy(of: "onnx-symmetric", changing: "model.onnx") {
        $0.removeLast($0.count - $0.count * part / 40)
      } body: { path in
        #expect(throws: QuantizationError.self, "\(part)") { try ONNXFolder(path: path) }
      }
    }
  }

  @Test("External data that is cut is refused, with the tensor's name")
  func externalData() throws {
    try ImportGolden.withCopy(of: "onnx-symmetric", changing: "model.onnx.data") {
      $0.removeLast(16)
    } body: { path in
      let error = #expect(throws: QuantizationError.self) { try ONNXFolder(path: path) }
      let message = try #require(error).description
      #expect(message.contains("model.onnx.data: lm_head.MatMul.weight_scales: found 384 bytes at"))
      #expect(message.contains("expected them within the file's"))
    }
  }

  @Test("External data outside the folder is refused")
  func location() throws {
    try ImportGolden.withCopy(of: "onnx-symmetric", changing: "model.onnx") { bytes in
      let place = bytes.firstRange(of: Array("model.onnx.data".utf8))!
      bytes.replaceSubrange(place, with: Array("../../etc/passw".utf8))
    } body: { path in
      let error = #expect(throws: QuantizationError.self) { try ONNXFolder(path: path) }
      let message = try #require(error).description
      #expect(message.hasSuffix("expected a file in the folder"))
    }
  }

  @Test("External data behind a link out of the folder is refused, in a cache's blobs is not")
  func links() throws {
    let folder = try TemporaryFolder()
    let snapshot = "\(folder.path)/snapshots/1"
    for path in [snapshot, "\(folder.path)/blobs"] {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    }
    let source = ImportGolden.path("onnx-symmetric")
    try FileManager.default.copyItem(
      atPath: source + "/model.onnx", toPath: snapshot + "/model.onnx")
    for (target, isAllowed) in [("\(folder.path)/blobs/a", true), ("\(folder.path)/a", false)] {
      try FileManager.default.copyItem(atPath: source + "/model.onnx.data", toPath: target)
      try? FileManager.default.removeItem(atPath: snapshot + "/model.onnx.data")
      try FileManager.default.createSymbolicLink(
        atPath: snapshot + "/model.onnx.data", withDestinationPath: target)
      if isAllowed {
        _ = try ONNXFolder(path: snapshot)
      } else {
        let error = #expect(throws: QuantizationError.self) { try ONNXFolder(path: snapshot) }
        #expect(error?.description.contains("a link out of the folder") == true)
      }
    }
  }

  @Test(
    "What changes the computation is refused, what is only not kept is a note",
    arguments: [
      ("DequantizeLinear", "DynQuantizeLinear", "its weight is '"),
      ("/MatMul", "/lora_A", "a LoRA adapter"),
    ])
  func otherComputations(old: String, new: String, message: String) throws {
    try ImportGolden.withCopy(of: "onnx-qdq", changing: "model.onnx") { bytes in
      let old = Array(old.utf8)
      var place = bytes.startIndex
      while let found = bytes[place...].firstRange(of: old) {
        bytes.replaceSubrange(found, with: Array(new.utf8).prefix(old.count))
        place = found.upperBound
      }
    } body: { path in
      let error = #expect(throws: QuantizationError.self) {
        let folder = try ONNXFolder(path: path)
        for name in folder.names { _ = try folder.source(named: name, as: "x") }
      }
      #expect(
        error?.description.contains(message) == true,
        "\(error?.description ?? "")")
    }
  }

  @Test("Columns in an order of their own are refused")
  func groupIndices() throws {
    let path = ImportGolden.path("onnx-symmetric")
    let graph = try ONNXGraph(ModelFolder(path), file: "model.onnx")
    let node = try #require(graph.nodes.first { $0.operation == "MatMulNBits" })
    func inputs(_ names: [String]) -> [UInt8] {
      names.flatMap { [0x0A, UInt8($0.utf8.count)] + Array($0.utf8) }
    }
    try ImportGolden.withCopy(of: "onnx-symmetric", changing: "model.onnx") { bytes in
      let place = bytes.firstRange(of: inputs(node.inputs))!
      // Two more inputs, at the price of five characters of the first one's name.
      let names = [String(node.inputs[0].dropLast(5))] + node.inputs.dropFirst() + ["", "g"]
      bytes.replaceSubrange(place, with: inputs(names))
    } body: { path in
      let folder = try ONNXFolder(path: path)
      let error = #expect(throws: QuantizationError.self) {
        for name in folder.names { _ = try folder.source(named: name, as: "x") }
      }
      #expect(
        error?.description.hasSuffix("its weight is 'g', no initializer") == true,
        "\(error?.description ?? "")")
    }
  }

  @Test("Changed bytes give an error or values, never a trap", arguments: 1...4)
  func changedBytes(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    for _ in 0..<25 {
      try ImportGolden.withCopy(of: "onnx-asymmetric", changing: "model.onnx") { bytes in
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
            in: 0...255, using: &random)
        }
      } body: { path in
        expectErrorsOrValues { try ONNXFolder(path: path) }
      }
    }
  }
}
