/// How a number or a text is to be written: what `%` and `str.format` have in common.
struct NumberFormat {
  var isLeft = false
  /// What stands before a number that is not negative.
  var plus = ""
  var isAlternate = false
  var fillsZeros = false
  var width = 0
  var precision: Int?
  var kind: Unicode.Scalar = "s"

  /// Digits of an integer in the base of the kind, without a sign.
  func digits(
    _ value: Value, _ budget: Budget
  ) throws(TemplateError) -> (isNegative: Bool, prefix: String, digits: String) {
    let number: BigInteger
    switch value.number {
    case .int(let value): number = BigInteger(value)
    case .big(let value): number = value
    case .float(let value) where "diu".unicodeScalars.contains(kind):
      guard value.isFinite else { throw TemplateError("a float that is no integer in a format") }
      number = BigInteger(exactly: value.rounded(.towardZero))
    default:
      throw TemplateError("%\(kind) needs a number, found \(value.typeName)")
    }
    try budget.step(1 + number.digits.count * number.digits.count >> 3)
    let bases: [Unicode.Scalar: UInt32] = ["o": 8, "x": 16, "X": 16, "b": 2]
    let text = number.magnitude.text(base: bases[kind] ?? 10)
    guard bases[kind] != nil || text.utf8.count <= 4300 else {
      throw TemplateError("an integer of more than 4300 digits cannot be printed")
    }
    return (
      number.isNegative, isAlternate && bases[kind] != nil ? "0\(kind)" : "",
      kind == "X" ? text.uppercased() : text
    )
  }

  /// The magnitude of a float by the kind: `f`, `e`, `g` or a capital.
  func magnitude(_ value: Double, _ budget: Budget) throws(TemplateError) -> String {
    let lower = String(kind).lowercased()
    let text = try FloatText.printed(
      value, lower, precision: max(0, precision ?? 6), isAlternate: isAlternate, budget)
    return lower == String(kind) ? text : text.uppercased()
  }

  static func double(_ value: Value, _ kind: Unicode.Scalar) throws(TemplateError) -> Double {
    switch value.number {
    case .int(let number): return Double(number)
    case .float(let number): return number
    case .big(let number): return try Arithmetic.double(number)
    default: throw TemplateError("%\(kind) needs a number, found \(value.typeName)")
    }
  }
}

/// `format % values`.
enum PercentFormat {
  static func apply(
    _ format: Text, _ values: Value, _ renderer: Renderer
  ) throws(TemplateError) -> Text {
    var state = State(format, values, renderer)
    return try state.run()
  }

  private struct State {
    let format: Text
    let values: Value
    let renderer: Renderer
    var rest: ArraySlice<Value>
    var builder: TextBuilder
    var offset = 0
    var usesNames = false

    init(_ format: Text, _ values: Value, _ renderer: Renderer) {
      self.format = format
      self.values = values
      self.renderer = renderer
      if case .tuple(let list) = values { rest = list.items[...] } else { rest = [values] }
      builder = TextBuilder(renderer.budget)
    }

    var budget: Budget { renderer.budget }
    var byte: UInt8 { offset < format.count ? format.bytes[offset] : 0 }

    mutating func run() throws(TemplateError) -> Text {
      try budget.stepScalars(format.count)
      while offset < format.count {
        let start = offset
        while offset < format.count, byte != 0x25 { offset += 1 }
        try builder.append(format, start..<offset)
        if offset < format.count {
          offset += 1
          try budget.step()
          try specifier()
        }
      }
      if !rest.isEmpty, !usesNames {
        switch values {
        case .dict, .list, .undefined: break
        case .object(let object) where object is RangeObject: break
        default: throw TemplateError("too many values for a format")
        }
      }
      return builder.finish(isSafe: format.isSafe)
    }

    mutating func next() throws(TemplateError) -> Value {
      guard !usesNames, let value = rest.popFirst() else {
        throw TemplateError("too few values for a format")
      }
      return value
    }

    /// A number, or `*` for one among the values.
    mutating func count() throws(TemplateError) -> Int? {
      if byte == 0x2A {
        offset += 1
        guard let value = try next().integer, value.magnitude <= 1 << 31 else {
          throw TemplateError("'*' in a format needs an integer that is not too large")
        }
        return value
      }
      var value: Int?
      while (0x30...0x39).contains(byte) {
        value = (value ?? 0) * 10 + Int(byte - 0x30)
        guard value ?? 0 <= 1 << 31 else { throw TemplateError("a width too big in a format") }
        offset += 1
      }
      return value
    }

    mutating func specifier() throws(TemplateError) {
      var options = NumberFormat()
      var named: Value?
      if byte == 0x28 {
        named = try name()
        usesNames = true
      }
      flags: while true {
        switch byte {
        case 0x2D: options.isLeft = true
        case 0x2B: options.plus = "+"
        case 0x20: if options.plus.isEmpty { options.plus = " " }
        case 0x23: options.isAlternate = true
        case 0x30: options.fillsZeros = true
        default: break flags
        }
        offset += 1
      }
      if let width = try count() {
        options.isLeft = options.isLeft || width < 0
        options.width = abs(width)
      }
      if byte == 0x2E {
        offset += 1
        options.precision = max(0, try count() ?? 0)
      }
      if byte == 0x68 || byte == 0x6C || byte == 0x4C { offset += 1 }
      guard offset < format.count else { throw TemplateError("a format ends in a specifier") }
      let end: Int
      (options.kind, end) = format.scalar(at: offset)
      if options.kind == "%" {
        try builder.append(format, offset..<end)
        offset = end
        return
      }
      offset = end
      if let named {
        try write(named, options)
      } else {
        try write(try next(), options)
      }
    }

    mutating func name() throws(TemplateError) -> Value {
      offset += 1
      let start = offset
      var depth = 1
      while offset < format.count {
        if byte == 0x28 { depth += 1 }
        if byte == 0x29 {
          depth -= 1
          if depth == 0 { break }
        }
        offset += 1
      }
      guard offset < format.count else { throw TemplateError("a format's name without ')'") }
      let key = try format.slice(start..<offset, budget)
      offset += 1
      guard case .dict(let dict) = values else { throw TemplateError("a format needs a mapping") }
      guard let value = dict.value(key) else {
        throw TemplateError("a format names '\(key.string.prefix(80))', which is not given")
      }
      return value
    }

    mutating func write(_ value: Value, _ options: NumberFormat) throws(TemplateError) {
      var sign = ""
      let text: Text
      switch options.kind {
      case "s", "r", "a":
        var made = TextBuilder(budget)
        switch options.kind {
        case "s": try made.append(text: value)
        case "r": try made.append(representation: value)
        default: try made.append(ascii: value)
        }
        var shown = made.finish()
        if format.isSafe {
          shown = try Text(copying: shown, isSafe: value.isSafe).escaped(budget)
        }
        let end = try shown.offset(ofScalar: options.precision ?? Int.max, budget)
        return try pad(try shown.slice(0..<end, budget), "", options, zeros: false)
      case "c":
        var character: Text?
        if case .string(let given) = value, try given.scalarCount(budget) == 1 {
          character = given
        }
        if let character {
          text = character
        } else if let code = value.integer, code >= 0, code <= 0x10FFFF,
          let scalar = Unicode.Scalar(UInt32(code))
        {
          var made = TextBuilder(budget)
          try made.append(scalar, isData: false)
          text = made.finish()
        } else {
          throw TemplateError("%c needs a character or its code")
        }
        return try pad(text, "", options, zeros: false)
      case "d", "i", "u", "o", "x", "X":
        if options.kind != "d", options.kind != "i", options.kind != "u", case .float = value {
          throw TemplateError("%\(options.kind) needs an integer, found float")
        }
        let (isNegative, prefix, digits) = try options.digits(value, budget)
        sign = (isNegative ? "-" : options.plus) + prefix
        var made = TextBuilder(budget)
        try made.append(
          Text(literal: "0"), times: (options.precision ?? 0) - digits.utf8.count)
        try made.append(digits)
        text = made.finish()
      case "e", "E", "f", "F", "g", "G":
        let number = try NumberFormat.double(value, options.kind)
        sign = number.sign == .minus && !number.isNaN ? "-" : options.plus
        text = try Text(try options.magnitude(number, budget), isData: false, budget)
      default:
        throw TemplateError("a format with the unsupported character '\(options.kind)'")
      }
      try pad(text, sign, options, zeros: options.fillsZeros && !options.isLeft)
    }

    mutating func pad(
      _ text: Text, _ sign: String, _ options: NumberFormat, zeros: Bool
    ) throws(TemplateError) {
      let missing = options.width - (try text.scalarCount(budget)) - sign.utf8.count
      if !options.isLeft, !zeros { try builder.append(Text(literal: " "), times: missing) }
      try builder.append(sign)
      if zeros { try builder.append(Text(literal: "0"), times: missing) }
      try builder.append(text)
      if options.isLeft { try builder.append(Text(literal: " "), times: missing) }
    }
  }
}

extension Value {
  /// Whether it is Markup.
  var isSafe: Bool {
    if case .string(let text) = self { return text.isSafe }
    return false
  }
}
