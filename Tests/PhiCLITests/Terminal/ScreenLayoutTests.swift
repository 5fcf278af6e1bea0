import Testing

@testable import PhiCLI

struct ScreenLayoutTests {
  private func layout(_ text: String, cursor: Int?, columns: Int = 10) -> ScreenLayout {
    ScreenLayout(
      prompt: "\u{1B}[1m> \u{1B}[0m", continuation: ". ", text: text, cursor: cursor,
      columns: columns)
  }

  private let prompt = "\u{1B}[1m> \u{1B}[0m"

  @Test func countsNoColumnsForEscapes() {
    let layout = layout("abc", cursor: 1)
    #expect(layout.rows == [prompt + "abc"])
    #expect(layout.cursorRow == 0 && layout.cursorColumn == 3)
  }

  @Test func breaksRowsAtTheEdge() {
    #expect(layout("abcdefgh", cursor: 0).rows == [prompt + "abcdefgh"])
    #expect(layout("abcdefghi", cursor: 0).rows == [prompt + "abcdefgh", "i"])
    #expect(layout("abcdefg日", cursor: 0).rows == [prompt + "abcdefg", "日"])
  }

  @Test func putsTheCursorAtTheEndOfAFullRowOnTheNext() {
    let full = layout("abcdefgh", cursor: 8)
    #expect(full.cursorRow == 1 && full.cursorColumn == 0 && full.rows.count == 2)
    #expect(layout("abcdefgh", cursor: nil).rows.count == 1)
    let wide = layout("abcdefg日", cursor: 7)
    #expect(wide.cursorRow == 1 && wide.cursorColumn == 0)
  }

  @Test func continuesLines() {
    let layout = layout("a\nb\n", cursor: 4)
    #expect(layout.rows == [prompt + "a", ". b", ". "])
    #expect(layout.cursorRow == 2 && layout.cursorColumn == 2)
  }

  @Test func showsTabsAndControls() {
    #expect(layout("a\tb\u{1B}", cursor: 0, columns: 20).rows == [prompt + "a     b^["])
  }

  @Test(arguments: [1, 2, 3, 5])
  func fitsAnyWidth(columns: Int) {
    let layout = layout("日本\ta\n👨‍👩‍👧e\u{301}x", cursor: 4, columns: columns)
    #expect(layout.widths.allSatisfy { $0 <= max(columns, 2) })
    #expect(layout.cursorRow < layout.rows.count)
  }

  @Test func showsAWindowAroundTheCursor() {
    let text = (0..<20).map(String.init).joined(separator: "\n")
    for cursor in 0...text.count {
      let whole = layout(text, cursor: cursor)
      let part = whole.window(height: 5)
      #expect(part.rows.count == 5 && (0..<5).contains(part.cursorRow))
      #expect(part.rows[part.cursorRow] == whole.rows[whole.cursorRow])
    }
  }

  @Test func findsTheCursorAfterAReflow() {
    let layout = layout("abcdefghij", cursor: 10)
    #expect(layout.cursorRow(reflowedTo: 10) == 1)
    #expect(layout.cursorRow(reflowedTo: 5) == 2)
    #expect(layout.cursorRow(reflowedTo: 1) == 12)
  }
}
