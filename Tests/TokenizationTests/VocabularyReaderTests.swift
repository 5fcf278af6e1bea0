import GGUF
import Testing

@testable import Tokenization

@Suite struct VocabularyReaderTests {
  /// A vocabulary that is wrong in one key, and what the error says.
  struct Malformed: Sendable, CustomTestStringConvertible {
    let file: VocabularyFile
    /// The key that the error names.
    let key: String
    let problem: String
    var testDescription: String { "\(key): \(problem)" }

    init(
      _ file: VocabularyFile, _ key: String, _ value: VocabularyFile.Value?, _ problem: String,
      names: String? = nil
    ) {
      self.file = file.with(key, value)
      self.key = names ?? key
      self.problem = problem
    }
  }

  static let malformed: [Malformed] = {
    let (pairs, sentence) = (VocabularyFile.bytePair, VocabularyFile.sentencePiece)
    return [
      Malformed(pairs, "model", nil, "missing, expected llama or gpt2"),
      Malformed(pairs, "model", .text("bert"), "found 'bert', expected llama or gpt2"),
      Malformed(pairs, "model", .int(1), "found int32, expected a string"),
      Malformed(pairs, "pre", .text("unheard-of"), "found 'unheard-of', expected one of gpt-2"),
      Malformed(pairs, "pre", .bool(true), "found bool, expected a string"),
      Malformed(pairs, "tokens", nil, "missing"),
      Malformed(pairs, "tokens", .texts([]), "found none, expected some"),
      Malformed(pairs, "tokens", .text("a"), "found string, expected an array"),
      Malformed(pairs, "tokens", .floats([1]), "found an array of float32, expected one of"),
      Malformed(
        pairs, "tokens", .texts(["a", "b", "a", "c", "d", "e"]), "tokens 0 and 2 are both 'a'"),
      Malformed(pairs, "merges", nil, "missing"),
      Malformed(pairs, "merges", .ints([1]), "found an array of int32, expected one of strings"),
      Malformed(
        pairs, "merges", .texts(["a b", "ab"]), "merge 1: found 'ab', expected two pieces"),
      Malformed(pairs, "merges", .texts([""]), "merge 0: found '', expected two pieces"),
      Malformed(pairs, "merges", .texts([" "]), "merge 0: found ' ', expected two pieces"),
      Malformed(pairs, "merges", .texts(["a "]), "merge 0: found 'a ', expected two pieces"),
      Malformed(pairs, "merges", .texts(["x b"]), "merge 0: 'x' is not among the tokens"),
      Malformed(pairs, "merges", .texts(["a  b"]), "merge 0: ' b' is not among the tokens"),
      Malformed(pairs, "merges", .texts(["b a"]), "merge 0: 'ba' is not among the tokens"),
      Malformed(pairs, "merges", .bytes([[0xFF, 0x20, 0xFE]]), "merge 0: '\u{FFFD}' is not among"),
      Malformed(pairs, "token_type", .ints([1]), "found 1 elements, expected 6"),
      Malformed(
        pairs, "token_type", .ints([1, 1, 1, 1, 1, 7]), "token 5: found 7, expected 0 to 6"),
      Malformed(
        pairs, "token_type", .ints([-1, 1, 1, 1, 1, 1]), "token 0: found -1, expected 0 to 6"),
      Malformed(pairs, "token_type", .texts(["a"]), "found an array of string, expected one of"),
      Malformed(
        pairs, "token_type", .ints([6, 1, 1, 1, 1, 1]),
        "token 0: found 'a', expected a byte such as <0x0A>", names: "tokens"),
      Malformed(pairs, "eos_token_id", .uint(6), "found 6, expected a number from 0 to 5"),
      Malformed(pairs, "bos_token_id", .int(-2), "found -2, expected a number from 0 to 5"),
      Malformed(pairs, "eot_token_id", .text("x"), "found string, expected an integer"),
      Malformed(pairs, "add_bos_token", .uint(1), "found uint32, expected a boolean"),
      Malformed(pairs, "add_bos_token", .bool(true), "found true, expected a bos_token_id with it"),
      Malformed(
        pairs.with("eos_token_id", nil), "add_eos_token", .bool(true),
        "found true, expected an eos_token_id with it"),
      Malformed(sentence, "scores", nil, "missing, expected one a token"),
      Malformed(sentence, "scores", .floats([1, 2]), "found 2 elements, expected 7"),
      Malformed(sentence, "scores", .ints([0]), "found an array of int32, expected one of"),
      Malformed(
        sentence, "scores", .floats([0, 0, .nan, 0, 0, 0, 0]),
        "token 2: found nan, expected a number"),
      Malformed(sentence, "unknown_token_id", .uint(70), "found 70, expected a number from 0 to 6"),
      Malformed(sentence, "add_space_prefix", .text("no"), "found string, expected a boolean"),
    ]
  }()

  @Test(arguments: malformed)
  func saysWhatIsWrongByItsKey(_ malformed: Malformed) throws {
    let error = try #require(try malformed.file.error())
    #expect(error.description.contains("tokenizer.ggml.\(malformed.key): \(malformed.problem)"))
    #expect(!error.description.contains { $0.isNewline })
  }

  @Test func errorsStayOnOneLineWhateverTheFileSays() throws {
    let error = try VocabularyFile.bytePair.with("pre", .text("a\nb\u{1B}[2J\r\n")).error()
    let text = try #require(error).description
    #expect(text.contains("found 'a\\nb\\u{1b}[2J\\r\\n'"))
  }

  @Test func readsVocabulariesThatAreRight() throws {
    let pairs = try Tokenizer(VocabularyFile.bytePair.metadata())
    #expect(pairs.encode("ab ab ba<|endoftext|>") == [2, 4, 3, 1, 0, 5])
    let sentence = try Tokenizer(VocabularyFile.sentencePiece.metadata())
    #expect(sentence.encode("b") == [1, 6])
    #expect(sentence.encode("a") == [1, 4, 3])
    // Characters with neither a piece nor bytes are one unknown token together.
    #expect(sentence.encode("cdb") == [1, 4, 0, 5])
    #expect(sentence.encode("") == [1])
  }

  @Test func leavesOutBytesWithoutAToken() throws {
    let tokenizer = try Tokenizer(VocabularyFile.bytePair.metadata())
    #expect(tokenizer.encode("axb") == [2])
    #expect(tokenizer.encode("x").isEmpty)
  }

  @Test(arguments: [VocabularyFile.Value.int(-1), .uint(.max)])
  func takesMinusOneForNoToken(_ value: VocabularyFile.Value) throws {
    let file = VocabularyFile.bytePair.with("eos_token_id", value)
    #expect(try Tokenizer(file.metadata()).vocabulary.eos == nil)
  }

  @Test func keepsPiecesThatAreNotUTF8() throws {
    let file = VocabularyFile.sentencePiece.with(
      "tokens", .bytes([[0xFF], [0xC3], [], Array("<0x61>".utf8), [1], [2], [3]]))
    let tokenizer = try Tokenizer(file.metadata())
    #expect(tokenizer.encode("a\u{3}", addBOS: false).last == 6)
    #expect(tokenizer.decode([6, 3]) == "\u{3}a")
    #expect(tokenizer.bytes(of: 1, renderSpecial: true) == [0xC3])
  }

  @Test func decodesIdsOutsideTheVocabularyAsNothing() throws {
    let tokenizer = try Tokenizer(VocabularyFile.bytePair.metadata())
    #expect(tokenizer.decode([-1, 6, .max, .min, 0]) == "a")
  }

  @Test func addsWhatTheFileWants() throws {
    let file = VocabularyFile.sentencePiece.with("add_eos_token", .bool(true))
    let tokenizer = try Tokenizer(file.metadata())
    #expect(tokenizer.encode("b") == [1, 6, 2])
    #expect(tokenizer.encode("b", addBOS: false) == [6])
    let without = try Tokenizer(file.with("add_bos_token", .bool(false)).metadata())
    #expect(without.encode("b") == [6, 2])
    #expect(without.encode("b", addBOS: true) == [1, 6, 2])
    let bare = try Tokenizer(file.with("add_space_prefix", .bool(false)).metadata())
    #expect(bare.encode("b", addBOS: false) == [5])
    #expect(bare.decode([6]) == " b")
  }

  @Test func knowsEveryEndOfTurnWhateverTheFileSays() throws {
    let phi3 = try TokenizerGolden.tokenizer("phi-3")
    let ends = ["<|end|>", "<|endoftext|>", "</s>"].compactMap { phi3.vocabulary.id(of: $0) }
    #expect(phi3.endOfGeneration == Set(ends))
    #expect(ends.count == 3)
    let phi4 = try TokenizerGolden.tokenizer("dbrx")
    #expect(
      phi4.endOfGeneration
        == Set(["<|im_end|>", "<|endoftext|>"].compactMap { phi4.vocabulary.id(of: $0) }))
  }
}
