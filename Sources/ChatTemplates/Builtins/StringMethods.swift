/// Python's methods of strings.
enum StringMethods {
  static let table = Builtin.table(cases + cuts + searches + paddings + tests)

  private static func mapped(
    _ name: String, _ map: @escaping @Sendable (Text, Budget) throws(TemplateError) -> Text
  ) -> Builtin {
    Builtin(name) { (call) throws(TemplateError) in
      .string(try map(try call.string(), call.budget))
    }
  }

  private static func list(
    _ texts: [Text], _ budget: Budget
  ) throws(TemplateError) -> ListBuilder {
    var list = ListBuilder(budget)
    for text in texts { try list.append(.string(text)) }
    return list
  }

  // MARK: Case

  private static let cases: [Builtin] = [
    mapped("upper") { (text, budget) throws(TemplateError) in try text.uppercased(budget) },
    mapped("lower") { (text, budget) throws(TemplateError) in try text.lowercased(budget) },
    mapped("casefold") { (text, budget) throws(TemplateError) in try text.casefolded(budget) },
    mapped("title") { (text, budget) throws(TemplateError) in try text.titlecased(budget) },
    mapped("capitalize") { (text, budget) throws(TemplateError) in
      try text.capitalized(budget)
    },
    mapped("swapcase") { (text, budget) throws(TemplateError) in try text.swappedCase(budget) },
  ]

  // MARK: Cuts

  private static func strip(_ name: String, left: Bool, right: Bool) -> Builtin {
    Builtin(name, ["/chars"]) { (call) throws(TemplateError) in
      .string(
        try call.string().stripped(
          try call.optionalText(0), left: left, right: right, call.budget))
    }
  }

  private static func split(_ name: String, fromRight: Bool) -> Builtin {
    Builtin(name, ["sep", "maxsplit"]) { (call) throws(TemplateError) in
      let limit = try call.integer(1, default: -1)
      let text = try call.string()
      guard let separator = try call.optionalText(0) else {
        return try list(
          try text.splitBySpace(limit: limit, fromRight: fromRight, call.budget), call.budget
        ).list()
      }
      guard !separator.isEmpty else { throw call.error("needs a separator that is not empty") }
      return try list(
        try text.split(by: separator, limit: limit, fromRight: fromRight, call.budget),
        call.budget
      ).list()
    }
  }

  private static func partition(_ name: String, fromRight: Bool) -> Builtin {
    Builtin(name, ["/sep"], required: 1) { (call) throws(TemplateError) in
      let (text, separator) = (try call.string(), try call.text(0))
      guard !separator.isEmpty else { throw call.error("needs a separator that is not empty") }
      let parts = try text.split(by: separator, limit: 1, fromRight: fromRight, call.budget)
      let empty = Text(copying: .empty, isSafe: text.isSafe)
      if parts.count == 2 {
        return try list([parts[0], separator, parts[1]], call.budget).tuple()
      }
      return try list(fromRight ? [empty, empty, text] : [text, empty, empty], call.budget)
        .tuple()
    }
  }

  private static let cuts: [Builtin] = [
    strip("strip", left: true, right: true), strip("lstrip", left: true, right: false),
    strip("rstrip", left: false, right: true),
    split("split", fromRight: false), split("rsplit", fromRight: true),
    partition("partition", fromRight: false), partition("rpartition", fromRight: true),
    Builtin("splitlines", ["keepends"]) { (call) throws(TemplateError) in
      try list(
        try call.string().lines(keepingEnds: try call.isTrue(0), call.budget), call.budget
      ).list()
    },
    Builtin("removeprefix", ["/prefix"], required: 1) { (call) throws(TemplateError) in
      let (text, prefix) = (try call.string(), try call.text(0))
      try call.budget.stepBytes(prefix.count)
      guard text.bytes.starts(with: prefix.bytes) else { return .string(text) }
      return .string(try text.slice(prefix.count..<text.count, call.budget))
    },
    Builtin("removesuffix", ["/suffix"], required: 1) { (call) throws(TemplateError) in
      let (text, suffix) = (try call.string(), try call.text(0))
      try call.budget.stepBytes(suffix.count)
      guard text.bytes.suffix(suffix.count) == suffix.bytes[...] else { return .string(text) }
      return .string(try text.slice(0..<text.count - suffix.count, call.budget))
    },
    Builtin("replace", ["/old", "/new", "/count"], required: 2) { (call) throws(TemplateError) in
      let text = try call.string()
      var new = try call.text(1)
      if text.isSafe { new = try new.escaped(call.budget) }
      return .string(
        try text.replacing(
          try call.text(0), with: new, limit: try call.integer(2, default: -1), call.budget))
    },
    Builtin("join", ["/items"], required: 1) { (call) throws(TemplateError) in
      let separator = try call.string()
      var builder = TextBuilder(call.budget)
      for (index, item) in try call.renderer.items(call.value(0)).enumerated() {
        guard case .string(var part) = item else {
          throw call.error("needs strings, found \(item.typeName)")
        }
        try call.budget.step()
        if index > 0 { try builder.append(separator) }
        if separator.isSafe { part = try part.escaped(call.budget) }
        try builder.append(part)
      }
      return .string(builder.finish(isSafe: separator.isSafe))
    },
    Builtin("format", isVariadic: true) { (call) throws(TemplateError) in
      .string(
        try BraceFormat.apply(
          try call.string(), CallArguments(positional: call.rest, named: call.named),
          call.renderer))
    },
    Builtin("format_map", ["/mapping"], required: 1) { (call) throws(TemplateError) in
      guard case .dict(let dict) = call.value(0) else { throw call.error("needs a mapping") }
      var arguments = CallArguments()
      try call.budget.allocate(dict.count * 64)
      for index in 0..<dict.count {
        if case .string(let key) = dict.keys[index] {
          arguments.named.append((try key.string(call.budget), dict.values[index]))
        }
      }
      return .string(try BraceFormat.apply(try call.string(), arguments, call.renderer))
    },
    Builtin("encode", isVariadic: true) { (call) throws(TemplateError) in
      throw call.error("is not supported: templates have no bytes")
    },
    Builtin("translate", ["/table"], required: 1) { (call) throws(TemplateError) in
      guard case .dict(let table) = call.value(0) else { throw call.error("needs a mapping") }
      let text = try call.string()
      var builder = TextBuilder(call.budget)
      try text.forEachScalar { (range, scalar) throws(TemplateError) in
        try call.budget.step()
        switch try table.value(.int(Int(scalar.value)), call.budget) {
        case nil: try builder.append(text, range)
        case .some(.none): break
        case .string(let new)?: try builder.append(new)
        case let value?:
          guard let code = value.integer, code >= 0, code <= 0x10FFFF,
            let mapped = Unicode.Scalar(UInt32(code))
          else { throw call.error("maps to no character") }
          try builder.append(mapped, isData: text.isData(at: range.lowerBound))
        }
      }
      return .string(builder.finish(isSafe: text.isSafe))
    },
  ]

  // MARK: Searches

  /// The bytes of the scalars between two places, and the first place; nil where it lies past the end.
  private static func range(
    _ call: Invocation, _ text: Text, from index: Int
  ) throws(TemplateError) -> (bytes: Range<Int>, start: Int)? {
    let count = try text.scalarCount(call.budget)
    let first = try call.place(index, default: 0)
    guard first <= count else { return nil }
    let slice = SliceRange(
      first, try call.place(index + 1, default: Int.max), step: 1, length: count)
    let start = try text.offset(ofScalar: slice.start, call.budget)
    let last = try call.place(index + 1, default: Int.max)
    let end = last < 0 ? max(last, -count - 1) + count : min(last, count)
    guard end >= slice.start else { return nil }
    return (
      start..<(try text.offset(ofScalar: slice.start + slice.count, call.budget)), slice.start
    )
  }

  private static func find(_ name: String, last: Bool, fails: Bool) -> Builtin {
    Builtin(name, ["/sub", "/start", "/end"], required: 1) { (call) throws(TemplateError) in
      let (text, part) = (try call.string(), try call.text(0))
      if let (bytes, _) = try range(call, text, from: 1),
        let place = try last
          ? text.findLast(part, bytes, call.budget) : text.find(part, bytes, call.budget)
      {
        return .int(try text.scalarIndex(ofOffset: place, call.budget))
      }
      if fails { throw TemplateError("substring not found") }
      return .int(-1)
    }
  }

  private static func affix(_ name: String, isPrefix: Bool) -> Builtin {
    Builtin(name, ["/affix", "/start", "/end"], required: 1) { (call) throws(TemplateError) in
      let text = try call.string()
      var options = [call.value(0)]
      if case .tuple(let list) = options[0] { options = list.items }
      let found = try range(call, text, from: 1)
      for option in options {
        guard case .string(let part) = option else {
          throw call.error("needs a string or a tuple of them, found \(option.typeName)")
        }
        try call.budget.stepBytes(part.count)
        guard let bytes = found?.bytes else { continue }
        let slice = text.bytes[bytes]
        if part.count <= slice.count,
          isPrefix
            ? slice.prefix(part.count) == part.bytes[...]
            : slice.suffix(part.count) == part.bytes[...]
        {
          return .bool(true)
        }
      }
      return .bool(false)
    }
  }

  private static let searches: [Builtin] = [
    find("find", last: false, fails: false), find("rfind", last: true, fails: false),
    find("index", last: false, fails: true), find("rindex", last: true, fails: true),
    affix("startswith", isPrefix: true), affix("endswith", isPrefix: false),
    Builtin("count", ["/sub", "/start", "/end"], required: 1) { (call) throws(TemplateError) in
      let text = try call.string()
      let part = try call.text(0)
      guard let (bytes, _) = try range(call, text, from: 1) else { return .int(0) }
      return .int(try text.occurrences(of: part, bytes, call.budget))
    },
  ]

  // MARK: Padding

  private static func padding(_ name: String, _ side: Padding.Side) -> Builtin {
    Builtin(name, ["/width", "/fillchar"], required: 1) { (call) throws(TemplateError) in
      let text = try call.string()
      let fill = try call.arguments[1] == nil ? Text(literal: " ") : call.text(1)
      guard try fill.scalarCount(call.budget) == 1 else {
        throw call.error("needs a fill of one character")
      }
      return .string(
        try Padding.padded(text, to: try call.integer(0), side, fill, call.budget))
    }
  }

  private static let paddings: [Builtin] = [
    padding("ljust", .right), padding("rjust", .left), padding("center", .both),
    Builtin("zfill", ["/width"], required: 1) { (call) throws(TemplateError) in
      let text = try call.string()
      let width = try call.integer(0)
      let missing = width.subtractingReportingOverflow(try text.scalarCount(call.budget))
      guard !missing.overflow, missing.partialValue > 0 else { return .string(text) }
      let hasSign = text.bytes.first == 0x2B || text.bytes.first == 0x2D
      var builder = TextBuilder(call.budget)
      if hasSign { try builder.append(text, 0..<1) }
      try builder.append(Text(literal: "0"), times: missing.partialValue)
      try builder.append(text, (hasSign ? 1 : 0)..<text.count)
      return .string(builder.finish(isSafe: text.isSafe))
    },
    Builtin("expandtabs", ["tabsize"]) { (call) throws(TemplateError) in
      let text = try call.string()
      let size = try call.integer(0, default: 8)
      var builder = TextBuilder(call.budget)
      var column = 0
      try call.budget.stepScalars(text.count)
      try text.forEachScalar { (range, scalar) throws(TemplateError) in
        if scalar == "\t" {
          guard size > 0 else { return }
          let spaces = size - column % size
          try builder.append(Text(literal: " "), times: spaces)
          column = column &+ spaces
        } else {
          column = scalar == "\n" || scalar == "\r" ? 0 : column &+ 1
          try builder.append(text, range)
        }
      }
      return .string(builder.finish(isSafe: text.isSafe))
    },
  ]

  // MARK: Tests

  private static func test(
    _ name: String, _ holds: @escaping @Sendable (Unicode.Scalar) -> Bool, ofEmpty: Bool = false
  ) -> Builtin {
    Builtin(name) { (call) throws(TemplateError) in
      let text = try call.string()
      return .bool(text.isEmpty ? ofEmpty : try text.allScalars(call.budget, holds))
    }
  }

  private static let tests: [Builtin] = [
    test("isalpha", Text.isAlphabetic), test("isdecimal", Text.isDecimal),
    test("isdigit", Text.isDigit), test("isnumeric", Text.isNumeric),
    test("isalnum", { Text.isAlphabetic($0) || Text.isNumeric($0) }),
    test("isspace", Text.isSpace), test("isascii", { $0.isASCII }, ofEmpty: true),
    test("isprintable", Text.isPrintable, ofEmpty: true),
    Builtin("isupper") { (call) throws(TemplateError) in
      .bool(try call.string().isCased(upper: true, call.budget))
    },
    Builtin("islower") { (call) throws(TemplateError) in
      .bool(try call.string().isCased(upper: false, call.budget))
    },
    Builtin("istitle") { (call) throws(TemplateError) in
      .bool(try call.string().isTitle(call.budget))
    },
    Builtin("isidentifier") { (call) throws(TemplateError) in
      .bool(try call.string().isIdentifier(call.budget))
    },
  ]
}

/// A text with a fill beside it, up to a width.
enum Padding {
  enum Side { case left, right, both }

  static func padded(
    _ text: Text, to width: Int, _ side: Side, _ fill: Text, _ budget: Budget
  ) throws(TemplateError) -> Text {
    let missing = width.subtractingReportingOverflow(try text.scalarCount(budget))
    guard !missing.overflow, missing.partialValue > 0 else { return text }
    let count = missing.partialValue
    // Python's `center` puts the odd one left where the width is odd.
    let left = side == .left ? count : side == .right ? 0 : count / 2 + (count & width & 1)
    var builder = TextBuilder(budget)
    try builder.append(fill, times: left)
    try builder.append(text)
    try builder.append(fill, times: count - left)
    return builder.finish(isSafe: text.isSafe)
  }
}
