import Phidelity

/// Lists words in as many columns as fit.
enum Columns {
  /// Rows that end with `\r\n`, for a raw terminal.
  static func text(_ words: [String], columns: Int) -> String {
    let words = words.map { $0.printable }
    let width = (words.map(DisplayWidth.of).max() ?? 0) + 2
    let perRow = max(1, columns / width)
    var text = ""
    for (index, word) in words.enumerated() {
      let isLast = index % perRow == perRow - 1 || index == words.count - 1
      let gap = String(repeating: " ", count: max(0, width - DisplayWidth.of(word)))
      text += DisplayWidth.prefix(of: word, columns: columns) + (isLast ? "\r\n" : gap)
    }
    return text
  }
}
