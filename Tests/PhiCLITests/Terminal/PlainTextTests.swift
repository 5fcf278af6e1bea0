import Testing

@testable import PhiCLI

struct PlainTextTests {
  @Test(arguments: [
    ("a", "a"), ("\"\"\"a\"\"\"", "a"), ("\"\"\"\na\n\nb\n\"\"\"", "a\n\nb"), ("\"\"\"a", nil),
    ("\"\"\"", nil), ("\"\"\"\"", nil), ("\"\"\"\"\"\"", ""), ("a\"\"\"", "a\"\"\""),
    ("\"\"\"a\"\"\"  ", "a"), ("\"\"\"a\"\"\" b", nil), ("\"\"\"a\"\"\" b\"\"\"", "a\"\"\" b"),
  ])
  func resolvesMultilineText(entry: String, text: String?) {
    #expect(MultilineText.resolve(entry) == text)
  }

  @Test func keepsWhatWasNeverClosed() {
    #expect(MultilineText.unfinished("\"\"\"\na\nb") == "a\nb")
    #expect(MultilineText.unfinished("a") == "a")
  }

  @Test func sanitizesControls() {
    #expect(PlainText.sanitize("a\r\nb\rc\n\td\u{1B}\u{7F}\u{9B}\u{FFFD}e") == "a\nb\nc\n\tde")
    #expect(PlainText.withoutEscapes("\u{1B}[1m>\u{1B}[22m x\u{1B}[") == "> x")
  }

  @Test func stylesOnlyTerminals() {
    let terminal = ["TERM": "xterm"]
    #expect(Style(isTerminal: true, environment: terminal).bold("x") == "\u{1B}[1mx\u{1B}[22m")
    #expect(
      Style(isTerminal: true, environment: terminal).colour(.green, "x")
        == "\u{1B}[32mx\u{1B}[39m")
    #expect(Style(isTerminal: false, environment: terminal).bold("x") == "x")
    #expect(Style(isTerminal: true, environment: ["TERM": "dumb"]).dim("x") == "x")
    #expect(
      Style(isTerminal: true, environment: ["TERM": "xterm", "NO_COLOR": "1"]).dim("x") == "x")
  }

  @Test func listsWordsInColumns() {
    #expect(Columns.text(["/a", "/bb", "/c"], columns: 11) == "/a   /bb\r\n/c\r\n")
    #expect(Columns.text(["/long"], columns: 3) == "/lo\r\n")
    #expect(Columns.text([], columns: 3) == "")
  }
}
