/// Python's operators of numbers, strings, lists and tuples.
enum Arithmetic {
  /// A binary operator.
  enum Operator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
  }

  static func apply(
    _ operation: Operator, _ a: Value, _ b: Value, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    try renderer.budget.step()
    try a.checkDefined()
    if case .string(let format) = a, operation == .modulo {
      return .string(try PercentFormat.apply(format, b, renderer))
    }
    try b.checkDefined()
    switch (a.number, b.number) {
    case (.int(let a), .int(let b)): return try integers(operation, a, b, renderer.budget)
    case (.int(let a), .big(let b)):
      return try big(operation, BigInteger(a), b, renderer.budget)
    case (.big(let a), .int(let b)):
      return try big(operation, a, BigInteger(b), renderer.budget)
    case (.big(let a), .big(let b)): return try big(operation, a, b, renderer.budget)
    case (.float(let a), .float(let b)): return try floats(operation, a, b)
    case (.float(let a), .int(let b)): return try floats(operation, a, Double(b))
    case (.int(let a), .float(let b)): return try floats(operation, Double(a), b)
    case (.float(let a), .big(let b)): return try floats(operation, a, try double(b))
    case (.big(let a), .float(let b)): return try floats(operation, try double(a), b)
    default: return try sequences(operation, a, b, renderer)
    }
  }

  private static func sequences(
    _ operation: Operator, _ a: Value, _ b: Value, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    let budget = renderer.budget
    switch (operation, a, b) {
    case (.add, .string(let a), .string(let b)):
      return .string(try concatenated(a, b, budget))
    case (.add, .list(let a), .list(let b)):
      return .list(try ValueList(try joined(a, b, budget), budget))
    case (.add, .tuple(let a), .tuple(let b)):
      return .tuple(try ValueList(try joined(a, b, budget), budget))
    case (.multiply, .string(let text), _):
      if let count = try repetitions(b) { return .string(try repeated(text, count, budget)) }
    case (.multiply, _, .string(let text)):
      if let count = try repetitions(a) { return .string(try repeated(text, count, budget)) }
    case (.multiply, .list(let list), _):
      if let count = try repetitions(b) { return .list(try repeated(list, count, budget)) }
    case (.multiply, _, .list(let list)):
      if let count = try repetitions(a) { return .list(try repeated(list, count, budget)) }
    case (.multiply, .tuple(let list), _):
      if let count = try repetitions(b) { return .tuple(try repeated(list, count, budget)) }
    case (.multiply, _, .tuple(let list)):
      if let count = try repetitions(a) { return .tuple(try repeated(list, count, budget)) }
    default: break
    }
    throw TemplateError(
      "'\(operation.rawValue)' cannot take \(a.typeName) and \(b.typeName)")
  }

  /// Two texts in a row; what is not HTML is escaped beside what is.
  static func concatenated(_ a: Text, _ b: Text, _ budget: Budget) throws(TemplateError) -> Text {
    guard a.isSafe || b.isSafe else { return try Text.joined(a, b, in: budget) }
    let text = try Text.joined(try a.escaped(budget), try b.escaped(budget), in: budget)
    return Text(copying: text, isSafe: true)
  }

  private static func joined(
    _ a: ValueList, _ b: ValueList, _ budget: Budget
  ) throws(TemplateError) -> [Value] {
    var builder = ListBuilder(budget)
    try builder.append(contentsOf: a.items)
    try builder.append(contentsOf: b.items)
    return builder.items
  }

  private static func repetitions(_ value: Value) throws(TemplateError) -> Int? {
    if case .big(let count) = value {
      guard count.isNegative else { throw TemplateError("a repetition is too long") }
      return 0
    }
    return value.integer
  }

  private static func repeated(
    _ text: Text, _ count: Int, _ budget: Budget
  ) throws(TemplateError) -> Text {
    var builder = TextBuilder(budget)
    try builder.append(text, times: count)
    return builder.finish(isSafe: text.isSafe)
  }

  private static func repeated(
    _ list: ValueList, _ count: Int, _ budget: Budget
  ) throws(TemplateError) -> ValueList {
    guard count > 0, !list.items.isEmpty else { return .empty }
    let (total, overflow) = list.items.count.multipliedReportingOverflow(by: count)
    guard !overflow, total < Budget.byteLimit / 32 else {
      throw TemplateError("a repetition is too long")
    }
    try budget.allocate(total * 32)
    try budget.step(total >> 3)
    var items: [Value] = []
    items.reserveCapacity(total)
    for _ in 0..<count { items.append(contentsOf: list.items) }
    return try ValueList(items, budget)
  }

  // MARK: Numbers

  private static func integers(
    _ operation: Operator, _ a: Int, _ b: Int, _ budget: Budget
  ) throws(TemplateError) -> Value {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = a.addingReportingOverflow(b)
    case .subtract: result = a.subtractingReportingOverflow(b)
    case .multiply: result = a.multipliedReportingOverflow(by: b)
    case .divide:
      guard b != 0 else { throw TemplateError("division by zero") }
      return .float(Double(a) / Double(b))
    case .floorDivide:
      guard b != 0 else { throw TemplateError("division by zero") }
      result = a.dividedReportingOverflow(by: b)
      if !result.overflow, a % b != 0, (a < 0) != (b < 0) { return .int(result.partialValue - 1) }
    case .modulo:
      guard b != 0 else { throw TemplateError("division by zero") }
      if b == -1 { return .int(0) }
      let rest = a % b
      return .int(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest)
    case .power: return try big(.power, BigInteger(a), BigInteger(b), budget)
    }
    return result.overflow
      ? try big(operation, BigInteger(a), BigInteger(b), budget) : .int(result.partialValue)
  }

  private static func big(
    _ operation: Operator, _ a: BigInteger, _ b: BigInteger, _ budget: Budget
  ) throws(TemplateError) -> Value {
    switch operation {
    case .add: return try a.adding(b, budget).value
    case .subtract: return try a.adding(-b, budget).value
    case .multiply: return try a.multiplied(by: b, budget).value
    case .divide:
      guard !b.isZero else { throw TemplateError("division by zero") }
      return try floats(.divide, try double(a), try double(b))
    case .floorDivide:
      guard !b.isZero else { throw TemplateError("division by zero") }
      return try a.divided(by: b, budget).quotient.value
    case .modulo:
      guard !b.isZero else { throw TemplateError("division by zero") }
      return try a.divided(by: b, budget).remainder.value
    case .power:
      if b.isNegative { return try floats(.power, try double(a), try double(b)) }
      switch (a.value, b.value) {
      case (.int(0), .int(let exponent)): return .int(exponent == 0 ? 1 : 0)
      case (.int(1), _): return .int(1)
      case (.int(-1), _): return .int(b.isOdd ? -1 : 1)
      case (_, .int(let exponent)): return try a.power(exponent, budget).value
      default: throw TemplateError("an integer too large to compute")
      }
    }
  }

  static func double(_ value: BigInteger) throws(TemplateError) -> Double {
    guard let double = value.double else {
      throw TemplateError("int too large to convert to float")
    }
    return double
  }

  private static func floats(
    _ operation: Operator, _ a: Double, _ b: Double
  ) throws(TemplateError) -> Value {
    switch operation {
    case .add: return .float(a + b)
    case .subtract: return .float(a - b)
    case .multiply: return .float(a * b)
    case .divide:
      guard b != 0 else { throw TemplateError("division by zero") }
      return .float(a / b)
    case .floorDivide: return .float(try divided(a, b).quotient)
    case .modulo: return .float(try divided(a, b).remainder)
    case .power:
      guard a != 0 || b >= 0 else { throw TemplateError("zero to a negative power") }
      guard a >= 0 || b == b.rounded() || !b.isFinite || !a.isFinite else {
        throw TemplateError("a power that is a complex number")
      }
      let power = FloatText.power(a, b)
      guard power.isFinite || !a.isFinite || !b.isFinite else {
        throw TemplateError("a power too large for a float")
      }
      return .float(power)
    }
  }

  /// Python's `divmod` of floats.
  private static func divided(
    _ a: Double, _ b: Double
  ) throws(TemplateError) -> (quotient: Double, remainder: Double) {
    guard b != 0 else { throw TemplateError("division by zero") }
    var rest = a.truncatingRemainder(dividingBy: b)
    var quotient = (a - rest) / b
    if rest != 0 {
      if (b < 0) != (rest < 0) {
        rest += b
        quotient -= 1
      }
    } else {
      rest = Double(signOf: b, magnitudeOf: 0)
    }
    guard quotient != 0 else { return (Double(signOf: a / b, magnitudeOf: 0), rest) }
    let floor = quotient.rounded(.down)
    return (quotient - floor > 0.5 ? floor + 1 : floor, rest)
  }

  /// Unary minus and plus.
  static func signed(
    _ value: Value, isNegative: Bool, _ budget: Budget
  ) throws(TemplateError) -> Value {
    try value.checkDefined()
    switch value.number {
    case .int(let number):
      guard isNegative else { return .int(number) }
      return number == Int.min ? (-BigInteger(number)).value : .int(-number)
    case .big(let number): return isNegative ? (-number).value : .big(number)
    case .float(let number): return .float(isNegative ? -number : number)
    default:
      throw TemplateError("a sign cannot stand before a value of type \(value.typeName)")
    }
  }
}
