import Testing

@testable import Tokenization

/// Texts of which some parts are data, in which no control token is found.
@Suite struct PlainRangeTests {
  /// The pieces of parts in a row, of which every second is data.
  private func pieces(_ tokenizer: Tokenizer, _ parts: String...) -> [String] {
    var text = ""
    var ranges: [Range<Int>] = []
    for (index, part) in parts.enumerated() {
      let start = text.utf8.count
      text += part
      if index % 2 == 1 { ranges.append(start..<text.utf8.count) }
    }
    return tokenizer.encode(text, plainRanges: ranges, addBOS: false).map {
      String(decoding: tokenizer.vocabulary.pieces[Int($0)], as: UTF8.self)
    }
  }

  private func letters(_ text: String) -> [String] { text.map { String($0) } }

  private func bytePair(control: [String], userDefined: [String] = []) -> Tokenizer {
    Tokenizer(
      bytePair: ByteCharacters.encoded + ["<|", "bc"].map { Array($0.utf8) },
      merges: [("<", "|"), ("b", "c")], control: control, userDefined: userDefined)
  }

  @Test func dataHoldsNoControlToken() {
    let tokenizer = bytePair(control: ["<|a|>"])
    #expect(
      pieces(tokenizer, "<|a|>", "x<|a|>y", "<|a|>")
        == ["<|a|>", "x", "<|", "a", "|", ">", "y", "<|a|>"])
    #expect(pieces(tokenizer, "", "<|a|>") == ["<|", "a", "|", ">"])
  }

  @Test func noControlTokenReachesOverAnEdge() {
    let tokenizer = bytePair(control: ["<|a|>"])
    let plain = ["<|", "a", "|", ">"]
    #expect(pieces(tokenizer, "", "<|", "a|>") == plain)
    #expect(pieces(tokenizer, "<|", "a", "|>") == plain)
    #expect(pieces(tokenizer, "<|a", "|>") == plain)
    #expect(pieces(tokenizer, "", "<|", "", "a|>") == plain)
    #expect(pieces(tokenizer, "", "<|a|", "><|a|>") == plain + ["<|a|>"])
    #expect(pieces(tokenizer, "", "<", "<|a|>") == ["<", "<|a|>"])
  }

  @Test func theTemplatesOwnTokenIsFoundBesideData() {
    let tokenizer = bytePair(control: ["<|a|>", "<|a|>bc"])
    #expect(pieces(tokenizer, "<|a|>bc", "d") == ["<|a|>bc", "d"])
    #expect(pieces(tokenizer, "<|a|>", "bc") == ["<|a|>", "bc"])
    #expect(pieces(tokenizer, "<|a|>b", "c") == ["<|a|>", "bc"])
  }

  @Test func userDefinedTextStaysUnlessItIsAMark() {
    let tokenizer = bytePair(
      control: ["<|a|>"], userDefined: ["    ", "<think>", "<|user|>", "</s>"])
    #expect(
      pieces(tokenizer, "<|user|>", "<think>    z", "<|a|>")
        == ["<|user|>", "<think>", "    ", "z", "<|a|>"])
    #expect(pieces(tokenizer, "", "<|user|>") == ["<|", "u", "s", "e", "r", "|", ">"])
    #expect(pieces(tokenizer, "", "</s>") == letters("</s>"))
    #expect(pieces(tokenizer, "<", "think>") == ["<think>"])
  }

  @Test func whiteSpaceIsSwallowedAcrossTheEdge() {
    let texts = (["▁"] + "ab\n".map { String($0) }).map { ($0, Float(-1)) }
    let phi3 = Tokenizer(
      sentencePiece: texts, control: ["<|user|>", "<|assistant|>", "<|end|>", "<|system|>"])
    #expect(
      pieces(phi3, "<|user|>\n", "  a ", "<|end|>\n<|assistant|>\n")
        == phi3.pieces("<|user|>\n  a <|end|>\n<|assistant|>\n"))
    #expect(pieces(phi3, "", "<|user|>\n", " a").suffix(3) == ["\n", "▁", "a"])
  }

  @Test(arguments: TokenizerGolden.names)
  func ordinaryDataChangesNothing(_ name: String) throws {
    let golden = try TokenizerGolden(name)
    let tokenizer = try TokenizerGolden.tokenizer(name)
    let vocabulary = tokenizer.vocabulary
    let marks = vocabulary.kinds.indices.filter { vocabulary.kinds[$0] != .normal }
      .map { vocabulary.pieces[$0] }.filter { $0.first == UInt8(ascii: "<") }
    for example in golden.cases {
      let bytes = Array(example.text.utf8)
      var ranges: [Range<Int>] = []
      var (start, position) = (0, 0)
      while position < bytes.count {
        let mark = marks.filter { bytes[position...].starts(with: $0) }.max { $0.count < $1.count }
        guard let mark else {
          position += 1
          continue
        }
        if start < position { ranges.append(start..<position) }
        position += mark.count
        start = position
      }
      if start < position { ranges.append(start..<position) }
      #expect(
        tokenizer.encode(example.text, plainRanges: ranges, addBOS: false) == example.ids,
        "\(example.text.debugDescription), \(golden.reference)")
    }
  }

  @Test(arguments: TokenizerGolden.names)
  func dataIsReadAsTheReferenceReadsText(_ name: String) throws {
    let golden = try TokenizerGolden(name)
    let tokenizer = try TokenizerGolden.tokenizer(name)
    for example in golden.plain {
      let ids = tokenizer.encode(
        example.text, plainRanges: [0..<example.text.utf8.count], addBOS: false)
      #expect(ids == example.ids, "\(example.text.debugDescription), \(golden.reference)")
    }
  }

  @Test func manyRangesTakeLinearTime() {
    let tokenizer = bytePair(control: ["<|im_end|>", "<|a|>"])
    let text = String(repeating: "<|im_end|>", count: 20_000)
    let ranges = stride(from: 0, to: text.utf8.count, by: 4).map { $0..<$0 + 2 }
    let duration = ContinuousClock().measure {
      #expect(!tokenizer.encode(text, plainRanges: ranges).isEmpty)
    }
    #expect(duration < .seconds(10))
  }
}
