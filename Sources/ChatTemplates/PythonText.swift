/// Strings as Python sees them: sequences of scalars.
enum PythonText {
  /// `repr` of a string.
  static func quoted(_ text: String) -> String {
    let quote: Unicode.Scalar =
      text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
    var result = String(quote)
    for scalar in text.unicodeScalars {
      switch scalar {
      case quote, "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if isPrintable(scalar) {
          result.unicodeScalars.append(scalar)
        } else if scalar.value < 256 {
          result += "\\x" + hexadecimal(scalar.value, 2)
        } else if scalar.value < 65536 {
          result += "\\u" + hexadecimal(scalar.value, 4)
        } else {
          result += "\\U" + hexadecimal(scalar.value, 8)
        }
      }
    }
    result.unicodeScalars.append(quote)
    return result
  }

  /// Digits of a number, filled with zeros.
  static func hexadecimal(_ value: UInt32, _ width: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == " " { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }

  /// What `str.isspace` holds for.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  /// Scalars as a string.
  static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
  }

  /// A text without the scalars of a set, or white space, at its ends.
  static func strip(_ text: String, _ characters: String?, left: Bool, right: Bool) -> String {
    var scalars = Array(text.unicodeScalars)[...]
    let set = characters.map { Set($0.unicodeScalars) }
    func drops(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? isSpace(scalar) }
    if left { scalars = scalars.drop(while: drops) }
    if right { while let last = scalars.last, drops(last) { scalars.removeLast() } }
    return string(scalars)
  }

  /// Where a text occurs in another, by scalars, from a place on.
  static func find(_ needle: [Unicode.Scalar], in text: [Unicode.Scalar], from start: Int) -> Int? {
    guard needle.count <= text.count else { return nil }
    guard let first = needle.first else { return start <= text.count ? start : nil }
    var index = start
    while index + needle.count <= text.count {
      if text[index] == first, text[index..<index + needle.count].elementsEqual(needle) {
        return index
      }
      index += 1
    }
    return nil
  }

  /// A text with occurrences replaced, at most `limit` of them where it is not negative.
  static func replace(_ text: String, _ old: String, _ new: String, limit: Int) -> String {
    let scalars = Array(text.unicodeScalars)
    let needle = Array(old.unicodeScalars)
    var result = String.UnicodeScalarView()
    var position = 0
    var count = 0
    while limit < 0 || count < limit, let found = find(needle, in: scalars, from: position) {
      if needle.isEmpty, found > scalars.count { break }
      result.append(contentsOf: scalars[position..<found])
      result.append(contentsOf: new.unicodeScalars)
      position = found + needle.count
      count += 1
      if needle.isEmpty {
        guard found < scalars.count else { break }
        result.append(scalars[found])
        position = found + 1
      }
    }
    if position < scalars.count { result.append(contentsOf: scalars[position...]) }
    return String(result)
  }

  /// `str.split`, from the right if asked: by white space, or by a separator.
  static func split(
    _ text: String, _ separator: String?, limit: Int, fromRight: Bool
  ) -> [String] {
    var scalars = Array(text.unicodeScalars)
    var needle = separator.map { Array($0.unicodeScalars) }
    if fromRight {
      scalars.reverse()
      needle?.reverse()
    }
    var parts: [[Unicode.Scalar]] = []
    var position = 0
    if let needle {
      while limit < 0 || parts.count < limit, let found = find(needle, in: scalars, from: position)
      {
        parts.append(Array(scalars[position..<found]))
        position = found + needle.count
      }
      parts.append(Array(scalars[position...]))
    } else {
      while true {
        while position < scalars.count, isSpace(scalars[position]) { position += 1 }
        guard position < scalars.count else { break }
        if limit >= 0, parts.count >= limit {
          var rest = scalars[position...]
          while let last = rest.last, isSpace(last) { rest.removeLast() }
          parts.append(Array(rest))
          break
        }
        let start = position
        while position < scalars.count, !isSpace(scalars[position]) { position += 1 }
        parts.append(Array(scalars[start..<position]))
      }
    }
    guard fromRight else { return parts.map { string($0) } }
    return parts.reversed().map { string($0.reversed()) }
  }

  /// `str.splitlines`.
  static func lines(_ text: String) -> [String] {
    let breaks: Set<UInt32> = [10, 11, 12, 13, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029]
    let scalars = Array(text.unicodeScalars)
    var lines: [String] = []
    var start = 0
    var index = 0
    while index < scalars.count {
      if breaks.contains(scalars[index].value) {
        lines.append(string(scalars[start..<index]))
        if scalars[index] == "\r", index + 1 < scalars.count, scalars[index + 1] == "\n" {
          index += 1
        }
        start = index + 1
      }
      index += 1
    }
    if start < scalars.count { lines.append(string(scalars[start...])) }
    return lines
  }

  /// Each word with a capital, the rest small; words begin after what is no letter.
  static func title(_ text: String) -> String {
    var result = ""
    var inWord = false
    for scalar in text.unicodeScalars {
      let isCased = scalar.properties.isCased || scalar.properties.isAlphabetic
      result += inWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
      inWord = isCased
    }
    return result
  }

  /// The first character as a capital, the rest small.
  static func capitalize(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return "" }
    return first.properties.titlecaseMapping
      + string(text.unicodeScalars.dropFirst()).lowercased()
  }
}
