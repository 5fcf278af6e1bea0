/// Filters that make texts.
enum TextFilters {
  static let all = simple + escapes + layouts

  /// A filter that maps the text of a value.
  private static func mapped(
    _ name: String, _ map: @escaping @Sendable (Text, Budget) throws(TemplateError) -> Text
  ) -> Builtin {
    Builtin(name) { (call) throws(TemplateError) in
      .string(try map(try call.receiverText(), call.budget))
    }
  }

  private static let simple: [Builtin] = [
    mapped("upper") { (text, budget) throws(TemplateError) in try text.uppercased(budget) },
    mapped("lower") { (text, budget) throws(TemplateError) in try text.lowercased(budget) },
    mapped("capitalize") { (text, budget) throws(TemplateError) in
      try text.capitalized(budget)
    },
    mapped("title") { (text, budget) throws(TemplateError) in try text.titlecasedWords(budget) },
    mapped("string") { (text, _) throws(TemplateError) in text },
    Builtin("trim", ["chars"]) { (call) throws(TemplateError) in
      .string(try call.receiverText().stripped(try call.optionalText(0), call.budget))
    },
    Builtin("replace", ["old", "new", "count"], required: 2) { (call) throws(TemplateError) in
      let limit = call.value(2).isNone ? -1 : try call.integer(2)
      var text = try call.receiverText()
      let old = try call.anyText(0, default: "")
      var new = try call.anyText(1, default: "")
      guard call.renderer.escapes else {
        let plain = Text(copying: text, isSafe: false)
        return .string(try plain.replacing(old, with: new, limit: limit, call.budget))
      }
      if old.isSafe || (new.isSafe && !text.isSafe) { text = try text.escaped(call.budget) }
      if text.isSafe { new = try new.escaped(call.budget) }
      return .string(try text.replacing(old, with: new, limit: limit, call.budget))
    },
    Builtin("format", isVariadic: true) { (call) throws(TemplateError) in
      guard call.rest.isEmpty || call.named.isEmpty else {
        throw call.error("takes either plain or named arguments")
      }
      let values: Value
      if call.named.isEmpty {
        values = .tuple(try ValueList(call.rest, call.budget))
      } else {
        let dict = ValueDict()
        for (name, value) in call.named { try dict.set(.literal(name), value, call.budget) }
        values = .dict(dict)
      }
      return .string(try PercentFormat.apply(try call.receiverText(), values, call.renderer))
    },
    Builtin("center", ["width"]) { (call) throws(TemplateError) in
      .string(
        try Padding.padded(
          try call.receiverText(), to: try call.integer(0, default: 80), .both,
          Text(literal: " "), call.budget))
    },
    Builtin("wordcount") { (call) throws(TemplateError) in
      var (count, inWord) = (0, false)
      let text = try call.receiverText()
      try call.budget.stepProperties(text.count)
      try text.forEachScalar { (_, scalar) in
        let isWord = scalar == "_" || Text.isAlphabetic(scalar) || Text.isNumeric(scalar)
        if isWord, !inWord { count += 1 }
        inWord = isWord
      }
      return .int(count)
    },
    Builtin("pprint") { (call) throws(TemplateError) in
      .string(try PrettyPrinter.text(call.receiver, call.renderer))
    },
    Builtin("urlize", isVariadic: true) { (call) throws(TemplateError) in
      throw call.error("is not supported in chat templates")
    },
  ]

  // MARK: Escapes

  private static func escape(_ name: String) -> Builtin {
    mapped(name) { (text, budget) throws(TemplateError) in try text.escaped(budget) }
  }

  private static let escapes: [Builtin] = [
    escape("e"), escape("escape"),
    mapped("forceescape") { (text, budget) throws(TemplateError) in
      try Text(copying: text, isSafe: false).escaped(budget)
    },
    mapped("safe") { (text, _) throws(TemplateError) in Text(copying: text, isSafe: true) },
    mapped("striptags") { (text, budget) throws(TemplateError) in
      try HTMLText.withoutTags(text, budget)
    },
    Builtin("urlencode") { (call) throws(TemplateError) in
      let pairs: [Value]
      switch call.receiver {
      case .dict(let dict):
        pairs = try (0..<dict.count).map { (index) throws(TemplateError) in
          try dict.pair(index, call.budget)
        }
      case .list(let list), .tuple(let list): pairs = list.items
      case .object: pairs = try call.renderer.items(call.receiver)
      default:
        var builder = TextBuilder(call.budget)
        try append(try call.receiverText(), isQuery: false, to: &builder)
        return .string(builder.finish())
      }
      var builder = TextBuilder(call.budget)
      for (index, pair) in pairs.enumerated() {
        let items = try call.renderer.items(pair)
        guard items.count == 2 else { throw call.error("needs pairs") }
        if index > 0 { try builder.append("&") }
        try append(try items[0].text(call.budget), isQuery: true, to: &builder)
        try builder.append("=")
        try append(try items[1].text(call.budget), isQuery: true, to: &builder)
      }
      return .string(builder.finish())
    },
    Builtin("xmlattr", ["autospace"]) { (call) throws(TemplateError) in
      guard case .dict(let dict) = call.receiver else { throw call.error("needs a mapping") }
      var builder = TextBuilder(call.budget)
      let spaces = try call.isTrue(0, default: true)
      var isFirst = true
      for index in 0..<dict.count {
        let value = dict.values[index]
        if value.isNone || value.isUndefined { continue }
        guard case .string(let key) = dict.keys[index],
          !key.bytes.contains(where: { [9, 10, 11, 12, 13, 32, 0x2F, 0x3E, 0x3D].contains($0) })
        else { throw call.error("found a key that cannot be an attribute's name") }
        if !isFirst || spaces { try builder.append(" ") }
        isFirst = false
        try builder.append(try key.escaped(call.budget))
        try builder.append("=\"")
        try builder.append(try value.text(call.budget).escaped(call.budget))
        try builder.append("\"")
      }
      return .string(builder.finish(isSafe: call.renderer.escapes))
    },
  ]

  private static func append(
    _ text: Text, isQuery: Bool, to builder: inout TextBuilder
  ) throws(TemplateError) {
    try builder.budget.stepProperties(text.count)
    for (index, byte) in text.bytes.enumerated() {
      let isData = text.isData(at: index)
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        try builder.append(Unicode.Scalar(byte), isData: isData)
      case 0x2F where !isQuery: try builder.append("/", isData: isData)
      case 0x20 where isQuery: try builder.append("+", isData: isData)
      default:
        try builder.budget.step()
        try builder.append(
          "%" + TextBuilder.hexadecimal(UInt32(byte), 2).uppercased(), isData: isData)
      }
    }
  }

  // MARK: Layout

  private static let layouts: [Builtin] = [
    Builtin("indent", ["width", "first", "blank"]) { (call) throws(TemplateError) in
      let filling: Text
      if case .string(let text)? = call.arguments[0] {
        filling = text
      } else {
        var builder = TextBuilder(call.budget)
        try builder.append(Text(literal: " "), times: try call.integer(0, default: 4))
        filling = builder.finish()
      }
      let text = try call.string()
      let blank = try call.isTrue(2)
      let lines = try Text.joined(text, Text(literal: "\n"), in: call.budget)
        .lines(call.budget)
      var builder = TextBuilder(call.budget)
      if try call.isTrue(1) { try builder.append(filling) }
      for (index, line) in lines.enumerated() {
        if index > 0 {
          try builder.append("\n")
          if blank || !line.isEmpty { try builder.append(filling) }
        }
        try builder.append(line)
      }
      return .string(builder.finish(isSafe: text.isSafe))
    },
    Builtin("truncate", ["length", "killwords", "end", "leeway"]) { (call) throws(TemplateError) in
      let length = try call.integer(0, default: 255)
      let end = try call.arguments[2] == nil ? Text(literal: "...") : call.text(2)
      let leeway = call.value(3).isNone ? 5 : try call.integer(3)
      let endLength = try end.scalarCount(call.budget)
      guard length >= endLength, leeway >= 0 else {
        throw call.error("needs a length of at least \(endLength) and a leeway of at least 0")
      }
      let limit = length.addingReportingOverflow(leeway)
      guard let count = try call.renderer.length(call.receiver) else {
        throw call.error("needs a string, found \(call.receiver.typeName)")
      }
      if limit.overflow || count <= limit.partialValue { return call.receiver }
      let text = try call.string()
      let kept = try text.slice(
        0..<text.offset(ofScalar: length - endLength, call.budget), call.budget)
      let space = Text(literal: " ")
      let head =
        try call.isTrue(1)
        ? kept : kept.split(by: space, limit: 1, fromRight: true, call.budget)[0]
      return .string(try Arithmetic.concatenated(head, end, call.budget))
    },
    Builtin(
      "wordwrap", ["width", "break_long_words", "wrapstring", "break_on_hyphens"]
    ) { (call) throws(TemplateError) in
      let separator = try call.optionalText(2) ?? Text(literal: "\n")
      let wrapper = WordWrapper(
        width: try call.integer(0, default: 79), breaksLongWords: try call.isTrue(1, default: true),
        breaksOnHyphens: try call.isTrue(3, default: true), budget: call.budget)
      var builder = TextBuilder(call.budget)
      for (index, line) in try call.string().lines(call.budget).enumerated() {
        if index > 0 { try builder.append(separator) }
        for (index, part) in try wrapper.wrap(line).enumerated() {
          if index > 0 { try builder.append(separator) }
          for range in part { try builder.append(line, range) }
        }
      }
      return .string(builder.finish())
    },
  ]
}

/// What `striptags` does.
enum HTMLText {
  /// The text without comments and tags, its white space made single blanks, its entities read.
  static func withoutTags(_ text: Text, _ budget: Budget) throws(TemplateError) -> Text {
    let bytes = text.bytes
    try budget.stepScalars(bytes.count)
    var kept = try removing(Text(literal: "<!--"), Text(literal: "-->"), from: text, budget)
    kept = try removing(Text(literal: "<"), Text(literal: ">"), from: kept, budget)
    let words = try kept.splitBySpace(limit: -1, fromRight: false, budget)
    var builder = TextBuilder(budget)
    for (index, word) in words.enumerated() {
      if index > 0 { try builder.append(" ") }
      try builder.append(word)
    }
    return try unescaped(builder.finish(), budget)
  }

  private static func removing(
    _ open: Text, _ close: Text, from text: Text, _ budget: Budget
  ) throws(TemplateError) -> Text {
    var builder = TextBuilder(budget)
    var position = 0
    while let start = try text.find(open, position..<text.count, budget),
      let end = try text.find(close, start..<text.count, budget)
    {
      try builder.append(text, position..<start)
      position = end + close.count
    }
    try builder.append(text, position..<text.count)
    return builder.finish()
  }

  private static let entities: [String: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}",
  ]

  private static func unescaped(_ text: Text, _ budget: Budget) throws(TemplateError) -> Text {
    guard text.bytes.contains(0x26) else { return text }
    var builder = TextBuilder(budget)
    var (start, offset) = (0, 0)
    while offset < text.count {
      guard text.bytes[offset] == 0x26,
        let end = text.bytes[offset..<min(offset + 12, text.count)].firstIndex(of: 0x3B)
      else {
        offset += 1
        continue
      }
      let name = String(decoding: text.bytes[offset + 1..<end], as: UTF8.self)
      var replacement = entities[name]
      if name.hasPrefix("#") {
        let isHex = name.hasPrefix("#x") || name.hasPrefix("#X")
        if let code = UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10) {
          replacement = String(code == 0 ? "\u{FFFD}" : Unicode.Scalar(code) ?? "\u{FFFD}")
        }
      }
      guard let replacement else {
        offset += 1
        continue
      }
      try builder.append(text, start..<offset)
      try builder.append(replacement, isData: text.isData(at: offset))
      offset = end + 1
      start = offset
    }
    try builder.append(text, start..<text.count)
    return builder.finish()
  }
}

/// Python's `pprint.pformat`, for values that fit in one line of 80.
enum PrettyPrinter {
  static func text(_ value: Value, _ renderer: Renderer) throws(TemplateError) -> Text {
    var builder = TextBuilder(renderer.budget)
    try builder.append(representation: try sorted(value, renderer.budget))
    let text = builder.finish()
    if case .object = value { return text }
    let fits = try text.scalarCount(renderer.budget) <= 80
    switch value {
    case .string, .list, .tuple, .dict:
      guard fits else { throw TemplateError("pprint of more than 80 characters is not supported") }
    default: break
    }
    return text
  }

  /// The value with the keys of its dictionaries in order.
  private static func sorted(_ value: Value, _ budget: Budget) throws(TemplateError) -> Value {
    try budget.enter()
    defer { budget.leave() }
    switch value {
    case .list(let list), .tuple(let list):
      var items = ListBuilder(budget)
      for item in list.items { try items.append(try sorted(item, budget)) }
      if case .tuple = value { return try items.tuple() }
      return try items.list()
    case .dict(let dict):
      let result = ValueDict()
      for place in try Sorting.order(dict.keys, reversed: false, budget) {
        try result.set(dict.keys[place], try sorted(dict.values[place], budget), budget)
      }
      return .dict(result)
    default: return value
    }
  }
}
