import Foundation
import GGUF
import Testing

@testable import Tokenization

/// The vocabularies and token ids that llama.cpp publishes beside its sources (`models/`), checked
/// where `PHI_GGML_VOCABULARIES` names a folder with them.
@Suite struct PublishedVocabularyTests {
  private static let folder = ProcessInfo.processInfo.environment["PHI_GGML_VOCABULARIES"]

  @Test(
    .enabled(if: folder != nil), arguments: ["phi-3", "llama-spm", "gpt-2", "starcoder", "refact"])
  func idsAreThePublished(_ name: String) throws {
    let path = "\(try #require(Self.folder))/ggml-vocab-\(name).gguf"
    let tokenizer = try Tokenizer(GGUFFile(path: path).metadata)
    let texts = try String(contentsOfFile: path + ".inp", encoding: .utf8)
      .components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try String(contentsOfFile: path + ".out", encoding: .utf8)
      .components(separatedBy: "\n")
    #expect(texts.count > 40)
    for (text, line) in zip(texts, lines) {
      let ids = line.split(separator: " ").compactMap { Int32($0) }
      #expect(tokenizer.encode(text, addBOS: false) == ids, "\(text.debugDescription)")
    }
  }
}
