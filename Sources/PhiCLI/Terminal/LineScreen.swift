/// Draws a prompt and the text after it where the cursor was, and draws it anew when it changes.
struct LineScreen {
  private let output: Int32
  private var drawn: ScreenLayout?
  private var drawnColumns = 0

  /// A screen on which nothing is drawn yet; its cursor should be in the first column.
  init(output: Int32) {
    self.output = output
  }

  /// The columns of the terminal now.
  var columns: Int { Terminal.columns(of: output) }

  /// Replaces what is drawn, by what fits on the terminal or by all rows.
  mutating func draw(_ layout: ScreenLayout, whole: Bool = false) {
    let part = whole ? layout : layout.window(height: Terminal.rows(of: output))
    var text = beginning() + "\u{1B}[J" + part.rows.joined(separator: "\r\n")
    text += up(part.rows.count - 1 - part.cursorRow) + "\r"
    let column = min(part.cursorColumn, columns - 1)
    if column > 0 { text += "\u{1B}[\(column)C" }
    write(text)
    drawn = part
    drawnColumns = columns
  }

  /// Leaves what is drawn where it is, and goes on below it.
  mutating func finish(_ remark: String = "") {
    guard let drawn else { return }
    let down = drawn.rows.count - 1 - drawn.cursorRow
    let last = drawn.widths.last ?? 0
    var text = down > 0 ? "\u{1B}[\(down)B" : ""
    text += "\r" + (last > 0 && !remark.isEmpty ? "\u{1B}[\(last)C" : "")
    write(text + remark + "\r\n")
    self.drawn = nil
  }

  /// Clears the terminal; the next drawing begins at its top.
  mutating func clear() {
    write("\u{1B}[H\u{1B}[2J")
    drawn = nil
  }

  /// Forgets what is drawn, because something else was written since.
  mutating func forget() { drawn = nil }

  /// Writes below what is drawn, from the first column.
  mutating func note(_ text: String) {
    finish()
    write(text)
  }

  /// Moves to the first row and column of what is drawn.
  private func beginning() -> String {
    guard let drawn else { return "\r" }
    let columns = columns
    let row = columns == drawnColumns ? drawn.cursorRow : drawn.cursorRow(reflowedTo: columns)
    return up(row) + "\r"
  }

  private func up(_ rows: Int) -> String { rows > 0 ? "\u{1B}[\(rows)A" : "" }

  private func write(_ text: String) {
    var text = text
    text.withUTF8 { _ = Descriptor.write(UnsafeRawBufferPointer($0), to: output) }
  }
}
