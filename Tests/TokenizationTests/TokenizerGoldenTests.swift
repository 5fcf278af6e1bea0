import Testing

@testable import Tokenization

@Suite struct TokenizerGoldenTests {
  @Test(arguments: TokenizerGolden.names)
  func encodesAsTheReference(_ name: String) throws {
    let golden = try TokenizerGolden(name)
    let tokenizer = try TokenizerGolden.tokenizer(name)
    #expect(golden.cases.count > 150)
    for example in golden.cases {
      #expect(
        tokenizer.encode(example.text, addBOS: false) == example.ids,
        "\(example.text.debugDescription), \(golden.reference)")
    }
  }

  @Test(arguments: TokenizerGolden.names)
  func readsControlTokensAsTextWhenAsked(_ name: String) throws {
    let golden = try TokenizerGolden(name)
    let tokenizer = try TokenizerGolden.tokenizer(name)
    #expect(golden.plain.count > 30)
    for example in golden.plain {
      #expect(
        tokenizer.encode(example.text, addBOS: false, parseSpecial: false) == example.ids,
        "\(example.text.debugDescription), \(golden.reference)")
    }
  }

  @Test(arguments: TokenizerGolden.names)
  func classifiesEveryScalarAsTheReference(_ name: String) throws {
    let golden = try TokenizerGolden(name)
    let tokenizer = try TokenizerGolden.tokenizer(name)
    #expect(golden.scalars.count == 33)
    for block in golden.scalars {
      var text = ""
      for value in block.first..<block.first + 0x1000 {
        guard let scalar = Unicode.Scalar(value) else { continue }
        text.unicodeScalars.append(contentsOf: "a\(scalar)B \(scalar)1\(scalar)\n".unicodeScalars)
      }
      var digest: UInt64 = 0xCBF2_9CE4_8422_2325
      for token in tokenizer.encode(text, addBOS: false) {
        digest = (digest ^ UInt64(token)) &* 0x100_0000_01B3
      }
      let expected = try #require(UInt64(block.digest, radix: 16))
      #expect(digest == expected, "scalars from U+\(String(block.first, radix: 16))")
    }
  }

  @Test(arguments: TokenizerGolden.names)
  func decodesAsTheReference(_ name: String) throws {
    let tokenizer = try TokenizerGolden.tokenizer(name)
    for example in try TokenizerGolden(name).decoded {
      let shown = tokenizer.decode(example.ids, renderSpecial: true)
      #expect(shown.utf8.elementsEqual(example.shown.utf8), "\(example.shown.debugDescription)")
      let hidden = tokenizer.decode(example.ids)
      #expect(hidden.utf8.elementsEqual(example.hidden.utf8), "\(example.hidden.debugDescription)")
    }
  }

  @Test(arguments: TokenizerGolden.names)
  func roundTripsTextWithoutControlTokens(_ name: String) throws {
    let golden = try TokenizerGolden(name)
    let tokenizer = try TokenizerGolden.tokenizer(name)
    // SentencePiece has one token for a space and for the mark that stands for it.
    for example in golden.plain where !example.text.contains("▁") {
      let ids = tokenizer.encode(example.text, parseSpecial: false)
      #expect(tokenizer.decode(ids).utf8.elementsEqual(example.text.utf8), "\(example.text)")
    }
  }

  @Test(arguments: TokenizerGolden.names)
  func streamsWholeCharactersThatJoinToTheWholeText(_ name: String) throws {
    let golden = try TokenizerGolden(name)
    let tokenizer = try TokenizerGolden.tokenizer(name)
    for example in golden.cases {
      let ids = tokenizer.encode(example.text)
      var decoder = StreamDecoder(tokenizer, renderSpecial: true)
      let pieces = ids.map { decoder.append($0) } + [decoder.finish()]
      let whole = tokenizer.decode(ids, renderSpecial: true)
      #expect(pieces.joined().utf8.elementsEqual(whole.utf8))
      if !example.text.unicodeScalars.contains("\u{FFFD}") {
        #expect(!pieces.contains { $0.unicodeScalars.contains("\u{FFFD}") }, "\(example.text)")
      }
    }
  }

  @Test(
    arguments: TokenizerGolden.names,
    ["a", " ", "\n", "ab ", "1", "é", "'", "'é", "aB", "\u{301}", "<|end", "\t\u{3000}", "▁"])
  func takesLinearTime(_ name: String, _ part: String) throws {
    let tokenizer = try TokenizerGolden.tokenizer(name)
    let clock = ContinuousClock()
    func time(_ count: Int) -> Duration {
      let text = String(repeating: part, count: count / part.utf8.count)
      return clock.measure { #expect(!tokenizer.encode(text).isEmpty) }
    }
    // 16 times as much text: linear time makes it 16 times as slow, quadratic time 256 times.
    let short = min(time(2000), time(2000), time(2000))
    #expect(time(32000) < short * 128 + .milliseconds(250), "\(part.debugDescription)")
  }
}
