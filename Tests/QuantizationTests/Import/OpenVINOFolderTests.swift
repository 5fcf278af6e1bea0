import GGUF
import Testing

@testable import Quantization

@Suite("OpenVINO folders")
struct OpenVINOFolderTests {
  @Test("Values are those of OpenVINO, bit for bit")
  func values() throws {
    for precision in [ImportPrecision.blocks, .f16] {
      try expectReferenceValues(
        OpenVINOFolder(path: ImportGolden.path("openvino"), precision: precision),
        golden: "openvino")
    }
  }

  @Test("Every tensor of the Hugging Face model is there, and nothing else")
  func names() throws {
    let folder = try OpenVINOFolder(path: ImportGolden.path("openvino"))
    let golden = try ImportGolden.load("openvino")
    #expect(folder.names == golden.tensors.keys.sorted())
  }

  @Test("Symmetric groups are Q4_0 and Q8_0, others what holds them exactly")
  func formats() throws {
    let folder = try OpenVINOFolder(path: ImportGolden.path("openvino"), precision: .f16)
    let types: [(String, TensorType)] = [
      ("model.layers.0.self_attn.qkv_proj", .q4_0), ("model.layers.0.self_attn.o_proj", .q8_0),
      ("model.layers.0.mlp.gate_up_proj", .q5_0), ("model.layers.0.mlp.down_proj", .q4_0),
      ("model.embed_tokens", .f16), ("lm_head", .f16),
    ]
    for (layer, type) in types {
      let source = try folder.source(named: "\(layer).weight", as: "x")
      #expect(source.type == type, "\(layer): \(source.rounding?.words ?? "exact")")
    }
    let head = try folder.source(named: "lm_head.weight", as: "x")
    #expect(head.rounding?.words == "8-bit codes with zeros of their own are in no format")
    let rounded = try OpenVINOFolder(path: ImportGolden.path("openvino"))
      .source(named: "lm_head.weight", as: "x")
    #expect(rounded.type == .q8_0)
    #expect(try #require(rounded.rounding?.change) <= 1 / 250)
    #expect(try folder.source(named: "model.embed_tokens.weight", as: "x").rounding == nil)
  }

  @Test(
    "A weight that is made in another way is refused with what to do",
    arguments: [
      ("type=\"Subtract\"", "type=\"Gather\"", "a codebook's values (Gather)"),
      ("type=\"Subtract\"", "type=\"Power\"", "computed by Power"),
      ("type=\"Subtract\"", "type=\"FakeQuantize\"", "FakeQuantize rounds activations"),
      ("element_type=\"i4\"", "element_type=\"nf4\"", "floating-point codes cannot be read"),
    ])
  func otherWeights(old: String, new: String, message: String) throws {
    try ImportGolden.withCopy(of: "openvino", changing: "openvino_model.xml") {
      $0 = Array(String(decoding: $0, as: UTF8.self).replacing(old, with: new).utf8)
    } body: { path in
      let error = #expect(throws: QuantizationError.self) {
        let folder = try OpenVINOFolder(path: path)
        for name in folder.names { _ = try folder.source(named: name, as: "x") }
      }
      let text = try #require(error).description
      #expect(text.contains(message), "\(text)")
      #expect(text.hasSuffix("convert the original model's folder"), "\(text)")
    }
  }

  @Test("Options for the runtime are a note")
  func runtimeOptions() throws {
    try ImportGolden.withCopy(of: "openvino", changing: "openvino_model.xml") {
      $0 = Array(
        String(decoding: $0, as: UTF8.self).replacing(
          "<rt_info>",
          with: "<rt_info><runtime_options><KV_CACHE_PRECISION value=\"u8\"/></runtime_options>"
        ).utf8)
    } body: { path in
      let notes = try OpenVINOFolder(path: path).notes
      #expect(notes.first?.contains("KV_CACHE_PRECISION u8") == true, "\(notes)")
    }
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
      ("<html></html>", "is a web page (HTML)"),
      ("<model></model>", "found <model>, expected <net>"),
      ("<!DOCTYPE net [<!ENTITY a \"a\">]><net>&a;</net>", "expected an OpenVINO model"),
      ("<net><layers><layer id=\"x\" type=\"Const\"/></layers></net>", "without id or type"),
      (
        "<net><layers/><edges><edge from-layer=\"1\" to-layer=\"2\" to-port=\"0\"/></edges></net>",
        "found an edge without its layers"
      ),
      ("<net><layers/>", "found an end within an element in line 1"),
      ("<net a='1' a='2'/>", "found the attribute a twice in line 1"),
      ("<net a='&lol;'/>", "an unknown entity"),
      ("<net><layers></net></layers>", "found an end of <net>, which is not open in line 1"),
      ("<net/>text", "text beside the root element"),
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

  @Test("Changed bytes give an error or values, never a trap", arguments: 1...4)
  func changedBytes(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    for _ in 0..<10 {
      try ImportGolden.withCopy(of: "openvino", changing: "openvino_model.xml") { bytes in
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
            in: 0...255, using: &random)
        }
      } body: { path in
        expectErrorsOrValues { try OpenVINOFolder(path: path) }
      }
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
