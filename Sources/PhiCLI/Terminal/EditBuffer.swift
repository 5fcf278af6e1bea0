/// A text with a cursor between its grapheme clusters, and what editing keys do to it.
struct EditBuffer {
  private(set) var characters: [Character] = []
  /// How many characters stand before the cursor.
  private(set) var cursor = 0
  /// What the last kill took, for `yank`.
  private(set) var killed: [Character] = []
  private var goalColumn: Int?

  /// A buffer that holds the text, with the cursor at its end.
  init(_ text: String = "") { replace(with: text) }

  /// The whole text.
  var text: String { String(characters) }

  /// The text before the cursor.
  var head: String { String(characters[..<cursor]) }

  /// Whether there is no text.
  var isEmpty: Bool { characters.isEmpty }

  /// Makes the text another one, with the cursor at its end.
  mutating func replace(with text: String) {
    characters = Array(text)
    cursor = characters.count
    goalColumn = nil
  }

  /// Makes what stands before the cursor another text.
  mutating func replaceHead(with text: String) {
    characters.removeSubrange(..<cursor)
    cursor = 0
    insert(text)
  }

  /// Inserts before the cursor; scalars that combine join the characters around them.
  mutating func insert(_ text: String) {
    goalColumn = nil
    guard !text.isEmpty else { return }
    let start = max(cursor - 1, 0)
    let end = min(cursor + 1, characters.count)
    let head = String(characters[start..<cursor]) + text
    let joined = Array(head + String(characters[cursor..<end]))
    characters.replaceSubrange(start..<end, with: joined)
    cursor = min(start + head.count, start + joined.count)
  }

  /// Moves by one character.
  mutating func moveLeft() { move(to: cursor - 1) }

  /// Moves by one character.
  mutating func moveRight() { move(to: cursor + 1) }

  /// Moves to the beginning of the line.
  mutating func moveToLineStart() { move(to: lineStart(before: cursor)) }

  /// Moves to the end of the line.
  mutating func moveToLineEnd() { move(to: lineEnd(after: cursor)) }

  /// Moves behind the last character.
  mutating func moveToEnd() { move(to: characters.count) }

  /// Moves to the beginning of the word at or before the cursor.
  mutating func moveWordLeft() { move(to: wordStart()) }

  /// Moves behind the word at or after the cursor.
  mutating func moveWordRight() { move(to: wordEnd()) }

  /// Moves to the line above, about the same column; false when there is none.
  mutating func moveUp() -> Bool {
    let start = lineStart(before: cursor)
    guard start > 0 else { return false }
    moveVertically(to: lineStart(before: start - 1), from: start)
    return true
  }

  /// Moves to the line below, about the same column; false when there is none.
  mutating func moveDown() -> Bool {
    let end = lineEnd(after: cursor)
    guard end < characters.count else { return false }
    moveVertically(to: end + 1, from: lineStart(before: cursor))
    return true
  }

  /// Deletes the character before the cursor.
  mutating func deleteBackward() {
    goalColumn = nil
    guard cursor > 0 else { return }
    remove(cursor - 1..<cursor)
  }

  /// Deletes the character after the cursor.
  mutating func deleteForward() {
    goalColumn = nil
    guard cursor < characters.count else { return }
    remove(cursor..<cursor + 1)
  }

  /// Kills to the end of the line, or the line feed that is all there is.
  mutating func killToLineEnd() {
    let end = lineEnd(after: cursor)
    kill(cursor..<(end == cursor ? min(end + 1, characters.count) : end))
  }

  /// Kills to the beginning of the line, or the line feed before it.
  mutating func killToLineStart() {
    let start = lineStart(before: cursor)
    kill((start == cursor ? max(start - 1, 0) : start)..<cursor)
  }

  /// Kills back to white space, as Ctrl-W does.
  mutating func killBlankDelimitedWord() {
    var start = cursor
    while start > 0, characters[start - 1].isWhitespace { start -= 1 }
    while start > 0, !characters[start - 1].isWhitespace { start -= 1 }
    kill(start..<cursor)
  }

  /// Kills back to the beginning of a word.
  mutating func killWordBackward() { kill(wordStart()..<cursor) }

  /// Kills to the end of a word.
  mutating func killWordForward() { kill(cursor..<wordEnd()) }

  /// Inserts what was killed last.
  mutating func yank() { insert(String(killed)) }

  /// Swaps the characters around the cursor, or the last two of the line at its end.
  mutating func transpose() {
    goalColumn = nil
    let start = lineStart(before: cursor)
    let end = lineEnd(after: cursor)
    guard end - start >= 2, cursor > start else { return }
    let second = cursor == end ? cursor - 1 : cursor
    characters.swapAt(second - 1, second)
    normalize(cursor: second + 1)
  }

  private mutating func move(to position: Int) {
    goalColumn = nil
    cursor = min(max(position, 0), characters.count)
  }

  private mutating func kill(_ range: Range<Int>) {
    goalColumn = nil
    guard !range.isEmpty else { return }
    killed = Array(characters[range])
    remove(range)
  }

  private mutating func remove(_ range: Range<Int>) {
    characters.removeSubrange(range)
    normalize(cursor: range.lowerBound)
  }

  /// Joins what became neighbours and belongs together, such as two halves of a flag.
  private mutating func normalize(cursor position: Int) {
    let start = max(position - 2, 0)
    let end = min(position + 2, characters.count)
    let joined = Array(String(characters[start..<end]))
    cursor = min(position, characters.count)
    guard joined.count != end - start else { return }
    cursor = start + String(characters[start..<cursor]).count
    characters.replaceSubrange(start..<end, with: joined)
    cursor = min(cursor, characters.count)
  }

  private mutating func moveVertically(to target: Int, from start: Int) {
    let goal = goalColumn ?? width(start..<cursor)
    let end = lineEnd(after: target)
    var position = target
    var column = 0
    while position < end {
      column += DisplayWidth.of(characters[position])
      if column > goal { break }
      position += 1
    }
    cursor = position
    goalColumn = goal
  }

  private func width(_ range: Range<Int>) -> Int {
    characters[range].reduce(0) { $0 + DisplayWidth.of($1) }
  }

  private func lineStart(before position: Int) -> Int {
    characters[..<position].lastIndex(of: "\n").map { $0 + 1 } ?? 0
  }

  private func lineEnd(after position: Int) -> Int {
    characters[position...].firstIndex(of: "\n") ?? characters.count
  }

  private func wordStart() -> Int {
    var start = cursor
    while start > 0, !isWord(start - 1) { start -= 1 }
    while start > 0, isWord(start - 1) { start -= 1 }
    return start
  }

  private func wordEnd() -> Int {
    var end = cursor
    while end < characters.count, !isWord(end) { end += 1 }
    while end < characters.count, isWord(end) { end += 1 }
    return end
  }

  private func isWord(_ index: Int) -> Bool {
    characters[index].isLetter || characters[index].isNumber || characters[index] == "_"
  }
}
