import Testing

@testable import PhiCLI

struct KeyDecoderTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let bytes: String
    let keys: [Key]
    var testDescription: String { bytes.debugDescription }
  }

  static let cases = [
    Case(bytes: "ab日本é👍", keys: [.text("ab日本é👍")]),
    Case(bytes: "\r", keys: [.enter]),
    Case(bytes: "\n", keys: [.newline]),
    Case(bytes: "a\nb\r", keys: [.text("a"), .newline, .text("b"), .enter]),
    Case(bytes: "\r\n", keys: [.enter]),
    Case(bytes: "\u{01}\u{05}\u{12}", keys: [.control("a"), .control("e"), .control("r")]),
    Case(bytes: "\u{7F}\u{08}", keys: [.backspace, .backspace]),
    Case(bytes: "\t", keys: [.tab]),
    Case(bytes: "\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D", keys: [.up, .down, .right, .left]),
    Case(bytes: "\u{1B}OA\u{1B}OH\u{1B}OF", keys: [.up, .home, .end]),
    Case(bytes: "\u{1B}[H\u{1B}[1~\u{1B}[7~", keys: [.home, .home, .home]),
    Case(bytes: "\u{1B}[F\u{1B}[4~\u{1B}[8~", keys: [.end, .end, .end]),
    Case(bytes: "\u{1B}[3~\u{1B}[3;5~", keys: [.delete, .deleteWordForward]),
    Case(bytes: "\u{1B}[1;5C\u{1B}[1;5D\u{1B}[1;3D", keys: [.wordRight, .wordLeft, .wordLeft]),
    Case(bytes: "\u{1B}[1;2C", keys: [.right]),
    Case(bytes: "\u{1B}b\u{1B}f\u{1B}d", keys: [.wordLeft, .wordRight, .deleteWordForward]),
    Case(bytes: "\u{1B}\u{7F}\u{1B}\r\u{1B}\n", keys: [.deleteWordBackward, .newline, .newline]),
    Case(bytes: "\u{1B}[13;2u\u{1B}[27;2;13~", keys: [.newline, .newline]),
    Case(bytes: "\u{1B}\u{1B}[D", keys: [.left]),
    Case(
      bytes: "\u{1B}[200~a\rb\r\nc\u{1B}[31m\u{1B}[201~d",
      keys: [.paste("a\nb\nc[31m"), .text("d")]),
    Case(bytes: "\u{1B}[200~\u{1B}[201~", keys: []),
    Case(bytes: "\u{1B}[15~\u{1B}[99;99;99x\u{1B}[[A\u{1B}zq", keys: [.text("q")]),
    Case(bytes: "\u{1B}[" + String(repeating: "9", count: 5000) + "mq", keys: [.text("q")]),
    Case(bytes: "\u{1B}]11;rgb:0/0/0\u{07}a\u{1B}Pxyz\u{1B}\\b", keys: [.text("ab")]),
    Case(bytes: "\u{1B}éx\u{85}y", keys: [.text("xy")]),
    Case(bytes: "\u{0}\u{1C}\u{1F}", keys: []),
  ]

  @Test(arguments: cases)
  func decodesAtOnce(example: Case) {
    var decoder = KeyDecoder()
    #expect(decoder.decode(Array(example.bytes.utf8)) == example.keys)
    #expect(!decoder.isPending)
  }

  @Test(arguments: cases)
  func decodesByteByByte(example: Case) {
    var decoder = KeyDecoder()
    var keys: [Key] = []
    for byte in example.bytes.utf8 {
      for key in decoder.decode([byte]) {
        if case .text(let more) = key, case .text(let before) = keys.last {
          keys[keys.count - 1] = .text(before + more)
        } else {
          keys.append(key)
        }
      }
    }
    #expect(keys == example.keys)
  }

  @Test func takesAWrittenLineFeedForEnter() {
    var decoder = KeyDecoder()
    #expect(decoder.decode(Array("ab\n".utf8)) == [.text("ab"), .enter])
    #expect(decoder.decode(Array("a\nb".utf8), cooked: true) == [.text("a"), .enter, .text("b")])
  }

  @Test(
    arguments: [
      [0xFF], [0xC3, 0x28], [0xE2, 0x82], [0x80, 0x80], [0xED, 0xA0, 0x80], [0xF8, 0x88],
      [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0xC3],
    ] as [[UInt8]])
  func swallowsInvalidUTF8(bytes: [UInt8]) {
    var decoder = KeyDecoder()
    let keys = decoder.decode(bytes) + decoder.flush() + decoder.decode(Array("é".utf8))
    let text = keys.map { if case .text(let text) = $0 { text } else { "?" } }.joined()
    #expect(text == (bytes == [0xC3, 0x28] ? "(é" : "é"))
  }

  @Test func endsWhatIsUnfinished() {
    var decoder = KeyDecoder()
    #expect(decoder.decode([0x1B]).isEmpty && decoder.isPending)
    #expect(decoder.flush() == [.escape])
    #expect(decoder.decode(Array("\u{1B}[200~ab".utf8)).isEmpty && decoder.isPasting)
    #expect(decoder.flush() == [.paste("ab")])
    #expect(decoder.decode(Array("c".utf8)) == [.text("c")])
  }

  @Test func survivesRandomBytes() {
    var random = SystemRandomNumberGenerator.Seeded(3)
    var decoder = KeyDecoder()
    for _ in 0..<2000 {
      let bytes = (0..<Int(random.next() % 12)).map { _ in
        let value = random.next()
        return value & 0x300 == 0 ? 0x1B : UInt8(truncatingIfNeeded: value >> 16)
      }
      for case .text(let text) in decoder.decode(bytes) {
        #expect(PlainText.sanitize(text) == text)
      }
    }
    _ = decoder.flush()
    #expect(decoder.decode([0x0D]) == [.enter])
  }
}
