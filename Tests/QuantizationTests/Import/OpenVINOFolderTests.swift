import GGUF
import Testing

@testable import Quantization

@Suite("OpenVINO folders")
struct OpenVINOFolderTests {
  @Test("Values are those of OpenVINO, bit for bit")
  func values() throws {
    try expectReferenceValues(
      OpenVINOFolder(path: ImportGolden.path("openvino")), golden: "openvino")
  }

  @Test("Every tensor of the Hugging Face model is there, and nothing else")
  func names() throws {
    let folder = try OpenVINOFolder(path: ImportGolden.path("openvino"))
    let golden = try ImportGolden.load("openvino")
    #expect(folder.names == golden.tensors.keys.sorted())
  }

  @Test("Symmetric groups are Q4_0 and Q8_0, others what holds them exactly")
  func formats() throws {
    let folder = try OpenVINOFolder(path: ImportGolden.path("openvino"))
    let types: [(String, TensorType)] = [
      ("model.layers.0.self_attn.qkv_proj", .q4_0), ("model.layers.0.self_attn.o_proj", .q8_0),
      ("model.layers.0.mlp.gate_up_proj", .q5_0), ("model.layers.0.mlp.down_proj", .q4_0),
      ("model.embed_tokens", .f16), ("lm_head", .f16),
    ]
    for (layer, type) in types {
      let source = try folder.source(named: "\(layer).weight", as: "x")
      #expect(source.type == type, "\(layer): \(source.rounding ?? "exact")")
    }
    let head = try folder.source(named: "lm_head.weight", as: "x")
    #expect(head.rounding == "8-bit codes with zeros of their own are in no format, rounded to F16")
    #expect(try folder.source(named: "model.embed_tokens.weight", as: "x").rounding == nil)
  }

  @Test("XML that is cut anywhere is refused")
  func truncation() throws {
    for part in 0..<24 {
      try ImportGolden.withCopy(of: "openvino", changing: "openvino_model.xml") {
        $0.removeLast($0.count - $0.count * part / 24)
      } body: { path in
        #expect(throws: QuantizationError.self, "\(part)") { try OpenVINOFolder(path: path) }
      }
    }
  }

  @Test(
    "An XML file that is no model is refused in one line",
    arguments: [
      ("<html></html>", "found <html>, expected <net>"),
      ("<!DOCTYPE net [<!ENTITY a \"a\">]><net>&a;</net>", "expected an OpenVINO model"),
      ("<net><layers><layer id=\"x\" type=\"Const\"/></layers></net>", "without id or type"),
      (
        "<net><layers/><edges><edge from-layer=\"1\" to-layer=\"2\" to-port=\"0\"/></edges></net>",
        "found an edge without its layers"
      ),
      ("<net><layers/></net>", "like __module.model.layers.0.self_attn.qkv_proj/…"),
      (String(repeating: "<net>", count: 20_000), "found elements nested too deeply in line 1"),
    ])
  func noModel(xml: String, message: String) throws {
    try ImportGolden.withCopy(of: "openvino", changing: "openvino_model.xml") {
      $0 = Array(xml.utf8)
    } body: { path in
      let error = #expect(throws: QuantizationError.self) { try OpenVINOFolder(path: path) }
      let text = try #require(error).description
      #expect(text.contains(message), "\(text)")
      #expect(!text.contains("\n"))
    }
  }

  @Test("Constants beyond the end of the file are refused, with the tensor's name")
  func constants() throws {
    try ImportGolden.withCopy(of: "openvino", changing: "openvino_model.bin") {
      $0.removeLast(64)
    } body: { path in
      let error = #expect(throws: QuantizationError.self) { try OpenVINOFolder(path: path) }
      let text = try #require(error).description
      #expect(text.contains("openvino_model.bin: "), "\(text)")
      #expect(text.contains("expected them within the file's"), "\(text)")
    }
  }

  @Test("Changed numbers give an error or values, never a trap", arguments: 1...4)
  func changedNumbers(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    for _ in 0..<8 {
      try ImportGolden.withCopy(of: "openvino", changing: "openvino_model.xml") { bytes in
        let digits = bytes.indices.filter { (48...57).contains(bytes[$0]) }
        for _ in 0..<200 {
          bytes[digits.randomElement(using: &random)!] = .random(in: 45...57, using: &random)
        }
      } body: { path in
        expectErrorsOrValues { try OpenVINOFolder(path: path) }
      }
    }
  }
}
