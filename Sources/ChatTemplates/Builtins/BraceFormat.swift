/// `str.format`, as the sandbox does it.
enum BraceFormat {
  static func apply(
    _ format: Text, _ arguments: CallArguments, _ renderer: Renderer
  ) throws(TemplateError) -> Text {
    var state = State(arguments: arguments, renderer: renderer)
    return try state.run(format, depth: 2)
  }

  private struct State {
    let arguments: CallArguments
    let renderer: Renderer
    /// The place of the next `{}`; nil once places are written out.
    var automatic: Int?? = .some(nil)

    init(arguments: CallArguments, renderer: Renderer) {
      self.arguments = arguments
      self.renderer = renderer
    }

    var budget: Budget { renderer.budget }

    mutating func run(_ format: Text, depth: Int) throws(TemplateError) -> Text {
      guard depth >= 0 else { throw TemplateError("a format nests too deep") }
      var builder = TextBuilder(budget)
      try budget.stepScalars(format.count)
      let bytes = format.bytes
      var offset = 0
      while offset < bytes.count {
        let start = offset
        while offset < bytes.count, bytes[offset] != 0x7B, bytes[offset] != 0x7D { offset += 1 }
        try builder.append(format, start..<offset)
        guard offset < bytes.count else { break }
        if offset + 1 < bytes.count, bytes[offset + 1] == bytes[offset] {
          try builder.append(format, offset..<offset + 1)
          offset += 2
          continue
        }
        guard bytes[offset] == 0x7B else { throw TemplateError("a single '}' in a format") }
        var (end, open) = (offset + 1, 1)
        while end < bytes.count {
          if bytes[end] == 0x7B { open += 1 }
          if bytes[end] == 0x7D { open -= 1 }
          if open == 0 { break }
          end += 1
        }
        guard end < bytes.count else { throw TemplateError("a format without '}'") }
        try budget.step()
        let text = try field(try format.slice(offset + 1..<end, budget), depth: depth)
        try builder.append(format.isSafe ? try text.escaped(budget) : text)
        offset = end + 1
      }
      return builder.finish(isSafe: format.isSafe)
    }

    private mutating func field(_ field: Text, depth: Int) throws(TemplateError) -> Text {
      let bytes = field.bytes
      var nameEnd = 0
      var brackets = 0
      while nameEnd < bytes.count {
        if bytes[nameEnd] == 0x5B { brackets = 1 }
        if bytes[nameEnd] == 0x5D { brackets = 0 }
        if brackets == 0, bytes[nameEnd] == 0x3A || bytes[nameEnd] == 0x21 { break }
        nameEnd += 1
      }
      var value = try self.value(try field.slice(0..<nameEnd, budget))
      var offset = nameEnd
      if offset < bytes.count, bytes[offset] == 0x21 {
        guard offset + 1 < bytes.count, offset + 2 == bytes.count || bytes[offset + 2] == 0x3A
        else { throw TemplateError("a malformed conversion in a format") }
        var made = TextBuilder(budget)
        switch bytes[offset + 1] {
        case 0x73: try made.append(text: value)
        case 0x72: try made.append(representation: value)
        case 0x61: try made.append(ascii: value)
        default: throw TemplateError("an unknown conversion in a format")
        }
        value = .string(made.finish())
        offset += 2
      }
      let specification =
        offset < bytes.count ? try field.slice(offset + 1..<bytes.count, budget) : .empty
      let expanded = try run(specification, depth: depth - 1)
      return try FormatSpecification.apply(expanded, value, renderer)
    }

    /// The value that a field names: an argument, and attributes and items of it.
    private mutating func value(_ name: Text) throws(TemplateError) -> Value {
      let bytes = name.bytes
      let end = bytes.firstIndex { $0 == 0x2E || $0 == 0x5B } ?? bytes.count
      let first = try name.slice(0..<end, budget)
      var value: Value
      if first.isEmpty {
        guard let place = automatic else {
          throw TemplateError("a format cannot both count its fields and name their places")
        }
        automatic = .some((place ?? 0) + 1)
        value = try positional(place ?? 0)
      } else if let place = Self.place(first) {
        if case .some(.some) = automatic {
          throw TemplateError("a format cannot both count its fields and name their places")
        }
        automatic = .none
        value = try positional(place)
      } else {
        let key = try first.string(budget)
        try budget.step(arguments.named.count >> 3)
        guard let found = arguments.named.last(where: { $0.name == key }) else {
          throw TemplateError("a format names '\(key.prefix(80))', which is not given")
        }
        value = found.value
      }
      var offset = end
      while offset < bytes.count {
        try budget.step()
        let start = offset + 1
        if bytes[offset] == 0x2E {
          let stop = bytes[start...].firstIndex { $0 == 0x2E || $0 == 0x5B } ?? bytes.count
          guard stop > start else { throw TemplateError("an empty attribute in a format") }
          value = try Members.attribute(
            try name.slice(start..<stop, budget), of: value, renderer)
          offset = stop
        } else {
          guard bytes[offset] == 0x5B, let stop = bytes[start...].firstIndex(of: 0x5D),
            stop > start
          else { throw TemplateError("a malformed field in a format") }
          let key = try name.slice(start..<stop, budget)
          value = try Members.item(
            Self.place(key).map { .int($0) } ?? .string(key), of: value, renderer)
          offset = stop + 1
        }
      }
      return value
    }

    private func positional(_ place: Int) throws(TemplateError) -> Value {
      guard arguments.positional.indices.contains(place) else {
        throw TemplateError("a format takes argument \(place), which is not given")
      }
      return arguments.positional[place]
    }

    private static func place(_ text: Text) -> Int? {
      guard !text.isEmpty, text.bytes.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return nil
      }
      return Int(text.string) ?? Int.max
    }
  }
}

/// `format(value, specification)`.
struct FormatSpecification {
  private var options = NumberFormat()
  private var fill = Text(literal: " ")
  private var alignment: UInt8 = 0
  private var grouping: UInt8 = 0
  private var hasKind = false

  static func apply(
    _ text: Text, _ value: Value, _ renderer: Renderer
  ) throws(TemplateError) -> Text {
    let budget = renderer.budget
    if text.isEmpty { return try value.text(budget) }
    var specification = try FormatSpecification(text, budget)
    switch value {
    case .string(let string): return try specification.write(string, budget)
    case .bool, .int, .big:
      return try specification.writeInteger(value, budget)
    case .float(let number): return try specification.write(number, budget)
    default:
      throw TemplateError("a format for a value of type \(value.typeName)")
    }
  }

  private init(_ text: Text, _ budget: Budget) throws(TemplateError) {
    let bytes = text.bytes
    func isAlignment(_ index: Int) -> Bool {
      index < bytes.count && [0x3C, 0x3E, 0x3D, 0x5E].contains(bytes[index])
    }
    var offset = 0
    let first = text.scalar(at: 0).1
    if isAlignment(first) {
      fill = try text.slice(0..<first, budget)
      alignment = bytes[first]
      offset = first + 1
    } else if isAlignment(0) {
      alignment = bytes[0]
      offset = 1
    }
    func byte() -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }
    func number() throws(TemplateError) -> Int? {
      var value: Int?
      while (0x30...0x39).contains(byte()) {
        value = (value ?? 0) * 10 + Int(byte() - 0x30)
        guard value ?? 0 <= 1 << 40 else { throw TemplateError("a width too big in a format") }
        offset += 1
      }
      return value
    }
    if [0x2B, 0x2D, 0x20].contains(byte()) {
      options.plus = byte() == 0x2D ? "" : String(Unicode.Scalar(byte()))
      offset += 1
    }
    if byte() == 0x7A { offset += 1 }
    if byte() == 0x23 {
      options.isAlternate = true
      offset += 1
    }
    if byte() == 0x30 {
      if alignment == 0 {
        fill = Text(literal: "0")
        alignment = 0x3D
      }
      options.fillsZeros = true
      offset += 1
    }
    options.width = try number() ?? 0
    if byte() == 0x2C || byte() == 0x5F {
      grouping = byte()
      offset += 1
    }
    if byte() == 0x2E {
      offset += 1
      guard let precision = try number() else { throw TemplateError("a format without precision") }
      options.precision = precision
    }
    if offset < bytes.count {
      let end: Int
      (options.kind, end) = text.scalar(at: offset)
      offset = end
      hasKind = true
    }
    guard offset == bytes.count else { throw TemplateError("an invalid format specifier") }
  }

  private func pad(
    _ sign: String, _ text: Text, _ alignment: UInt8, _ budget: Budget
  ) throws(TemplateError) -> Text {
    let missing = options.width - (try text.scalarCount(budget)) - sign.utf8.count
    guard missing > 0 else {
      return sign.isEmpty
        ? text : try Text.joined(try Text(sign, isData: false, budget), text, in: budget)
    }
    let left = alignment == 0x3C ? 0 : alignment == 0x5E ? missing / 2 : missing
    var builder = TextBuilder(budget)
    if alignment != 0x3D { try builder.append(fill, times: left) }
    try builder.append(sign)
    if alignment == 0x3D { try builder.append(fill, times: left) }
    try builder.append(text)
    try builder.append(fill, times: missing - left)
    return builder.finish()
  }

  private func write(_ text: Text, _ budget: Budget) throws(TemplateError) -> Text {
    guard !hasKind || options.kind == "s", options.plus.isEmpty, grouping == 0,
      !options.isAlternate, alignment != 0x3D || options.fillsZeros
    else { throw TemplateError("an invalid format specifier for a string") }
    let cut = try text.slice(
      0..<text.offset(ofScalar: options.precision ?? Int.max, budget), budget)
    return try pad("", cut, alignment == 0 || alignment == 0x3D ? 0x3C : alignment, budget)
  }

  private mutating func writeInteger(
    _ value: Value, _ budget: Budget
  ) throws(TemplateError) -> Text {
    if "eEfFgG%".unicodeScalars.contains(options.kind), hasKind {
      return try write(try NumberFormat.double(value, options.kind), budget)
    }
    if !hasKind || options.kind == "n" { options.kind = "d" }
    guard options.precision == nil, "dboxXc".unicodeScalars.contains(options.kind) else {
      throw TemplateError("an invalid format specifier for an integer")
    }
    if options.kind == "c" {
      guard let code = value.integer, code >= 0, code <= 0x10FFFF,
        let scalar = Unicode.Scalar(UInt32(code))
      else { throw TemplateError("%c needs a character's code") }
      return try pad(
        "", try Text(String(scalar), isData: false, budget), alignment == 0 ? 0x3C : alignment,
        budget)
    }
    let (isNegative, prefix, digits) = try options.digits(value, budget)
    if grouping == 0x2C, options.kind != "d" {
      throw TemplateError("a format cannot group such digits with ','")
    }
    return try finish(
      (isNegative ? "-" : options.plus) + prefix, digits, "", every: options.kind == "d" ? 3 : 4,
      budget)
  }

  private mutating func write(_ number: Double, _ budget: Budget) throws(TemplateError) -> Text {
    var number = number
    var suffix = ""
    let sign = number.sign == .minus && !number.isNaN ? "-" : options.plus
    var text: String
    if !hasKind {
      if let precision = options.precision {
        // Like `g`, but with a digit after the point where there is no exponent.
        options.kind = "g"
        options.precision = max(1, precision)
        text = try options.magnitude(number, budget)
        if number.isFinite, let exponent = Self.exponent(number, max(1, precision)),
          exponent == precision - 1, !text.contains("e"), !text.contains(".")
        {
          options.kind = "e"
          options.precision = max(0, precision - 1)
          text = try options.magnitude(number, budget)
        } else if number.isFinite, !text.contains("."), !text.contains("e") {
          text += ".0"
        }
      } else {
        text = FloatText.representation(number.magnitude)
      }
    } else {
      if options.kind == "%" {
        number *= 100
        options.kind = "f"
        suffix = "%"
      }
      if options.kind == "n" { options.kind = "g" }
      guard "eEfFgG".unicodeScalars.contains(options.kind) else {
        throw TemplateError("an invalid format specifier for a float")
      }
      if "gG".unicodeScalars.contains(options.kind), options.precision == 0 {
        options.precision = 1
      }
      text = try options.magnitude(number, budget)
    }
    let whole = text.prefix { ("0"..."9").contains($0) }
    return try finish(sign, String(whole), text.dropFirst(whole.count) + suffix, every: 3, budget)
  }

  /// The decimal exponent of a number that is rounded to some digits.
  private static func exponent(_ number: Double, _ digits: Int) -> Int? {
    guard number != 0 else { return 0 }
    let text = FloatText.representation(number.magnitude)
    guard digits < 17 else { return nil }
    if let mark = text.firstIndex(of: "e") { return Int(text[text.index(after: mark)...]) }
    let whole = text.prefix { $0 != "." }
    return whole == "0" ? nil : whole.count - 1
  }

  private func finish(
    _ sign: String, _ whole: String, _ rest: String, every: Int, _ budget: Budget
  ) throws(TemplateError) -> Text {
    let fillsZeros = alignment == 0x3D && fill == Text(literal: "0")
    var digits = Array(whole.utf8)
    if grouping != 0 {
      if fillsZeros {
        // Zeros that fill the width are grouped too.
        let target = options.width - sign.utf8.count - rest.utf8.count
        guard target <= 1 << 20 else { throw TemplateError("a width too big in a format") }
        try budget.allocate(max(0, target))
        try budget.step(max(0, target))
        var length = digits.count
        while length + (length - 1) / every < target { length += 1 }
        digits.insert(contentsOf: repeatElement(0x30, count: length - digits.count), at: 0)
      }
      var grouped: [UInt8] = []
      for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % every == 0 { grouped.append(grouping) }
        grouped.append(digit)
      }
      digits = grouped
    }
    let text = try Text(String(decoding: digits, as: UTF8.self) + rest, isData: false, budget)
    return try pad(sign, text, alignment == 0 ? 0x3E : alignment, budget)
  }
}
