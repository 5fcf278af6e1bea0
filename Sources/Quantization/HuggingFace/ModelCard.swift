/// What the front matter of a `README.md` says: the plain part of YAML that model cards are written
/// in, names with texts or lists of texts.
struct ModelCard {
  private var values: [(name: String, texts: [String])] = []

  /// The card of a text; empty if it does not begin with a front matter.
  init(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasSuffix("\r") ? line.dropLast() : line
    }
    guard lines.first == "---" else { return }
    for line in lines.dropFirst() {
      if line == "---" { return }
      read(line)
    }
    // Without an end it is no front matter.
    values = []
  }

  private mutating func read(_ line: Substring) {
    let content = line.drop { $0 == " " || $0 == "\t" }
    guard !content.isEmpty, !content.hasPrefix("#") else { return }
    if content.hasPrefix("- ") {
      // Of deeper lists, such as examples for a widget, only the texts would be kept: none are used.
      guard !values.isEmpty else { return }
      values[values.count - 1].texts.append(Self.scalar(content.dropFirst(2)))
    } else if content.startIndex == line.startIndex, let colon = content.firstIndex(of: ":") {
      let rest = content[content.index(after: colon)...].drop { $0 == " " }
      var texts: [String] = []
      if rest.hasPrefix("["), let end = rest.lastIndex(of: "]") {
        texts = rest[rest.index(after: rest.startIndex)..<end].split(separator: ",").map {
          Self.scalar($0)
        }
      } else if !rest.isEmpty, !"|>".contains(rest[rest.startIndex]) {
        texts = [Self.scalar(rest)]
      }
      values.append((String(content[..<colon]), texts))
    }
  }

  /// A text without white space, quotes and comment around it.
  private static func scalar(_ text: Substring) -> String {
    var text = text.drop { $0 == " " }
    if let comment = text.firstRange(of: " #") { text = text[..<comment.lowerBound] }
    while text.last == " " { text.removeLast() }
    if text.count >= 2, let quote = text.first, quote == "\"" || quote == "'", text.last == quote {
      return String(text.dropFirst().dropLast())
    }
    return String(text)
  }

  /// The texts of the first of some names that is there.
  func texts(_ names: String...) -> [String]? {
    names.lazy.compactMap { name in values.first { $0.name == name }?.texts }.first
  }

  /// The text of the first of some names that has one.
  func text(_ names: String...) -> String? {
    names.lazy.compactMap { name in
      values.first { $0.name == name }?.texts.first.flatMap { $0.isEmpty ? nil : $0 }
    }.first
  }
}
