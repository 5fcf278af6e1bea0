import Phidelity

/// What one reading of a line has come to: the text, its place in the history, and a search.
struct LineEdit {
  /// A search back through the history for what contains a text.
  struct Search {
    var text = ""
    /// The entry found, which is shown.
    var index: Int?
    /// What was edited before the search began.
    let original: EditBuffer
  }

  let prompt: String
  let continuation: String
  var buffer = EditBuffer()
  var search: Search?
  /// Which entry is edited; the number of entries stands for the new line.
  private(set) var position: Int
  private var edited: [Int: EditBuffer] = [:]

  /// An empty new line, after so many entries of history.
  init(prompt: String, continuation: String, history: Int) {
    self.prompt = prompt
    self.continuation = continuation
    position = history
  }

  /// Goes to another entry, and keeps what was edited in this one.
  mutating func move(to index: Int, in entries: [String]) {
    guard index >= 0, index <= entries.count, index != position else { return }
    edited[position] = buffer
    position = index
    buffer = edited[index] ?? EditBuffer(index < entries.count ? entries[index] : "")
    buffer.moveToEnd()
  }

  /// Where everything stands on a screen; a line that is done needs no place for the cursor.
  func layout(columns: Int, isDone: Bool = false) -> ScreenLayout {
    ScreenLayout(
      prompt: shownPrompt, continuation: continuation, text: buffer.characters,
      cursor: isDone ? nil : buffer.cursor, columns: columns)
  }

  private var shownPrompt: String {
    guard let search else { return prompt }
    let failed = search.index == nil && !search.text.isEmpty ? "failing " : ""
    return "(\(failed)reverse-i-search)`\(search.text.printable)': "
  }
}
