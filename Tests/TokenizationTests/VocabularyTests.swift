import Testing

@testable import Tokenization

@Suite struct VocabularyTests {
  @Test(arguments: [Int32(1), 4])
  func aMarkThatEndsTurnsIsAControlTokenWhateverTheFileSays(_ kind: Int32) throws {
    let file = VocabularyFile.bytePair
      .with("tokens", .texts(["a", "b", "ab", "Ġ", "Ġab", "<|end|>"]))
      .with("token_type", .ints([1, 1, 1, 1, 1, kind])).with("eos_token_id", nil)
    let tokenizer = try Tokenizer(file.metadata())
    #expect(tokenizer.encode("a<|end|>b") == [0, 5, 1])
    #expect(tokenizer.encode("a<|end|>b", parseSpecial: false) == [0, 1])
    #expect(tokenizer.decode([0, 5]) == "a")
    #expect(tokenizer.endOfGeneration == [5])
  }

  @Test func sentencePieceNamesWhatTheFileDoesNot() throws {
    let file = VocabularyFile.sentencePiece.with("token_type", nil)
    let tokenizer = try Tokenizer(file.metadata())
    #expect(tokenizer.vocabulary.bos == 1)
    #expect(tokenizer.vocabulary.unknown == 0)
    #expect(tokenizer.endOfGeneration == [2])
    #expect(tokenizer.encode("ab<s>é") == [1, 4, 3, 5, 1, 4, 0])
    #expect(tokenizer.decode([1, 4, 3, 5]) == "ab")
  }

  @Test func paddingThatIsCalledUnknownIsNoMark() throws {
    let file = VocabularyFile.sentencePiece
      .with("tokens", .texts(["<unk>", "<s>", "</s>", "<0x61>", "▁", "b", "bb"]))
      .with("token_type", .ints([2, 3, 3, 6, 1, 1, 2]))
    let tokenizer = try Tokenizer(file.metadata())
    #expect(tokenizer.encode("bb<unk>", addBOS: false) == [4, 5, 5, 0])
  }

  @Test func scoresDoNotMakeAByteVocabularySentencePieces() throws {
    let marks = ["<|im_start|>", "<|im_sep|>", "<|im_end|>"]
    let file = VocabularyFile.bytePair.with("tokens", .texts(["a", "b", "ab"] + marks))
      .with("token_type", .ints([1, 1, 1, 3, 3, 3])).with("merges", .texts(["a b"]))
      .with("scores", .floats([0, 0, 0, 0, 0, 0]))
    #expect(try Tokenizer(file.metadata()).encode("ab <|im_sep|> \n a") == [2, 4, 0])
  }

  @Test func aFileWithoutPreTokenizerIsSplitAsGPT2() throws {
    let file = VocabularyFile.bytePair.with("pre", nil)
    #expect(try Tokenizer(file.metadata()).encode("ab ab ba") == [2, 4, 3, 1, 0])
  }
}
