/// Python's operators.
enum Operators {
  /// Longest text or list that multiplication makes.
  private static let lengthLimit = 1 << 24

  static func unary(_ symbol: String, _ value: TemplateValue) throws(TemplateError) -> TemplateValue
  {
    switch value.normalizedNumber {
    case .int(let v):
      let (negative, overflow) = Int(0).subtractingReportingOverflow(v)
      guard !overflow else { throw tooLarge }
      return .int(symbol == "-" ? negative : v)
    case .float(let v): return .float(symbol == "-" ? -v : v)
    default: throw TemplateError("\(symbol) cannot be applied to \(noun(value))")
    }
  }

  static func binary(
    _ symbol: String, _ a: TemplateValue, _ b: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    if symbol == "~" { return .string(try joined(a.text, b.text)) }
    if symbol == "%", case .string(let format) = a {
      return .string(try Formatting.percent(format, b))
    }
    for value in [a, b] {
      if case .undefined(let name) = value { throw TemplateError("'\(name)' is undefined") }
    }
    switch (symbol, a, b) {
    case ("+", .string(let a), .string(let b)): return .string(try joined(a, b))
    case ("+", .list(let a), .list(let b)):
      guard a.count + b.count <= lengthLimit else { throw tooLarge }
      return .list(a + b)
    case ("+", .tuple(let a), .tuple(let b)): return .tuple(a + b)
    case ("*", .string(let text), _), ("*", _, .string(let text)):
      guard case .int(let count) = (isString(a) ? b : a).normalizedNumber else { break }
      guard text.utf8.count * max(0, min(count, lengthLimit + 1)) <= lengthLimit else {
        throw tooLarge
      }
      return .string(text.isEmpty ? "" : String(repeating: text, count: max(0, count)))
    case ("*", .list(let items), let other), ("*", let other, .list(let items)):
      guard case .int(let count) = other.normalizedNumber else { break }
      guard items.count * max(0, min(count, lengthLimit + 1)) <= lengthLimit else { throw tooLarge }
      // Of nothing, any number is nothing.
      return .list(items.isEmpty ? [] : (0..<max(0, count)).flatMap { _ in items })
    default: break
    }
    switch (a.normalizedNumber, b.normalizedNumber) {
    case (.int(let a), .int(let b)): return try integers(symbol, a, b)
    case (.float(let a), .float(let b)): return try floats(symbol, a, b)
    case (.int(let a), .float(let b)): return try floats(symbol, Double(a), b)
    case (.float(let a), .int(let b)): return try floats(symbol, a, Double(b))
    default: throw TemplateError("\(symbol) cannot join \(noun(a)) and \(noun(b))")
    }
  }

  private static func joined(_ a: String, _ b: String) throws(TemplateError) -> String {
    guard a.utf8.count + b.utf8.count <= lengthLimit else { throw tooLarge }
    return a + b
  }

  static func compare(
    _ symbol: String, _ a: TemplateValue, _ b: TemplateValue
  ) throws(TemplateError) -> Bool {
    switch symbol {
    case "==": return a == b
    case "!=": return a != b
    case "in": return try contains(b, a)
    case "not in": return !(try contains(b, a))
    case "<": return try order(a, b) < 0
    case "<=": return try order(a, b) <= 0
    case ">": return try order(a, b) > 0
    default: return try order(a, b) >= 0
    }
  }

  /// Less than zero if `a` comes first.
  ///
  /// NaN equals everything, which no template relies on.
  static func order(_ a: TemplateValue, _ b: TemplateValue) throws(TemplateError) -> Int {
    func sign<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a > b ? 1 : 0 }
    switch (a.normalizedNumber, b.normalizedNumber) {
    case (.int(let a), .int(let b)): return sign(a, b)
    case (.float(let a), .float(let b)): return sign(a, b)
    case (.int(let a), .float(let b)): return sign(Double(a), b)
    case (.float(let a), .int(let b)): return sign(a, Double(b))
    case (.string(let a), .string(let b)):
      if a.unicodeScalars.elementsEqual(b.unicodeScalars) { return 0 }
      return a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars) ? -1 : 1
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      for (x, y) in zip(a, b) where x != y { return try order(x, y) }
      return sign(a.count, b.count)
    case (.undefined(let name), _), (_, .undefined(let name)):
      throw TemplateError("'\(name)' is undefined")
    default: throw TemplateError("cannot order \(noun(a)) and \(noun(b))")
    }
  }

  /// Python's `in`.
  static func contains(_ container: TemplateValue, _ item: TemplateValue) throws(TemplateError)
    -> Bool
  {
    switch container {
    case .string(let text):
      guard case .string(let part) = item else {
        throw TemplateError("cannot look for \(noun(item)) in a str")
      }
      return PythonText.find(
        Array(part.unicodeScalars), in: Array(text.unicodeScalars), from: 0) != nil
    case .dict(let dictionary): return dictionary[item] != nil
    case .undefined: return false
    default: return try Builtins.items(container).contains(item)
    }
  }

  private static func integers(
    _ symbol: String, _ a: Int, _ b: Int
  ) throws(TemplateError) -> TemplateValue {
    let result: (partialValue: Int, overflow: Bool)
    switch symbol {
    case "+": result = a.addingReportingOverflow(b)
    case "-": result = a.subtractingReportingOverflow(b)
    case "*": result = a.multipliedReportingOverflow(by: b)
    case "/":
      guard b != 0 else { throw TemplateError("division by zero") }
      return .float(Double(a) / Double(b))
    case "//", "%":
      guard b != 0 else { throw TemplateError("division by zero") }
      let (quotient, overflow) = a.dividedReportingOverflow(by: b)
      guard !overflow else { throw tooLarge }
      let remainder = a - quotient * b
      let isOff = remainder != 0 && (remainder < 0) != (b < 0)
      return .int(symbol == "%" ? remainder + (isOff ? b : 0) : quotient - (isOff ? 1 : 0))
    default:
      guard b >= 0 else { return try floats(symbol, Double(a), Double(b)) }
      return .int(try power(a, b))
    }
    guard !result.overflow else { throw tooLarge }
    return .int(result.partialValue)
  }

  private static func power(_ base: Int, _ exponent: Int) throws(TemplateError) -> Int {
    var result = 1
    guard abs(Double(base)) > 1 else {
      return exponent == 0 || base == 1 ? 1 : base == 0 ? 0 : exponent % 2 == 0 ? 1 : -1
    }
    for _ in 0..<min(exponent, 64) {
      let (product, overflow) = result.multipliedReportingOverflow(by: base)
      guard !overflow else { throw tooLarge }
      result = product
    }
    return result
  }

  private static func floats(
    _ symbol: String, _ a: Double, _ b: Double
  ) throws(TemplateError) -> TemplateValue {
    switch symbol {
    case "+": return .float(a + b)
    case "-": return .float(a - b)
    case "*": return .float(a * b)
    case "/":
      guard b != 0 else { throw TemplateError("division by zero") }
      return .float(a / b)
    case "//":
      guard b != 0 else { throw TemplateError("division by zero") }
      return .float((a / b).rounded(.down))
    case "%":
      guard b != 0 else { throw TemplateError("division by zero") }
      let remainder = a.truncatingRemainder(dividingBy: b)
      return .float(remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder)
    default: return .float(MathFunctions.power(a, b))
    }
  }

  private static func isString(_ value: TemplateValue) -> Bool {
    if case .string = value { return true }
    return false
  }

  private static var tooLarge: TemplateError { TemplateError("a result is too large") }

  private static func noun(_ value: TemplateValue) -> String {
    if case .undefined(let name) = value { return "undefined '\(name)'" }
    return "a \(value.typeName)"
  }
}
