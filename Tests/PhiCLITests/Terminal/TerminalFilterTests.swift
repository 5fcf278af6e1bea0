import Phidelity
import Testing

@testable import PhiCLI

struct TerminalFilterTests {
  private func shown(_ texts: String...) -> String {
    var filter = TerminalFilter()
    return texts.map { filter.shown($0) }.joined()
  }

  @Test(arguments: [
    ("clipboard", "\u{1B}]52;c;cm0=\u{7}", "\\u{1b}]52;c;cm0=\\u{7}"),
    ("title", "\u{1B}]0;x\u{1B}\\", "\\u{1b}]0;x\\u{1b}\\"),
    ("clear screen", "a\u{1B}[2Jb", "a\\u{1b}[2Jb"),
    ("colour", "\u{1B}[31mred", "\\u{1b}[31mred"),
    ("C1", "\u{9B}2J\u{9D}52;c;\u{9C}\u{85}", "\\u{9b}2J\\u{9d}52;c;\\u{9c}\\u{85}"),
    ("C0", "\u{0}\u{8}\u{B}\u{C}\u{E}\u{7F}", "\\u{0}\\u{8}\\u{b}\\u{c}\\u{e}\\u{7f}"),
    ("direction", "\u{202E}\u{2066}\u{200F}\u{61C}", "\\u{202e}\\u{2066}\\u{200f}\\u{61c}"),
    ("combined", "\u{1B}\u{301}[2J", "\\u{1b}\u{301}[2J"),
    ("overwriting", "evil\rgood", "evil\\rgood"),
  ])
  func showsWhatWouldAct(_ name: String, text: String, expected: String) {
    #expect(shown(text, "") == expected)
  }

  @Test(arguments: [
    "", "plain\n\ttext\n", "a\r\nb\r\n", "日本 é e\u{301} 👨‍👩‍👧 ❤️ שלום عربى ไทย\u{200D}\u{FEFF}\u{FFFD}",
  ])
  func leavesTextAlone(_ text: String) {
    #expect(shown(text).unicodeScalars.elementsEqual(text.unicodeScalars))
  }

  @Test func judgesReturnsOverPieces() {
    #expect(shown("a\r", "\nb") == "a\r\nb")
    #expect(shown("a\r", "b") == "a\\rb")
    #expect(shown("a\r", "\r", "\n") == "a\\r\r\n")
    #expect(shown("a", "\r", "", "\n") == "a\r\n")
  }

  @Test func splitSequencesStayHarmless() {
    #expect(shown("\u{1B}", "]52;c;", "x", "\u{7}") == "\\u{1b}]52;c;x\\u{7}")
  }

  @Test func filtersEveryControl() {
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value), scalar != "\n", scalar != "\t" else { continue }
      var filter = TerminalFilter()
      let text = filter.shown(String(scalar) + ".")
      let controls: [ClosedRange<UInt32>] = [
        0...0x1F, 0x7F...0x9F, 0x61C...0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069,
      ]
      let isControl = controls.contains { $0.contains(value) }
      #expect((text != String(scalar) + ".") == isControl, "U+\(String(value, radix: 16))")
    }
  }
}
