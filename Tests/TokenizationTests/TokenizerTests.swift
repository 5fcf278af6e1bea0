import Foundation
import GGUF
import Testing

@testable import Tokenization

/// A vocabulary, and the ids that the reference gives with it; made by
/// `scripts/make-tokenizer-goldens`.
struct TokenizerGolden: Sendable, CustomTestStringConvertible {
  struct Case: Decodable {
    let text: String
    let ids: [Int32]
  }
  private struct File: Decodable { let cases: [Case] }

  let name: String
  var testDescription: String { name }

  static let all = ["gpt-2", "smollm", "dbrx", "qwen2", "gpt-4o", "sentencepiece"]
    .map(TokenizerGolden.init(name:))

  private func url(_ suffix: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(name).\(suffix)")
  }

  func metadata() throws -> GGUFMetadata { try GGUFFile(path: url("gguf").path).metadata }

  func tokenizer() throws -> Tokenizer { try Tokenizer(metadata()) }

  func cases() throws -> [Case] {
    try JSONDecoder().decode(File.self, from: Data(contentsOf: url("json"))).cases
  }
}

@Suite struct TokenizerTests {
  @Test(arguments: TokenizerGolden.all)
  func idsAreTheReferences(_ golden: TokenizerGolden) throws {
    let tokenizer = try golden.tokenizer()
    let cases = try golden.cases()
    #expect(cases.count > 80)
    for item in cases {
      #expect(tokenizer.encode(item.text) == item.ids, "\(item.text.debugDescription)")
    }
  }

  @Test(arguments: TokenizerGolden.all)
  func plainTextComesBack(_ golden: TokenizerGolden) throws {
    let tokenizer = try golden.tokenizer()
    for item in try golden.cases() where !item.text.contains("<") && !item.text.contains("▁") {
      let tokens = tokenizer.encode(item.text)
      #expect(tokenizer.decode(tokens).utf8.elementsEqual(item.text.utf8))
      var decoder = StreamDecoder(tokenizer)
      var streamed = ""
      for token in tokens {
        let piece = decoder.append(token)
        #expect(!piece.unicodeScalars.contains("\u{FFFD}"))
        streamed += piece
      }
      #expect((streamed + decoder.finish()).utf8.elementsEqual(item.text.utf8))
    }
  }

  @Test func bytesThatAreNoTextAreRepairedOnce() throws {
    let tokenizer = try TokenizerGolden(name: "sentencepiece").tokenizer()
    func byte(_ value: String) throws -> Int32 { try #require(tokenizer.vocabulary.id(of: value)) }
    let (lead, tail) = (try byte("<0xE6>"), try byte("<0x97>"))
    var decoder = StreamDecoder(tokenizer)
    #expect(decoder.append(lead) == "")
    #expect(decoder.append(tail) == "")
    #expect(decoder.append(try byte("<0xA5>")) == "日")
    #expect(decoder.append(tail) == "\u{FFFD}")
    #expect(decoder.append(lead) == "")
    #expect(decoder.finish() == "\u{FFFD}")
    #expect(tokenizer.decode([-1, .max, .min]) == "")
  }

  @Test func controlTokensMayBeReadAsText() throws {
    for golden in TokenizerGolden.all {
      let tokenizer = try golden.tokenizer()
      let mark = golden.name == "sentencepiece" ? "<|end|>" : "<|im_end|>"
      let id = try #require(tokenizer.vocabulary.id(of: mark))
      #expect(tokenizer.encode(mark, addBOS: false) == [id])
      let plain = tokenizer.encode(mark, addBOS: false, parseSpecial: false)
      #expect(!plain.contains(id))
      #expect(tokenizer.decode(plain) == mark)
      #expect(tokenizer.decode([id]) == "")
      #expect(tokenizer.decode([id], renderSpecial: true) == mark)
      #expect(tokenizer.endOfGeneration.contains(id))
    }
  }

  @Test func longRunsTakeLinearTime() throws {
    for golden in TokenizerGolden.all {
      let tokenizer = try golden.tokenizer()
      for letter in ["a", " ", "<", "日"] {
        let text = String(repeating: letter, count: 10_000)
        let duration = ContinuousClock().measure { _ = tokenizer.encode(text) }
        #expect(duration < .seconds(20), "\(golden.name) \(letter)")
      }
    }
  }
}

@Suite struct MalformedVocabularyTests {
  /// A good vocabulary's metadata with one pair replaced, or gone.
  private func metadata(_ name: String, _ key: String, _ value: MetadataValue?) throws
    -> GGUFMetadata
  {
    let good = try TokenizerGolden(name: name).metadata()
    var entries = good.entries.filter { $0.key != key }
    if let value { entries.append((key, value)) }
    return GGUFMetadata(entries, source: "m.gguf")
  }

  @Test(arguments: [
    ("tokenizer.ggml.model", ": missing, expected llama or gpt2"),
    ("tokenizer.ggml.tokens", ": missing"),
    ("tokenizer.ggml.merges", ": missing"),
  ])
  func namesWhatIsMissing(_ key: String, _ problem: String) throws {
    let bad = try metadata("gpt-2", key, nil)
    #expect(throws: TokenizerError("m.gguf: \(key)\(problem)")) { try Tokenizer(bad) }
  }

  @Test func namesWhatIsWrong() throws {
    let cases: [(String, MetadataValue)] = [
      ("tokenizer.ggml.model", .string(Array("bert".utf8))), ("tokenizer.ggml.model", .uint32(1)),
      ("tokenizer.ggml.pre", .string(Array("tekken".utf8))), ("tokenizer.ggml.tokens", .bool(true)),
      ("tokenizer.ggml.eos_token_id", .uint32(1_000_000)),
      ("tokenizer.ggml.eos_token_id", .float32(1)),
      ("tokenizer.ggml.add_bos_token", .string([])), ("tokenizer.ggml.merges", .uint8(0)),
    ]
    for (key, value) in cases {
      let bad = try metadata("gpt-2", key, value)
      let error = #expect(throws: TokenizerError.self) { try Tokenizer(bad) }
      #expect(error?.description.contains(key) ?? false, "\(key): \(String(describing: error))")
    }
    // Lists of another length or type, taken from other keys.
    let good = try TokenizerGolden(name: "gpt-2").metadata()
    let spm = try TokenizerGolden(name: "sentencepiece").metadata()
    for (key, value) in [
      ("tokenizer.ggml.token_type", spm["tokenizer.ggml.token_type"]),
      ("tokenizer.ggml.token_type", good["tokenizer.ggml.tokens"]),
      ("tokenizer.ggml.scores", spm["tokenizer.ggml.scores"]),
      ("tokenizer.ggml.merges", good["tokenizer.ggml.tokens"]),
    ] {
      let bad = try metadata("gpt-2", key, value)
      let error = #expect(throws: TokenizerError.self) { try Tokenizer(bad) }
      #expect(error?.description.contains(key) ?? false, "\(key): \(String(describing: error))")
    }
  }
}
