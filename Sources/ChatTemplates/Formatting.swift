/// Python's ways to put values into text, as far as templates use them.
enum Formatting {
  /// `format % values`: `%s`, `%r`, `%d`, `%i`, `%x`, `%f` with flags, width and precision.
  static func percent(_ format: String, _ values: TemplateValue) throws(TemplateError) -> String {
    var rest: ArraySlice<TemplateValue>
    if case .tuple(let items) = values { rest = items[...] } else { rest = [values] }
    let scalars = Array(format.unicodeScalars)
    var result = ""
    var index = 0
    while index < scalars.count {
      guard scalars[index] == "%" else {
        result.unicodeScalars.append(scalars[index])
        index += 1
        continue
      }
      index += 1
      var options = ""
      while index < scalars.count, "-+ 0123456789.".unicodeScalars.contains(scalars[index]) {
        options.unicodeScalars.append(scalars[index])
        index += 1
      }
      guard index < scalars.count else { throw TemplateError("a format ends in %") }
      if scalars[index] == "%" {
        result += "%"
      } else {
        guard let value = rest.popFirst() else {
          throw TemplateError("too few values for a format")
        }
        result += try self.value(value, scalars[index], options)
      }
      index += 1
    }
    if !rest.isEmpty {
      // A mapping may go unused.
      if case .dict = values { return result }
      throw TemplateError("too many values for a format")
    }
    return result
  }

  private static func value(
    _ value: TemplateValue, _ kind: Unicode.Scalar, _ options: String
  ) throws(TemplateError) -> String {
    let isLeft = options.hasPrefix("-")
    let parts = options.drop { "-+ ".contains($0) }
      .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fillsZero = parts.first?.hasPrefix("0") ?? false
    let width = min(parts.first.flatMap { Int($0) } ?? 0, 1 << 16)
    let precision = parts.count > 1 ? min(Int(parts[1]) ?? 0, 1 << 10) : nil
    var text: String
    switch (kind, value.normalizedNumber) {
    case ("s", _): text = PythonText.string(value.text.unicodeScalars.prefix(precision ?? Int.max))
    case ("r", _): text = value.representation
    case ("d", .int(let number)), ("i", .int(let number)): text = "\(number)"
    case ("d", .float(let number)), ("i", .float(let number)):
      guard abs(number) < 1e18 else { throw TemplateError("a number too large for %\(kind)") }
      text = "\(Int(number))"
    case ("x", .int(let number)): text = String(number, radix: 16)
    case ("f", .int(let number)): text = fixed(Double(number), precision ?? 6)
    case ("f", .float(let number)): text = fixed(number, precision ?? 6)
    default: throw TemplateError("%\(kind) cannot show a \(value.typeName)")
    }
    if options.hasPrefix("+"), kind != "s", !text.hasPrefix("-") { text = "+" + text }
    let name = isLeft ? "ljust" : fillsZero && kind != "s" ? "zfill" : "rjust"
    return justified(text, width, name == "zfill" ? "0" : " ", name)
  }

  /// A number with a fixed count of decimals, rounded half to even in binary as C does.
  static func fixed(_ number: Double, _ decimals: Int) -> String {
    guard number.isFinite else { return "\(number)" }
    // Exact decimal digits of a double: integer part and fraction by long multiplication.
    let isNegative = number.sign == .minus
    var whole = number.magnitude.rounded(.down)
    var fraction = number.magnitude - whole
    guard whole < 1e18 else { return "\(number)" }
    var digits: [Int] = []
    for _ in 0..<decimals {
      fraction *= 10
      let digit = fraction.rounded(.down)
      digits.append(Int(digit))
      fraction -= digit
    }
    let lastIsOdd = (digits.last ?? Int(whole) % 10) % 2 == 1
    if fraction > 0.5 || (fraction == 0.5 && lastIsOdd) {
      var index = digits.count - 1
      while index >= 0, digits[index] == 9 {
        digits[index] = 0
        index -= 1
      }
      if index >= 0 { digits[index] += 1 } else { whole += 1 }
    }
    let text = "\(Int(whole))" + (decimals > 0 ? "." + digits.map(String.init).joined() : "")
    return isNegative ? "-" + text : text
  }

  /// `str.format` with plain fields: `{}`, `{0}`, `{name}`, and a width or precision after a colon.
  static func braces(_ format: String, _ arguments: CallArguments) throws(TemplateError) -> String {
    let scalars = Array(format.unicodeScalars)
    var result = ""
    var next = 0
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      if scalar == "{" || scalar == "}", index + 1 < scalars.count, scalars[index + 1] == scalar {
        result.unicodeScalars.append(scalar)
        index += 2
        continue
      }
      guard scalar == "{" else {
        result.unicodeScalars.append(scalar)
        index += 1
        continue
      }
      guard let end = scalars[index...].firstIndex(of: "}") else {
        throw TemplateError("a format without '}'")
      }
      let field = PythonText.string(scalars[index + 1..<end])
      let parts = field.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts.first.map(String.init) ?? ""
      var value: TemplateValue?
      if name.isEmpty {
        value = next < arguments.positional.count ? arguments.positional[next] : nil
        next += 1
      } else if let place = Int(name) {
        value = arguments.positional.indices.contains(place) ? arguments.positional[place] : nil
      } else {
        value = arguments.named.last { $0.name == name }?.value
      }
      guard let value else { throw TemplateError("a format names '\(name)', which is not given") }
      let options = parts.count > 1 ? String(parts[1]) : ""
      if options.hasSuffix("f") || options.hasSuffix("d") || options.hasSuffix("x") {
        let kind = options.unicodeScalars.last ?? "s"
        result += try self.value(value, kind, String(options.dropLast()))
      } else {
        result += value.text
      }
      index = end + 1
    }
    return result
  }

  /// A text with a fill beside it up to a width.
  static func justified(_ text: String, _ width: Int, _ fill: String, _ method: String) -> String {
    let missing = max(0, width - text.unicodeScalars.count)
    guard missing > 0 else { return text }
    func filling(_ count: Int) -> String { String(repeating: fill, count: count) }
    switch method {
    case "ljust": return text + filling(missing)
    case "center":
      // Python puts the odd one left of an odd width's text.
      let left = missing / 2 + (missing & width & 1)
      return filling(left) + text + filling(missing - left)
    case "zfill" where text.hasPrefix("-") || text.hasPrefix("+"):
      return String(text.prefix(1)) + filling(missing) + text.dropFirst()
    default: return filling(missing) + text
    }
  }
}
