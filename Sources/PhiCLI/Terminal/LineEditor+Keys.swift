extension LineEditor {
  /// Does what the key asks for, and returns how the line ended if it did.
  func handle(_ key: Key, _ edit: inout LineEdit) -> Event? {
    if edit.search != nil, searchTakes(key, &edit) { return nil }
    switch key {
    case .enter: return submit(&edit)
    case .control(let letter): return handle(control: letter, &edit)
    case .tab: complete(&edit)
    case .up: moveUp(&edit)
    case .down: moveDown(&edit)
    default: Self.apply(key, to: &edit.buffer)
    }
    return nil
  }

  private static func apply(_ key: Key, to buffer: inout EditBuffer) {
    switch key {
    case .text(let text), .paste(let text): buffer.insert(text)
    case .newline: buffer.insert("\n")
    case .backspace: buffer.deleteBackward()
    case .delete: buffer.deleteForward()
    case .deleteWordBackward: buffer.killWordBackward()
    case .deleteWordForward: buffer.killWordForward()
    case .left: buffer.moveLeft()
    case .right: buffer.moveRight()
    case .home: buffer.moveToLineStart()
    case .end: buffer.moveToLineEnd()
    case .wordLeft: buffer.moveWordLeft()
    case .wordRight: buffer.moveWordRight()
    case .enter, .control, .tab, .up, .down, .escape: break
    }
  }

  private func handle(control letter: Character, _ edit: inout LineEdit) -> Event? {
    switch letter {
    case "a": edit.buffer.moveToLineStart()
    case "b": edit.buffer.moveLeft()
    case "c": return interrupt(&edit)
    case "d":
      guard edit.buffer.isEmpty else {
        edit.buffer.deleteForward()
        return nil
      }
      screen.draw(edit.layout(columns: screen.columns))
      screen.finish()
      return .endOfInput
    case "e": edit.buffer.moveToLineEnd()
    case "f": edit.buffer.moveRight()
    case "k": edit.buffer.killToLineEnd()
    case "l": screen.clear()
    case "n": moveDown(&edit)
    case "p": moveUp(&edit)
    case "r": edit.search = LineEdit.Search(original: edit.buffer)
    case "t": edit.buffer.transpose()
    case "u": edit.buffer.killToLineStart()
    case "w": edit.buffer.killBlankDelimitedWord()
    case "y": edit.buffer.yank()
    case "z":
      screen.finish()
      RawMode.suspend()
      screen.forget()
    default: break
    }
    return nil
  }

  private func submit(_ edit: inout LineEdit) -> Event? {
    let entry = edit.buffer.text
    guard let text = MultilineText.resolve(entry) else {
      edit.buffer.moveToEnd()
      edit.buffer.insert("\n")
      return nil
    }
    edit.buffer.moveToEnd()
    screen.draw(edit.layout(columns: screen.columns, isDone: true), whole: true)
    screen.finish()
    history.append(entry)
    return .line(text)
  }

  /// Drops the line, or gives up the prompt when there is nothing to drop.
  private func interrupt(_ edit: inout LineEdit) -> Event? {
    let isEmpty = edit.buffer.isEmpty
    edit.buffer.moveToEnd()
    screen.draw(edit.layout(columns: screen.columns))
    screen.finish("^C")
    edit = LineEdit(
      prompt: edit.prompt, continuation: edit.continuation, history: history.entries.count)
    return isEmpty ? .interrupted : nil
  }

  private func moveUp(_ edit: inout LineEdit) {
    if !edit.buffer.moveUp() { edit.move(to: edit.position - 1, in: history.entries) }
  }

  private func moveDown(_ edit: inout LineEdit) {
    if !edit.buffer.moveDown() { edit.move(to: edit.position + 1, in: history.entries) }
  }

  /// Puts what all completions begin with before the cursor, or shows what there is.
  private func complete(_ edit: inout LineEdit) {
    let head = edit.buffer.head
    let candidates = completions(head).map(PlainText.sanitize)
    guard let first = candidates.first else { return }
    let common = candidates.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    if candidates.count == 1 || common.count > head.count {
      edit.buffer.replaceHead(with: common)
    } else {
      screen.draw(edit.layout(columns: screen.columns))
      screen.note(Columns.text(candidates, columns: screen.columns))
    }
  }

  /// Whether the key belongs to the search; one that does not ends it and keeps what it found.
  private func searchTakes(_ key: Key, _ edit: inout LineEdit) -> Bool {
    guard var search = edit.search else { return false }
    let end = history.entries.count
    switch key {
    case .text(let text):
      search.text += text
      search.index = history.search(search.text, before: search.index.map { $0 + 1 } ?? end)
    case .paste(let text):
      search.text += text.split(separator: "\n").joined(separator: " ")
      search.index = history.search(search.text, before: search.index.map { $0 + 1 } ?? end)
    case .backspace:
      if !search.text.isEmpty { search.text.removeLast() }
      search.index = history.search(search.text, before: end)
    case .control("r"):
      guard let older = history.search(search.text, before: search.index ?? end) else {
        return true
      }
      search.index = older
    case .control("c"), .control("g"), .escape:
      edit.buffer = search.original
      edit.search = nil
      return true
    default:
      edit.search = nil
      return false
    }
    edit.search = search
    edit.buffer =
      search.index.map { EditBuffer(history.entries[$0]) }
      ?? (search.text.isEmpty ? search.original : edit.buffer)
    return true
  }
}
