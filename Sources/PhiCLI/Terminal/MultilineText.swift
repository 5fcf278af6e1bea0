/// Text between `"""` and `"""`, which may span lines.
enum MultilineText {
  private static let quotes = "\"\"\""

  /// The text that was entered, without its quotes; nil while they are still open.
  ///
  /// As in Swift, the line ends next to the quotes do not belong to the text.
  static func resolve(_ entry: String) -> String? {
    guard entry.hasPrefix(quotes) else { return entry }
    var inner = entry.dropFirst(quotes.count)
    while let last = inner.last, last == " " || last == "\t" { inner.removeLast() }
    guard inner.hasSuffix(quotes) else { return nil }
    inner.removeLast(quotes.count)
    return trimmed(inner)
  }

  /// The text of an entry that will not be closed any more.
  static func unfinished(_ entry: String) -> String {
    entry.hasPrefix(quotes) ? trimmed(entry.dropFirst(quotes.count)) : entry
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    if text.first == "\n" { text.removeFirst() }
    if text.last == "\n" { text.removeLast() }
    return String(text)
  }
}
