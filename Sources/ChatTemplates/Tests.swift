/// Jinja's tests, `value is name`.
enum Tests {
  static func holds(
    _ name: String, _ value: TemplateValue, _ arguments: [TemplateValue]
  ) throws(TemplateError) -> Bool {
    func argument() throws(TemplateError) -> TemplateValue {
      guard let first = arguments.first else { throw TemplateError("'is \(name)' needs a value") }
      return first
    }
    func integer(_ value: TemplateValue) throws(TemplateError) -> Int {
      guard case .int(let number) = value.normalizedNumber else {
        throw TemplateError("'is \(name)' needs an integer, found a \(value.typeName)")
      }
      return number
    }
    switch name {
    case "defined":
      if case .undefined = value { return false }
      return true
    case "undefined":
      if case .undefined = value { return true }
      return false
    case "none":
      if case .none = value { return true }
      return false
    case "boolean":
      if case .bool = value { return true }
      return false
    case "true":
      if case .bool(true) = value { return true }
      return false
    case "false":
      if case .bool(false) = value { return true }
      return false
    case "integer":
      if case .int = value { return true }
      return false
    case "float":
      if case .float = value { return true }
      return false
    case "number":
      switch value {
      case .int, .float, .bool: return true
      default: return false
      }
    case "string":
      if case .string = value { return true }
      return false
    case "mapping":
      if case .dict = value { return true }
      return false
    case "iterable", "sequence":
      switch value {
      case .string, .list, .tuple, .dict: return true
      case .undefined: return true
      default: return false
      }
    case "callable":
      guard case .object(let object) = value else { return false }
      return object is TemplateFunction
    case "even": return try Operators.binary("%", value, .int(2)) == .int(0)
    case "odd": return try Operators.binary("%", value, .int(2)) == .int(1)
    case "divisibleby":
      let divisor = try integer(try argument())
      guard divisor != 0 else { throw TemplateError("division by zero") }
      return try integer(value).remainderReportingOverflow(dividingBy: divisor).partialValue == 0
    case "eq", "equalto", "==": return value == (try argument())
    case "ne", "!=": return value != (try argument())
    case "lt", "lessthan", "<": return try Operators.order(value, try argument()) < 0
    case "le", "<=": return try Operators.order(value, try argument()) <= 0
    case "gt", "greaterthan", ">": return try Operators.order(value, try argument()) > 0
    case "ge", ">=": return try Operators.order(value, try argument()) >= 0
    case "in": return try Operators.contains(try argument(), value)
    case "sameas":
      let other = try argument()
      return value.typeName == other.typeName && value == other
    case "lower":
      return value.text.unicodeScalars.contains { $0.properties.isLowercase }
        && !value.text.unicodeScalars.contains { $0.properties.isUppercase }
    case "upper":
      return value.text.unicodeScalars.contains { $0.properties.isUppercase }
        && !value.text.unicodeScalars.contains { $0.properties.isLowercase }
    case "escaped": return false
    case "filter": return Filters.names.contains(value.text)
    case "test": return true
    default: throw TemplateError("no test named '\(name)'")
    }
  }
}
