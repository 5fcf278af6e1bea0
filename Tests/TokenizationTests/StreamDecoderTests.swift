import Testing

@testable import Tokenization

@Suite struct StreamDecoderTests {
  /// A vocabulary of the 256 bytes, whose ids are the bytes.
  private let bytes = Tokenizer(
    bytePair: (0..<256).map { ByteCharacters.encoded[$0] }, merges: [])

  private func stream(_ tokens: some Sequence<Int32>, _ tokenizer: Tokenizer) -> [String] {
    var decoder = StreamDecoder(tokenizer)
    return tokens.map { decoder.append($0) } + [decoder.finish()]
  }

  @Test func charactersComeWhole() {
    let text = "aé日👩🏽z"
    let pieces = stream(text.utf8.map { Int32($0) }, bytes)
    #expect(pieces.filter { !$0.isEmpty } == text.unicodeScalars.map { String($0) })
  }

  @Test func whatComesIsWhatAllAtOnceDecodesTo() {
    var generator = SeededGenerator(seed: 11)
    // Leads and continuations of every kind, often in a wrong order.
    let pool: [UInt8] = [
      0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
      0xED, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
    ]
    for _ in 0..<4000 {
      let text = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
        pool.randomElement(using: &generator) ?? 0
      }
      let pieces = stream(text.map { Int32($0) }, bytes)
      #expect(pieces.joined() == String(decoding: text, as: UTF8.self), "\(text)")
      #expect(bytes.decode(text.map { Int32($0) }) == String(decoding: text, as: UTF8.self))
    }
  }

  @Test func nothingInvalidIsHeldBack() {
    #expect(stream([0xE0, 0x80, 0x41], bytes) == ["", "\u{FFFD}\u{FFFD}", "A", ""])
    #expect(stream([0xED, 0xA0], bytes) == ["", "\u{FFFD}\u{FFFD}", ""])
    #expect(stream([0xF5], bytes) == ["\u{FFFD}", ""])
    #expect(stream([0xE6, 0x97, 0xA5], bytes) == ["", "", "日", ""])
    #expect(stream([0xE6, 0x97], bytes) == ["", "", "\u{FFFD}"])
  }

  @Test func aContinuationKeepsItsFirstSpace() throws {
    let tokenizer = try TokenizerGolden.tokenizer("phi-3")
    let tokens = tokenizer.encode("the of")
    let last = try #require(tokens.last)
    var text = StreamDecoder(tokenizer, after: tokens[tokens.count - 2])
    var start = StreamDecoder(tokenizer)
    var answer = StreamDecoder(tokenizer, after: tokenizer.vocabulary.id(of: "<|assistant|>"))
    let piece = tokenizer.bytes(of: last, renderSpecial: false)
    #expect(piece.first == UInt8(ascii: " "))
    #expect(Array(text.append(last).utf8) == piece)
    #expect(Array(start.append(last).utf8) == Array(piece.dropFirst()))
    #expect(Array(answer.append(last).utf8) == Array(piece.dropFirst()))
  }
}
