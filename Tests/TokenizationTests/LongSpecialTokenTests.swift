import GGUF
import Testing

@testable import Tokenization

/// Special tokens are looked for at every place of a text, so their length is bounded.
struct LongSpecialTokenTests {
  private func tokenizer(bytes: Int, kind: TokenKind) throws -> Tokenizer {
    let pieces = ["a", String(repeating: "a", count: bytes - 1) + "b"]
    return try Tokenizer(
      GGUFMetadata(
        [
          ("tokenizer.ggml.model", .text("gpt2")), ("tokenizer.ggml.pre", .text("gpt-2")),
          ("tokenizer.ggml.tokens", .strings(pieces)),
          ("tokenizer.ggml.token_type", .integers([1, Int32(kind.rawValue)])),
          ("tokenizer.ggml.merges", .strings([String]())),
        ], source: "long.gguf"))
  }

  @Test(arguments: [TokenKind.control, .userDefined])
  func takesTheLongest(kind: TokenKind) throws {
    let limit = VocabularyReader.specialLimit
    let text = String(repeating: "a", count: limit) + "b"
    #expect(try tokenizer(bytes: limit, kind: kind).encode(text, addBOS: false) == [0, 1])
  }

  @Test func refusesLongerOnes() {
    let limit = VocabularyReader.specialLimit
    #expect(
      throws: TokenizerError(
        "long.gguf: tokenizer.ggml.tokens: token 1: found a control token of \(limit + 1) bytes, "
          + "expected at most \(limit)")
    ) { try tokenizer(bytes: limit + 1, kind: .control) }
    #expect(throws: Never.self) { try tokenizer(bytes: 70_000, kind: .normal) }
  }
}
