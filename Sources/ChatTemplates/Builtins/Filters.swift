/// Jinja's filters, with `tojson` as `transformers` defines it.
enum Filters {
  static let table = Builtin.table(
    TextFilters.all + SequenceFilters.all + LazyFilters.all + NumberFilters.all + [
      JSONWriter.filter
    ])
}

/// Filters of numbers, and those that take any value.
enum NumberFilters {
  static let all: [Builtin] = [
    Builtin("abs") { (call) throws(TemplateError) in
      switch call.receiver.number {
      case .int(let number):
        return number < 0
          ? try Arithmetic.signed(.int(number), isNegative: true, call.budget) : .int(number)
      case .big(let number): return .big(number.magnitude)
      case .float(let number): return .float(number.magnitude)
      default: throw call.error("needs a number, found \(call.receiver.typeName)")
      }
    },
    Builtin("int", ["default", "base"]) { (call) throws(TemplateError) in
      try call.receiver.checkDefined()
      let fallback = call.arguments[0] ?? .int(0)
      switch call.receiver.number {
      case .int, .big: return call.receiver.number
      case .float(let number):
        if number.isNaN { return fallback }
        guard number.isFinite else { throw call.error("cannot make an integer of infinity") }
        return BigInteger(exactly: number.rounded(.towardZero)).value
      case .string(let text):
        // Digits are read into an integer in the square of their time.
        let length = min(text.count, 20_000)
        try call.budget.step(1 + (text.count >> 1) + (length * length >> 8))
        if let value = FloatText.parseInteger(text, base: try call.integer(1, default: 10)) {
          return value
        }
        guard let number = FloatText.parse(text), number.isFinite else { return fallback }
        return BigInteger(exactly: number.rounded(.towardZero)).value
      default: return fallback
      }
    },
    Builtin("float", ["default"]) { (call) throws(TemplateError) in
      try call.receiver.checkDefined()
      switch call.receiver.number {
      case .int(let number): return .float(Double(number))
      case .big(let number): return .float(try Arithmetic.double(number))
      case .float: return call.receiver
      case .string(let text):
        try call.budget.stepScalars(text.count)
        if let number = FloatText.parse(text) { return .float(number) }
      default: break
      }
      return call.arguments[0] ?? .float(0)
    },
    Builtin("round", ["precision", "method"]) { (call) throws(TemplateError) in
      try rounded(call)
    },
    Builtin("filesizeformat", ["binary"]) { (call) throws(TemplateError) in
      try fileSize(call)
    },
    Builtin("default", ["default_value", "boolean"]) { (call) throws(TemplateError) in
      try fallback(call)
    },
    Builtin("d", ["default_value", "boolean"]) { (call) throws(TemplateError) in
      try fallback(call)
    },
    Builtin("attr", ["name"], required: 1) { (call) throws(TemplateError) in
      let name = try call.text(0).string(call.budget)
      if case .undefined = call.receiver { try call.receiver.checkDefined() }
      return try Members.attributeOnly(name, of: call.receiver, call.renderer)
        ?? .undefined(
          Undefined(
            "a value of type \(call.receiver.typeName) has no attribute '\(name.prefix(80))'"))
    },
  ]

  private static func fallback(_ call: Invocation) throws(TemplateError) -> Value {
    let value = call.arguments[0] ?? .string(.empty)
    if case .undefined = call.receiver { return value }
    guard try call.isTrue(1) else { return call.receiver }
    return try call.receiver.isTrue(call.budget) ? call.receiver : value
  }

  private static func rounded(_ call: Invocation) throws(TemplateError) -> Value {
    let precision = try call.integer(0, default: 0)
    let method = try call.anyText(1, default: "common").string(call.budget)
    guard ["common", "ceil", "floor"].contains(method) else {
      throw call.error("needs the method common, ceil or floor")
    }
    let value = call.receiver.number
    guard method != "common" else { return try roundedHalfEven(value, precision, call) }
    guard precision.magnitude <= 4000 else { throw call.error("got a precision that is too large") }
    let renderer = call.renderer
    let power = try Arithmetic.apply(.power, .int(10), .int(precision), renderer)
    let scaled = try Arithmetic.apply(.multiply, value, power, renderer)
    let whole: Value
    switch scaled {
    case .int, .big: whole = scaled
    case .float(let number) where number.isFinite:
      whole =
        BigInteger(exactly: number.rounded(method == "ceil" ? .up : .down)).value
    default: throw call.error("needs a number, found \(value.typeName)")
    }
    return try Arithmetic.apply(.divide, whole, power, renderer)
  }

  /// Python's `round`.
  private static func roundedHalfEven(
    _ value: Value, _ precision: Int, _ call: Invocation
  ) throws(TemplateError) -> Value {
    switch value {
    case .int, .big:
      guard precision < 0 else { return value }
      guard precision > -4000 else { return .int(0) }
      let renderer = call.renderer
      let unit = try Arithmetic.apply(.power, .int(10), .int(-precision), renderer)
      var quotient = try Arithmetic.apply(.floorDivide, value, unit, renderer)
      let rest = try Arithmetic.apply(.modulo, value, unit, renderer)
      let twice = try Arithmetic.apply(.multiply, rest, .int(2), renderer)
      let sign = try Comparison.order(twice, unit, call.budget) ?? 0
      let odd = try Arithmetic.apply(.modulo, quotient, .int(2), renderer).integer == 1
      if sign > 0 || (sign == 0 && odd) {
        quotient = try Arithmetic.apply(.add, quotient, .int(1), renderer)
      }
      return try Arithmetic.apply(.multiply, quotient, unit, renderer)
    case .float(let number):
      guard number.isFinite, precision < 330 else { return value }
      guard precision > -310 else { return .float(number * 0) }
      if precision < 0 {
        let unit = FloatText.power(10, Double(-precision))
        return .float((number / unit).rounded(.toNearestOrEven) * unit)
      }
      let text = try FloatText.printed(number, "f", precision: precision, call.budget)
      return .float(Double(signOf: number, magnitudeOf: Double(text) ?? number))
    default: throw call.error("needs a number, found \(value.typeName)")
    }
  }

  private static func fileSize(_ call: Invocation) throws(TemplateError) -> Value {
    let bytes: Double
    if case .string(let text) = call.receiver {
      try call.budget.stepScalars(text.count)
      guard let number = FloatText.parse(text) else { throw call.error("needs a number") }
      bytes = number
    } else {
      bytes = try NumberFormat.double(call.receiver, "f")
    }
    let isBinary = try call.isTrue(0)
    let base: Double = isBinary ? 1024 : 1000
    if bytes == 1 { return .literal("1 Byte") }
    guard bytes >= base else {
      guard bytes.isFinite else { throw call.error("needs a finite number") }
      return .literal(BigInteger(exactly: bytes.rounded(.towardZero)).text() + " Bytes")
    }
    var unit = base
    var prefix = ""
    for next in "kMGTPEZY" {
      unit *= base
      prefix = String(next)
      if bytes < unit { break }
    }
    let digits = try FloatText.printed(base * bytes / unit, "f", precision: 1, call.budget)
    return .literal(digits + " " + (isBinary ? prefix.uppercased() + "iB" : prefix + "B"))
  }
}
