import Testing

@testable import PhiCLI

struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("ｱ", 1), ("Ａ", 2), ("한", 2),
    ("\u{1112}\u{1161}\u{11AB}", 2), ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2),
    ("❤", 1), ("☃", 1), ("\u{200B}", 0), ("\u{AD}", 0), ("\u{7}", 0), ("नी", 2), ("ไทย", 3),
    ("กำ", 2), ("क्षी", 3), ("❤️‍🔥", 2),
    ("\u{3000}", 2), ("𠀀", 2), ("—…“”", 4), ("1️⃣", 1), ("\u{FE0F}", 0),
  ])
  func countsColumns(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test func cutsBetweenCharacters() {
    #expect(DisplayWidth.prefix(of: "a日本", columns: 4) == "a日")
    #expect(DisplayWidth.prefix(of: "ab", columns: 0) == "")
    #expect(DisplayWidth.prefix(of: "ab", columns: -1) == "")
  }
}
