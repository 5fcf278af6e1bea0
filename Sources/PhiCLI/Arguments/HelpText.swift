/// The help of the program and of its commands, in 80 columns.
struct HelpText {
  private static let width = 80

  /// The program's introduction and its list of commands.
  static func of(_ program: Program) -> String {
    let rows = program.commands.map { (left: $0.name, right: $0.summary) }
    return program.introduction + "\n\n"
      + wrap("usage: \(program.name) COMMAND [OPTIONS]", indent: 2) + "\n\n"
      + table("Commands", rows + [("help", "explain a command")])
      + "\n"
      + "Run '\(program.name) help COMMAND' for the options of a command.\n"
  }

  /// How a command is called, what it does, and its options.
  static func of(_ command: Command, in program: Program) -> String {
    let call = "usage: \(program.name) \(command.name)"
    var text = wrap("\(call) \(command.usage)", indent: call.count + 1) + "\n\n"
    text += wrap(sentence(command.summary), indent: 0) + "\n"
    for group in command.groups where !group.options.isEmpty {
      text += "\n" + table(group.title, group.options.map { (spelling($0), remark($0)) })
    }
    return text
  }

  private static func sentence(_ summary: String) -> String {
    let text = summary.prefix(1).uppercased() + summary.dropFirst()
    return text.hasSuffix(".") ? text : text + "."
  }

  private static func spelling(_ option: Option) -> String {
    let short = option.short.map { "-\($0), " } ?? "    "
    return short + "--\(option.name)" + (option.value.map { " \($0)" } ?? "")
  }

  private static func remark(_ option: Option) -> String {
    option.repeats ? option.help + " (repeatable)" : option.help
  }

  /// Rows of two columns; a left side that is too wide stands on a line of its own.
  private static func table(_ title: String, _ rows: [(left: String, right: String)]) -> String {
    let column = min((rows.map(\.left.count).max() ?? 0) + 4, 30)
    var text = title + ":\n"
    for row in rows {
      let left = "  " + row.left
      let gap = column - left.count
      let start = gap >= 2 ? left + String(repeating: " ", count: gap) : ""
      if start.isEmpty { text += left + "\n" }
      let lines = fill(row.right, width: width - column)
      for (index, line) in lines.enumerated() {
        let margin = index == 0 && !start.isEmpty ? start : String(repeating: " ", count: column)
        text += margin + line + "\n"
      }
      if lines.isEmpty, !start.isEmpty { text += left + "\n" }
    }
    return text
  }

  /// The text in lines of the full width, with every line but the first indented.
  private static func wrap(_ text: String, indent: Int) -> String {
    let indent = min(indent, width / 2)
    let margin = String(repeating: " ", count: indent)
    let lines = fill(text, width: width, rest: width - indent)
    return lines.joined(separator: "\n" + margin)
  }

  /// Breaks at spaces outside brackets where it can, so that `[-m MODEL]` stays whole.
  private static func fill(_ text: String, width: Int, rest: Int? = nil) -> [String] {
    var lines: [String] = []
    var line = ""
    for piece in pieces(text) {
      let limit = lines.isEmpty ? width : rest ?? width
      if !line.isEmpty, line.count + 1 + piece.count > limit {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? piece : " " + piece
    }
    return line.isEmpty ? lines : lines + [line]
  }

  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var depth = 0
    for word in text.split(separator: " ") {
      if depth > 0, let last = pieces.last, last.count + word.count < 40 {
        pieces[pieces.count - 1] += " " + word
      } else {
        pieces.append(String(word))
      }
      depth += word.count { $0 == "[" } - word.count { $0 == "]" }
    }
    return pieces
  }
}
