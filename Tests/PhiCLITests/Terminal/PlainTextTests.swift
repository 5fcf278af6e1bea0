import Phidelity
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
  }

  @Test func stylesOnlyTerminals() {
    func render(_ text: StyledText, isTerminal: Bool = true, _ more: [String: String] = [:])
      -> String
    {
      let environment = ["TERM": "xterm"].merging(more) { $1 }
      return Style(isTerminal: isTerminal, environment: environment).render(text) { $0 }
    }
    #expect(render(.bold("x") + "y") == "\u{1B}[1mx\u{1B}[22my")
    #expect(render("a" + StyledText("x", .green)) == "a\u{1B}[32mx\u{1B}[39m")
    #expect(render(.bold("x"), isTerminal: false) == "x")
    #expect(render(.dim("x"), ["TERM": "dumb"]) == "x")
    #expect(render(.dim("x"), ["NO_COLOR": "1"]) == "x")
  }

  @Test func listsWordsInColumns() {
    #expect(Columns.text(["/a", "/bb", "/c"], columns: 11) == "/a   /bb\r\n/c\r\n")
    #expect(Columns.text(["/long"], columns: 3) == "/lo\r\n")
    #expect(Columns.text([], columns: 3) == "")
  }
}
