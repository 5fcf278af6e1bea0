@testable import PhiCLI

/// What the line editor reads.
enum TerminalTargets {
  /// A history file: loaded, searched, and added to.
  static let history: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    FuzzFile.with(bytes, name: "history") { path in
      var history = History(path: path)
      precondition(history.entries.count <= History.limit, "\(history.entries.count) entries")
      for entry in history.entries.suffix(8) {
        precondition(History.decode(History.encode(entry)) == entry, "an entry changed")
        _ = history.search(String(entry.prefix(8)), before: history.entries.count)
      }
      history.append(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// What a terminal sends, decoded in pieces and edited.
  ///
  /// The first byte is the size of the pieces.
  static let keys: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
    var input = FuzzInput(bytes)
    let size = Int(input.byte()) % 64 + 1
    let isCooked = size == 64
    let editor = LineEditor(input: -1, output: -1, historyPath: nil, environment: [:]) { head in
      [head + "é", head + "e\u{301}x", "/help"]
    }
    var edit = LineEdit(prompt: "> ", continuation: ". ", history: 0)
    var decoder = KeyDecoder()
    while !input.isEmpty {
      for key in decoder.decode(input.bytes(size), cooked: isCooked) where key != .control("z") {
        if editor.handle(key, &edit) != nil {
          edit = LineEdit(
            prompt: "> ", continuation: ". ", history: editor.history.entries.count)
        }
      }
    }
    for key in decoder.flush() { _ = editor.handle(key, &edit) }
    _ = edit.layout(columns: size)
  }
}
