import Testing

@testable import Tokenization

@Suite struct PreTokenizerTests {
  private func words(_ text: String, _ splitter: PreTokenizer) -> [String] {
    var words: [String] = []
    Array(text.utf8).withUnsafeBytes { bytes in
      splitter.split(bytes) { words.append(String(decoding: $0, as: UTF8.self)) }
    }
    return words
  }

  @Test func contractionsAreOfTheirExpressions() {
    #expect(words("I'll I'LL x'ſ", .gpt2) == ["I", "'ll", " I", "'", "LL", " x", "'", "ſ"])
    #expect(words("I'll I'LL x'ſ", .llama3) == ["I", "'ll", " I", "'LL", " x", "'ſ"])
    #expect(words("I'll I'LL x'ſ", .gpt4o) == ["I'll", " I'LL", " x'ſ"])
  }

  @Test func casesSplitOnlyGPT4o() {
    #expect(words("HelloWorld ÉCOLEe", .gpt4o) == ["Hello", "World", " ÉCOLEe"])
    #expect(words("HTMLParser e\u{301}A", .gpt4o) == ["HTMLParser", " e\u{301}", "A"])
    #expect(words("HelloWorld", .llama3) == ["HelloWorld"])
  }

  @Test func numbersAreOfTheirExpressions() {
    #expect(words("a 12345", .gpt2) == ["a", " 12345"])
    #expect(words("a 12345", .llama3) == ["a", " ", "123", "45"])
    #expect(words("a 123", .qwen2) == ["a", " ", "1", "2", "3"])
    #expect(words("a  12", .smollm) == ["a", "  ", "1", "2"])
    #expect(words("Ⅷ½\u{11DE0}", .smollm) == ["Ⅷ", "½", "\u{11DE0}"])
  }

  @Test func everyKnownNameIsOfOneSplitter() {
    let names = PreTokenizer.named.flatMap(\.names)
    #expect(Set(names).count == names.count)
    for name in names { #expect(PreTokenizer(named: name) != nil) }
    #expect(PreTokenizer(named: "tekken") == nil)
  }

  @Test func whiteSpaceLeavesItsLastForTheWord() {
    #expect(words("a  \n\n  b  ", .gpt2) == ["a", "  \n\n ", " b", "  "])
    #expect(words("a  \n\n  b  ", .llama3) == ["a", "  \n\n", " ", " b", "  "])
    #expect(words("!\n//\n a", .llama3) == ["!\n", "//\n", " a"])
    #expect(words("!\n//\n a", .gpt4o) == ["!\n//\n", " a"])
    #expect(
      words("\u{1C}\u{180E}\u{200B} \u{85}x", .gpt2) == [
        "\u{1C}\u{180E}\u{200B}", " ", "\u{85}", "x",
      ])
  }

  @Test(arguments: PreTokenizer.allCases)
  func wordsJoinToTheText(_ splitter: PreTokenizer) {
    var generator = SeededGenerator(seed: 13)
    for _ in 0..<300 {
      let values = (0..<40).map { _ in
        Unicode.Scalar(UInt32.random(in: 0...0x2FFFF, using: &generator)) ?? " "
      }
      let text = String(String.UnicodeScalarView(values))
      #expect(words(text, splitter).joined().utf8.elementsEqual(text.utf8))
    }
  }
}
