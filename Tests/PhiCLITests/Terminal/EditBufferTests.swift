import Testing

@testable import PhiCLI

struct EditBufferTests {
  /// A buffer written with `|` where the cursor stands.
  private func buffer(_ marked: String) -> EditBuffer {
    var buffer = EditBuffer(marked.replacing("|", with: ""))
    buffer.moveToEnd()
    let cursor = String(marked.prefix { $0 != "|" }).count
    while buffer.cursor > cursor { buffer.moveLeft() }
    return buffer
  }

  private func marked(_ buffer: EditBuffer) -> String {
    String(buffer.characters[..<buffer.cursor]) + "|" + String(buffer.characters[buffer.cursor...])
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let before: String
    let after: String
    let edit: @Sendable (inout EditBuffer) -> Void
    var testDescription: String { "\(name): \(before)" }
  }

  static let cases = [
    Case(name: "insert", before: "a|c", after: "ab|c") { $0.insert("b") },
    Case(name: "delete back", before: "日本|語", after: "日|語") { $0.deleteBackward() },
    Case(name: "delete back at start", before: "|a", after: "|a") { $0.deleteBackward() },
    Case(name: "delete family", before: "a👨‍👩‍👧|b", after: "a|b") { $0.deleteBackward() },
    Case(name: "delete forward", before: "a|é", after: "a|") { $0.deleteForward() },
    Case(name: "delete forward at end", before: "a|", after: "a|") { $0.deleteForward() },
    Case(name: "line start", before: "a\nbc|d\ne", after: "a\n|bcd\ne") { $0.moveToLineStart() },
    Case(name: "line end", before: "a\nb|cd\ne", after: "a\nbcd|\ne") { $0.moveToLineEnd() },
    Case(name: "word left", before: "ab, cd  |", after: "ab, |cd  ") { $0.moveWordLeft() },
    Case(name: "word right", before: "ab|, cd e", after: "ab, cd| e") { $0.moveWordRight() },
    Case(name: "kill to end", before: "ab|cd\ne", after: "ab|\ne") { $0.killToLineEnd() },
    Case(name: "kill line feed", before: "ab|\ne", after: "ab|e") { $0.killToLineEnd() },
    Case(name: "kill at end", before: "ab|", after: "ab|") { $0.killToLineEnd() },
    Case(name: "kill to start", before: "a\nbc|d", after: "a\n|d") { $0.killToLineStart() },
    Case(name: "kill line feed back", before: "a\n|d", after: "a|d") { $0.killToLineStart() },
    Case(name: "kill blank word", before: "a b-c |d", after: "a |d") {
      $0.killBlankDelimitedWord()
    },
    Case(name: "kill word back", before: "a b-c |d", after: "a b-|d") { $0.killWordBackward() },
    Case(name: "kill word forward", before: "a| b-c", after: "a|-c") { $0.killWordForward() },
    Case(name: "transpose", before: "ab|cd", after: "acb|d") { $0.transpose() },
    Case(name: "transpose at end", before: "ab|", after: "ba|") { $0.transpose() },
    Case(name: "transpose at start", before: "|ab", after: "|ab") { $0.transpose() },
    Case(name: "transpose after line feed", before: "a\n|b", after: "a\n|b") { $0.transpose() },
    Case(name: "up keeps column", before: "abc\nx\nab|c", after: "abc\nx|\nabc") {
      _ = $0.moveUp()
    },
    Case(name: "up twice keeps column", before: "abc\nx\nab|c", after: "ab|c\nx\nabc") {
      _ = $0.moveUp()
      _ = $0.moveUp()
    },
    Case(name: "down counts columns", before: "日|本\nabcd", after: "日本\nab|cd") {
      _ = $0.moveDown()
    },
    Case(name: "down to empty", before: "a|\n", after: "a\n|") { _ = $0.moveDown() },
    Case(name: "yank", before: "ab cd|", after: "ab ef|") {
      $0.killWordBackward()
      $0.insert("ef")
      $0.killWordBackward()
      $0.yank()
    },
    Case(name: "replace head", before: "/h| x", after: "/help| x") {
      $0.replaceHead(with: "/help")
    },
  ]

  @Test(arguments: cases)
  func edits(example: Case) {
    var buffer = buffer(example.before)
    example.edit(&buffer)
    #expect(marked(buffer) == example.after)
  }

  @Test func joinsWhatCombines() {
    var buffer = EditBuffer("e")
    buffer.insert("\u{301}")
    #expect(buffer.characters == ["e\u{301}"] && buffer.cursor == 1)
    buffer = EditBuffer("🇩x🇪")
    buffer.moveLeft()
    buffer.deleteBackward()
    #expect(buffer.characters == ["🇩🇪"] && buffer.cursor == 1)
  }

  @Test func movesNowhereAtTheEdges() {
    var buffer = EditBuffer("ab")
    #expect(!buffer.moveUp() && !buffer.moveDown())
    buffer.moveRight()
    #expect(buffer.cursor == 2)
  }

  @Test func staysWholeUnderRandomEdits() {
    var random = SystemRandomNumberGenerator.Seeded(7)
    let pieces = ["a", "日", "\u{301}", "👩", "\u{200D}", "🇩", "\n", " ", "\u{FE0F}", "é", "\r\n"]
    var buffer = EditBuffer()
    for _ in 0..<4000 {
      switch random.next() % 16 {
      case 0: buffer.deleteBackward()
      case 1: buffer.deleteForward()
      case 2: buffer.moveLeft()
      case 3: buffer.moveRight()
      case 4: buffer.transpose()
      case 5: _ = buffer.moveUp()
      case 6: _ = buffer.moveDown()
      case 7: buffer.moveWordLeft()
      case 8: if buffer.characters.count > 60 { buffer.killToLineStart() }
      case 9: buffer.yank()
      case 10: buffer.moveToLineEnd()
      default: buffer.insert(pieces[Int(random.next() % UInt64(pieces.count))])
      }
      if buffer.characters.count > 400 { buffer.replace(with: "x") }
      #expect((0...buffer.characters.count).contains(buffer.cursor))
    }
  }
}

extension SystemRandomNumberGenerator {
  /// SplitMix64, so that a failure comes back.
  struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
