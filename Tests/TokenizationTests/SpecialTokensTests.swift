import Testing

@testable import Tokenization

@Suite struct SpecialTokensTests {
  private let bytes = ByteCharacters.encoded

  private func bytePair(control: [String], userDefined: [String] = []) -> Tokenizer {
    Tokenizer(bytePair: bytes, merges: [], control: control, userDefined: userDefined)
  }

  @Test func theFirstAndLongestIsFound() {
    let tokenizer = bytePair(control: ["<|a|>", "<|a|>b", "a|>bc", "<"])
    #expect(tokenizer.pieces("x<|a|>bc") == ["x", "<|a|>b", "c"])
    #expect(tokenizer.pieces("<|a|>c") == ["<|a|>", "c"])
    #expect(tokenizer.pieces("<|a|") == ["<", "|", "a", "|"])
  }

  @Test func controlTokensMayBeText() {
    let tokenizer = bytePair(control: ["<|a|>"], userDefined: ["|a", "zz"])
    #expect(tokenizer.pieces("<|a|>zz", parseSpecial: true) == ["<|a|>", "zz"])
    // As in the reference, what lies inside a control token that is text is text too.
    #expect(
      tokenizer.pieces("<|a|>zz|a", parseSpecial: false) == ["<", "|", "a", "|", ">", "zz", "|a"])
  }

  @Test func phi3SwallowsWhiteSpaceAfterItsRoles() {
    let letters = (["▁"] + "abn\n".map { String($0) }).map { ($0, Float(-1)) }
    let roles = [
      "<|endoftext|>", "<|user|>", "<|assistant|>", "<|end|>", "<|placeholder1|>", "<s>",
    ]
    let tokenizer = Tokenizer(sentencePiece: letters, control: roles + ["</s>"])
    #expect(
      tokenizer.pieces("<|user|>\n a<|end|>\n\n<|assistant|>\u{3000}\u{85}\n")
        == ["<|user|>", "▁", "a", "<|end|>", "<|assistant|>"])
    #expect(
      tokenizer.pieces("</s> a<|placeholder1|>\nb")
        == ["</s>", "▁", "a", "<|placeholder1|>", "▁", "b"])
    #expect(tokenizer.pieces("<|endoftext|>\na") == ["<|endoftext|>", "▁", "\n", "a"])
    #expect(tokenizer.pieces("<s>\na <|user|>") == ["<s>", "▁", "\n", "a", "▁", "<|user|>"])
  }

  @Test func otherSentencePieceVocabulariesSwallowNothing() {
    let letters = [("▁", Float(-1)), ("\n", -1), ("a", -1)]
    let tokenizer = Tokenizer(sentencePiece: letters, control: ["<|user|>", "<|end|>"])
    #expect(tokenizer.pieces("<|user|>\na") == ["<|user|>", "▁", "\n", "a"])
  }

  @Test func phi4SwallowsWhiteSpaceOnBothSides() {
    let tokenizer = bytePair(
      control: ["<|endoftext|>", "<|im_start|>", "<|im_sep|>", "<|im_end|>"])
    #expect(
      tokenizer.pieces("a \n<|im_start|> <|im_sep|>\u{A0} b<|endoftext|>\n")
        == ["a", "<|im_start|>", "<|im_sep|>", "b", "<|endoftext|>"])
  }

  @Test func phi4MiniSwallowsWhiteSpaceAfterItsRolesAndTools() {
    let tokenizer = bytePair(
      control: ["<|endoftext|>", "<|user|>", "<|assistant|>", "<|end|>", "<|system|>", "<|tool|>"])
    #expect(
      tokenizer.pieces("<|user|>\na\n<|end|> <|tool|>\t<|endoftext|>\n")
        == ["<|user|>", "a", "Ċ", "<|end|>", "<|tool|>", "<|endoftext|>", "Ċ"])
  }

  @Test func chatMarksOfOthersSwallowNothing() {
    let tokenizer = bytePair(control: ["<|im_start|>", "<|im_end|>"])
    #expect(tokenizer.pieces(" <|im_start|>\n") == ["Ġ", "<|im_start|>", "Ċ"])
  }

  @Test func manyMarksTakeLinearTime() {
    let tokenizer = bytePair(control: (0..<500).map { "<|reserved_\($0)|>" } + ["<|im_end|>"])
    for part in ["<|", "<|reserved_", "<|im_end|>", "<|reserved_499|"] {
      let text = String(repeating: part, count: 5_000)
      let duration = ContinuousClock().measure { _ = tokenizer.encode(text) }
      #expect(duration < .seconds(10), "\(part)")
    }
  }
}
