import Phidelity

/// Where prompt and text stand on a screen, row by row.
struct ScreenLayout: Equatable {
  /// The rows to draw, none wider than the screen.
  private(set) var rows: [String] = [""]
  /// The columns that each row takes.
  private(set) var widths: [Int] = [0]
  private(set) var cursorRow = 0
  private(set) var cursorColumn = 0

  /// Breaks prompt and text into rows.
  ///
  /// The first line of the text begins after `prompt`, and the others after `continuation`; both
  /// may hold escape sequences, which take no columns. Without a cursor no row is made for it.
  init(
    prompt: String, continuation: String, text: some Sequence<Character>, cursor: Int?,
    columns: Int
  ) {
    let columns = max(columns, 2)
    for cell in PlainText.cells(of: prompt) {
      if cell.text == "\n" { startRow() } else { place(cell.text, cell.width, columns) }
    }
    let margin = PlainText.cells(of: continuation)
    var index = 0
    for character in text {
      if index == cursor { markCursor(columns, next: max(1, DisplayWidth.of(character))) }
      index += 1
      if character.isNewline {
        startRow()
        for cell in margin { place(cell.text, cell.width, columns) }
      } else if character == "\t" {
        let width = 8 - widths[widths.count - 1] % 8
        for _ in 0..<min(width, columns) { place(" ", 1, columns) }
      } else {
        let cell = Self.visible(character)
        place(cell.text, cell.width, columns)
      }
    }
    if let cursor {
      if index <= cursor { markCursor(columns, next: 1) }
    } else {
      markCursor(columns, next: 0)
    }
  }

  /// The part around the cursor that a screen of so many rows can show.
  func window(height: Int) -> ScreenLayout {
    let height = max(height, 1)
    guard rows.count > height else { return self }
    let top = min(max(cursorRow - height / 2, 0), rows.count - height)
    var part = self
    part.rows = Array(rows[top..<top + height])
    part.widths = Array(widths[top..<top + height])
    part.cursorRow -= top
    return part
  }

  /// The row the cursor is in once a terminal has broken the drawn rows anew.
  func cursorRow(reflowedTo columns: Int) -> Int {
    let columns = max(columns, 1)
    let above = widths[..<cursorRow].reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
    return above + cursorColumn / columns
  }

  private mutating func startRow() {
    rows.append("")
    widths.append(0)
  }

  private mutating func place(_ text: String, _ width: Int, _ columns: Int) {
    if widths[widths.count - 1] + width > columns { startRow() }
    rows[rows.count - 1] += text
    widths[widths.count - 1] += width
  }

  /// The cursor stands where the next character goes, which may be the next row.
  private mutating func markCursor(_ columns: Int, next: Int) {
    if widths[widths.count - 1] + next > columns { startRow() }
    cursorRow = rows.count - 1
    cursorColumn = widths[widths.count - 1]
  }

  private static func visible(_ character: Character) -> (text: String, width: Int) {
    guard let scalar = character.unicodeScalars.first, scalar.actsOnTerminals else {
      return (String(character), DisplayWidth.of(character))
    }
    if scalar.isASCII {
      return ("^" + String(Character(Unicode.Scalar(UInt8(scalar.value) ^ 0x40))), 2)
    }
    let text = String(character).printable
    return (text, text.count)
  }
}
