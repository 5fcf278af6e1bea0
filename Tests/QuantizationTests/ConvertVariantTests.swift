import Foundation
import GGUF
import Testing
import Tokenization

@testable import Quantization

/// Folders with one thing changed, against what `tokenizers` and `transformers` make of them:
/// `variants.json` and `configurations.json` of `scripts/make-convert-goldens`.
struct ConvertVariantTests {
  /// A folder whose `tokenizer.json` has other bytes at a place.
  struct Variant: CustomTestStringConvertible, Sendable {
    let name: String
    let folder: String
    let start: Int
    let removed: Int
    let inserted: String
    let tokens: [(text: String, ids: [Int32])]

    var testDescription: String { name }

    init(_ json: JSON) throws {
      name = try #require(json["name"]?.string)
      folder = try #require(json["folder"]?.string)
      start = try #require(json["start"]?.integer)
      removed = try #require(json["removed"]?.integer)
      inserted = try #require(json["inserted"]?.string)
      tokens = try #require(json["tokens"]?.array).map { entry in
        (
          try #require(entry["text"]?.string),
          try #require(entry["ids"]?.array).compactMap { $0.integer.map(Int32.init) }
        )
      }
    }

    /// The folder with the change.
    func make() throws -> FolderEditor {
      let editor = try FolderEditor(folder)
      var content = try editor.read("tokenizer.json")
      content.replaceSubrange(start..<start + removed, with: inserted.utf8)
      try editor.write(content, to: "tokenizer.json")
      return editor
    }
  }

  static func golden(_ name: String) throws -> JSON {
    let content = try Data(contentsOf: URL(fileURLWithPath: "\(ConvertGolden.folder)/\(name)"))
    return try ModelFolder.parse(Array(content), name)
  }

  static func variants() throws -> [Variant] {
    try (golden("variants.json")["variants"]?.array ?? []).map(Variant.init)
  }

  @Test(arguments: try variants())
  func splitsTextsAsTheReference(_ variant: Variant) throws {
    let folder = try variant.make()
    let model = try HuggingFaceModel(folder: folder.path)
    let tokenizer = try Tokenizer(GGUFMetadata(model.metadata(.f16), source: folder.path))
    for (text, ids) in variant.tokens {
      #expect(tokenizer.encode(text, addBOS: false) == ids, "'\(text)'")
    }
    // Keys of our own are told of, and ordinary vocabularies have none.
    let own = model.metadata(.f16).contains { $0.key.hasPrefix("phidelity.") }
    #expect(model.notes.contains { $0.contains("phidelity.") } == own)
    if variant.inserted.isEmpty { #expect(!own) }
  }

  @Test func readsConfigurationsAsTheReference() throws {
    for entry in try Self.golden("configurations.json")["configurations"]?.array ?? [] {
      let config = try #require(entry["config"])
      let expected = try #require(entry["expected"])
      let model = try HuggingFaceConfiguration(
        ConfigurationFile(config, path: "config.json"), allowsQuantized: false)
      let name: Comment = "\(config)"
      #expect(model.kvHeadCount == expected["kvHeads"]?.integer, name)
      #expect(model.contextLength == expected["context"]?.integer, name)
      #expect(model.isTied == expected["tied"]?.bool, name)
      #expect(model.normEpsilon == Float(expected["epsilon"]?.number ?? -1), name)
      #expect(model.rope.base == Float(expected["base"]?.number ?? -1), name)
      #expect(model.rope.dimensions == expected["rotated"]?.integer, name)
      if let original = expected["original"]?.integer {
        #expect(model.rope.originalContextLength == original, name)
        guard case .longRoPE(_, _, let short, let long) = model.rope.scaling else {
          Issue.record(name)
          continue
        }
        let scales = expected["scales"]?.array?.compactMap(\.number) ?? []
        #expect(scales.map { Float($0) } == [short, long], name)
      } else if let frequencies = expected["frequencies"]?.array?.compactMap(\.number) {
        #expect(model.rope.frequencies.count == frequencies.count, name)
        for (found, frequency) in zip(model.rope.frequencies, frequencies) {
          #expect(abs(Double(found) - frequency) <= 1e-5 * frequency, name)
        }
      } else {
        #expect(model.rope.scaling == .none, name)
      }
    }
  }

  @Test(arguments: ["PhiForCausalLM", "Phi3ForCausalLM", "PhimoeForCausalLM", "LlamaForCausalLM"])
  func takesTheDefaultsOfTheClass(_ architecture: String) throws {
    let config = ConfigurationFile(
      .object([("architectures", .array([.string(architecture)]))]), path: "config.json")
    let model = try HuggingFaceConfiguration(config, allowsQuantized: false)
    let family = String(architecture.dropLast("ForCausalLM".count)).lowercased()
    let expected = try #require(Self.golden("configurations.json")["defaults"]?[family])
    #expect(model.vocabularySize == expected["vocabulary"]?.integer)
    #expect(model.embeddingLength == expected["width"]?.integer)
    #expect(model.feedForwardLength == expected["inner"]?.integer)
    #expect(model.blockCount == expected["blocks"]?.integer)
    #expect(model.headCount == expected["heads"]?.integer)
    #expect(model.kvHeadCount == expected["kvHeads"]?.integer)
    #expect(model.contextLength == expected["context"]?.integer)
  }
}
