import Foundation
import GGUF
import Testing

@testable import Quantization

/// What `transformers` or `tokenizers` would read in another way than GGUF has a place for.
struct ConvertStrictTests {
  static let (phi2, mini, mini4) = ("phi-2", "Phi-3-mini-4k-instruct", "Phi-4-mini-instruct")
  static let (moe, llama) = ("Phi-mini-MoE-instruct", "tiny-llama-3.2-1M")
  static let (tokenizer, settings) = ("tokenizer.json", "tokenizer_config.json")

  typealias Case = ConvertErrorTests.Case

  static let cases: [Case] = [
    Case("a merge too few", moe, "expected all: GGUF merges any two pieces") {
      try $0.write(
        changing(tokenizer, $0) { model in
          var merges = model["merges"] as? [Any] ?? []
          merges.removeFirst()
          model["merges"] = merges
        }, to: tokenizer)
    },
    Case("no merges", moe, "model.merges: is missing") {
      try $0.write(changing(tokenizer, $0) { $0["merges"] = nil }, to: tokenizer)
    },
    Case("an id twice", mini4, "another piece has the id 5 too") {
      try $0.write(
        changing(tokenizer, $0) { model in
          var pieces = model["vocab"] as? [String: Any] ?? [:]
          for (piece, id) in pieces where id as? Int == 6 { pieces[piece] = 5 }
          model["vocab"] = pieces
        }, to: tokenizer)
    },
    Case("an unknown token that texts hold", moe, "model.unk_token: found 'a', which texts hold") {
      try $0.write(changing(tokenizer, $0) { $0["unk_token"] = "a" }, to: tokenizer)
    },
    Case("a flag that is a string", mini4, "model.ignore_merges: found 'true', expected true or") {
      try $0.write(changing(tokenizer, $0) { $0["ignore_merges"] = "true" }, to: tokenizer)
    },
    Case("a role that is a number", mini4, "\(settings): eos_token: found 5, expected a token") {
      try $0.write(Array(#"{"eos_token": 5}"#.utf8), to: settings)
    },
    Case("tokens that are a list", mini4, "added_tokens_decoder: found an array, expected an obj") {
      try $0.write(Array(#"{"added_tokens_decoder": []}"#.utf8), to: settings)
    },
    Case("a byte order mark", mini4, "begins with a byte order mark") {
      try $0.write([0xEF, 0xBB, 0xBF] + $0.read(settings), to: settings)
    },
    Case("an end that is no id", mini4, "eos_token_id: found true, expected ids of tokens") {
      try $0.write(Array(#"{"eos_token_id": [true]}"#.utf8), to: "generation_config.json")
    },
  ]

  /// A file with another `model`.
  private static func changing(
    _ file: String, _ editor: FolderEditor, _ change: (inout [String: Any]) -> Void
  ) throws -> [UInt8] {
    let json = try JSONSerialization.jsonObject(with: Data(editor.read(file)))
    var object = json as? [String: Any] ?? [:]
    var model = object["model"] as? [String: Any] ?? [:]
    change(&model)
    object["model"] = model
    return Array(try JSONSerialization.data(withJSONObject: object))
  }

  @Test(arguments: cases)
  func refuses(_ test: Case) throws {
    let folder = try FolderEditor(test.folder)
    try test.change(folder)
    let error = #expect(throws: QuantizationError.self) {
      try HuggingFaceModel(folder: folder.path)
    }
    let text = error?.description ?? ""
    #expect(text.contains(test.message), "\(text)")
    #expect(!text.contains("\n"))
  }

  @Test("A template that asks for a token without one in its file is told of")
  func missingRole() throws {
    let folder = try FolderEditor(Self.mini4)
    try folder.write(Array("{{ eos_token }}".utf8), to: "chat_template.jinja")
    try folder.write(Array("{}".utf8), to: Self.settings)
    let notes = try HuggingFaceModel(folder: folder.path).notes
    #expect(notes.contains { $0.contains("eos_token: is missing: the chat template gets") })
  }

  @Test("Templates in files of their own go before the configuration's")
  func otherTemplates() throws {
    let folder = try FolderEditor(Self.phi2)
    let templates = "\(folder.path)/additional_chat_templates"
    try FileManager.default.createDirectory(atPath: templates, withIntermediateDirectories: false)
    try Data("x".utf8).write(to: URL(fileURLWithPath: "\(templates)/default.jinja"))
    let metadata = try HuggingFaceModel(folder: folder.path).metadata(.f16)
    let template = metadata.first { $0.key == "tokenizer.chat_template" }?.value
    #expect(template.map { "\($0)" }?.contains("x") == true, "\(String(describing: template))")
  }
}
