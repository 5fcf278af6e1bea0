/// Jinja's filters.
enum Filters {
  /// All names.
  static let names: Set<String> = [
    "trim", "upper", "lower", "title", "capitalize", "length", "count", "join", "default", "d",
    "first", "last", "list", "string", "int", "float", "round", "abs", "replace", "reverse",
    "sort", "unique", "sum", "min", "max", "map", "select", "reject", "selectattr", "rejectattr",
    "items", "dictsort", "groupby", "batch", "slice", "tojson", "indent", "safe", "escape", "e",
    "forceescape", "format", "center", "wordcount", "truncate", "urlencode", "attr", "pprint",
    "striptags",
  ]

  static func apply(
    _ name: String, _ value: TemplateValue, _ arguments: CallArguments,
    _ interpreter: TemplateInterpreter
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.step()
    if let text = try text(name, value, arguments) { return .string(text) }
    if let result = try sequence(name, value, arguments, interpreter) { return result }
    return try scalar(name, value, arguments)
  }

  // MARK: Text

  private static func text(
    _ name: String, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> String? {
    switch name {
    case "trim":
      let characters: String? =
        if case .string(let set)? = arguments.value(0, "chars") { set } else { nil }
      return PythonText.strip(value.text, characters, left: true, right: true)
    case "upper": return value.text.uppercased()
    case "lower": return value.text.lowercased()
    case "title": return words(value.text)
    case "capitalize": return PythonText.capitalize(value.text)
    case "string", "safe": return value.text
    case "escape", "e", "forceescape":
      var text = PythonText.replace(value.text, "&", "&amp;", limit: -1)
      for (old, new) in [("<", "&lt;"), (">", "&gt;"), ("\"", "&#34;"), ("'", "&#39;")] {
        text = PythonText.replace(text, old, new, limit: -1)
      }
      return text
    case "replace":
      return PythonText.replace(
        value.text, arguments.value(0, "old")?.text ?? "", arguments.value(1, "new")?.text ?? "",
        limit: integer(arguments.value(2, "count")) ?? -1)
    case "join":
      let separator = arguments.value(0, "d")?.text ?? ""
      var parts: [String] = []
      for item in try Builtins.items(value) {
        if let attribute = arguments.value(1, "attribute") {
          parts.append(try path(attribute, item).text)
        } else {
          parts.append(item.text)
        }
      }
      return parts.joined(separator: separator)
    case "format":
      return try Formatting.percent(value.text, .tuple(arguments.positional))
    case "center":
      return Formatting.justified(
        value.text, min(integer(arguments.value(0, "width")) ?? 80, 1 << 16), " ", "center")
    case "indent": return indent(value.text, arguments)
    case "tojson": return try JSONWriter.write(value, arguments)
    case "pprint": return value.representation
    case "truncate": return truncate(value.text, arguments)
    case "urlencode": return percentEncoded(value.text)
    default: return nil
    }
  }

  /// `title` of Jinja: capitals after blanks, hyphens and opening brackets.
  private static func words(_ text: String) -> String {
    var result = ""
    var startsWord = true
    for scalar in text.unicodeScalars {
      result +=
        startsWord ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
      startsWord = PythonText.isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar)
    }
    return result
  }

  private static func indent(_ text: String, _ arguments: CallArguments) -> String {
    let filling: String
    switch arguments.value(0, "width") {
    case .string(let text)?: filling = text
    case let width: filling = String(repeating: " ", count: max(0, min(integer(width) ?? 4, 1024)))
    }
    let first = arguments.value(1, "first")?.isTrue ?? false
    let blank = arguments.value(2, "blank")?.isTrue ?? false
    var lines = PythonText.lines(text + "\n")
    let head = lines.isEmpty ? "" : lines.removeFirst()
    let rest = lines.map { $0.isEmpty && !blank ? $0 : filling + $0 }
    return (first ? filling : "") + ([head] + rest).joined(separator: "\n")
  }

  private static func truncate(_ text: String, _ arguments: CallArguments) -> String {
    let length = integer(arguments.value(0, "length")) ?? 255
    let end = arguments.value(2, "end")?.text ?? "..."
    let leeway = integer(arguments.value(3, "leeway")) ?? 5
    let scalars = Array(text.unicodeScalars)
    guard scalars.count > length + leeway else { return text }
    let kept = PythonText.string(scalars.prefix(max(0, length - end.unicodeScalars.count)))
    if arguments.value(1, "killwords")?.isTrue ?? false { return kept + end }
    let parts = PythonText.split(kept, " ", limit: 1, fromRight: true)
    return parts[0] + end
  }

  private static func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isPlain =
        byte < 128
        && (scalar.properties.isAlphabetic || (48...57).contains(byte)
          || "_.-~/".unicodeScalars.contains(scalar))
      return isPlain
        ? String(scalar) : "%" + PythonText.hexadecimal(UInt32(byte), 2).uppercased()
    }.joined()
  }

  // MARK: Sequences

  private static func sequence(
    _ name: String, _ value: TemplateValue, _ arguments: CallArguments,
    _ interpreter: TemplateInterpreter
  ) throws(TemplateError) -> TemplateValue? {
    switch name {
    case "first": return try Builtins.items(value).first ?? .undefined("first")
    case "last": return try Builtins.items(value).last ?? .undefined("last")
    case "list": return .list(try Builtins.items(value))
    case "reverse":
      if case .string(let text) = value {
        return .string(PythonText.string(text.unicodeScalars.reversed()))
      }
      return .list(try Builtins.items(value).reversed())
    case "sort":
      return .list(
        try sorted(
          try Builtins.items(value), by: arguments.value(2, "attribute"),
          ignoringCase: !(arguments.value(1, "case_sensitive")?.isTrue ?? false),
          reversed: arguments.value(0, "reverse")?.isTrue ?? false))
    case "unique":
      var seen: [TemplateValue] = []
      var kept: [TemplateValue] = []
      for item in try Builtins.items(value) {
        let key = folded(try keyed(item, arguments.value(1, "attribute")))
        if !seen.contains(key) {
          seen.append(key)
          kept.append(item)
        }
      }
      return .list(kept)
    case "sum":
      var sum = arguments.value(1, "start") ?? .int(0)
      for item in try Builtins.items(value) {
        sum = try Operators.binary("+", sum, try keyed(item, arguments.value(0, "attribute")))
      }
      return sum
    case "min", "max":
      let items = try sorted(
        try Builtins.items(value), by: arguments.value(1, "attribute"), ignoringCase: true,
        reversed: false)
      return (name == "min" ? items.first : items.last) ?? .undefined(name)
    case "map":
      var results: [TemplateValue] = []
      if let attribute = arguments.named.last(where: { $0.name == "attribute" })?.value {
        let fallback = arguments.named.last { $0.name == "default" }?.value
        for item in try Builtins.items(value) {
          let found = try path(attribute, item)
          if case .undefined = found, let fallback {
            results.append(fallback)
          } else {
            results.append(found)
          }
        }
        return .list(results)
      }
      guard let filter = arguments.positional.first else {
        throw TemplateError("map needs a filter or an attribute")
      }
      let rest = CallArguments(
        positional: Array(arguments.positional.dropFirst()), named: arguments.named)
      for item in try Builtins.items(value) {
        results.append(try apply(filter.text, item, rest, interpreter))
      }
      return .list(results)
    case "select", "reject", "selectattr", "rejectattr":
      let usesAttribute = name.hasSuffix("attr")
      let given = arguments.positional.dropFirst(usesAttribute ? 1 : 0)
      guard !usesAttribute || !arguments.positional.isEmpty else {
        throw TemplateError("\(name) needs an attribute")
      }
      var kept: [TemplateValue] = []
      for item in try Builtins.items(value) {
        let tested = usesAttribute ? try path(arguments.positional[0], item) : item
        let holds =
          try given.first.map { (test) throws(TemplateError) in
            try Tests.holds(test.text, tested, Array(given.dropFirst()))
          } ?? tested.isTrue
        if holds == name.hasPrefix("select") { kept.append(item) }
      }
      return .list(kept)
    case "items":
      switch value {
      case .dict(let dictionary):
        return .list(zip(dictionary.keys, dictionary.values).map { .tuple([$0, $1]) })
      case .undefined: return .list([])
      default: throw TemplateError("items needs a mapping, found a \(value.typeName)")
      }
    case "dictsort":
      guard case .dict(let dictionary) = value else {
        throw TemplateError("dictsort needs a mapping, found a \(value.typeName)")
      }
      let pairs = zip(dictionary.keys, dictionary.values).map { TemplateValue.tuple([$0, $1]) }
      let byValue = arguments.value(1, "by")?.text == "value"
      return .list(
        try sorted(
          pairs, by: .int(byValue ? 1 : 0),
          ignoringCase: !(arguments.value(0, "case_sensitive")?.isTrue ?? false),
          reversed: arguments.value(2, "reverse")?.isTrue ?? false))
    case "groupby":
      guard let attribute = arguments.value(0, "attribute") else {
        throw TemplateError("groupby needs an attribute")
      }
      var groups: [(TemplateValue, [TemplateValue])] = []
      let items = try sorted(
        try Builtins.items(value), by: attribute, ignoringCase: true, reversed: false)
      for item in items {
        let key = try path(attribute, item)
        if let last = groups.last, folded(last.0) == folded(key) {
          groups[groups.count - 1].1.append(item)
        } else {
          groups.append((key, [item]))
        }
      }
      return .list(groups.map { .tuple([$0.0, .list($0.1)]) })
    case "batch":
      let size = integer(arguments.value(0, "linecount")) ?? 0
      guard size > 0 else { throw TemplateError("batch needs a positive number") }
      let items = try Builtins.items(value)
      return .list(
        stride(from: 0, to: items.count, by: size).map { start in
          var row = Array(items[start..<min(start + size, items.count)])
          if let filling = arguments.value(1, "fill_with"), row.count < size, size < 1 << 16 {
            row += [TemplateValue](repeating: filling, count: size - row.count)
          }
          return .list(row)
        })
    case "slice":
      let count = integer(arguments.value(0, "slices")) ?? 0
      guard count > 0, count < 1 << 16 else { throw TemplateError("slice needs a positive number") }
      let items = try Builtins.items(value)
      let (size, extra) = (items.count / count, items.count % count)
      var start = 0
      return .list(
        (0..<count).map { index in
          let end = start + size + (index < extra ? 1 : 0)
          defer { start = end }
          var row = Array(items[start..<end])
          if let filling = arguments.value(1, "fill_with"), index >= extra, extra > 0 {
            row.append(filling)
          }
          return .list(row)
        })
    default: return nil
    }
  }

  /// Items in order, equal ones as they were.
  private static func sorted(
    _ items: [TemplateValue], by attribute: TemplateValue?, ignoringCase: Bool, reversed: Bool
  ) throws(TemplateError) -> [TemplateValue] {
    var keys: [TemplateValue] = []
    for item in items {
      let key = try keyed(item, attribute)
      keys.append(ignoringCase ? folded(key) : key)
    }
    // A failure to compare must leave the sort: it is kept and thrown after.
    var failure: TemplateError?
    let order = items.indices.sorted { a, b in
      do throws(TemplateError) {
        let sign = try Operators.order(keys[a], keys[b])
        return sign == 0 ? a < b : reversed ? sign > 0 : sign < 0
      } catch {
        failure = error
        return a < b
      }
    }
    if let failure { throw failure }
    return order.map { items[$0] }
  }

  private static func keyed(
    _ item: TemplateValue, _ attribute: TemplateValue?
  ) throws(TemplateError) -> TemplateValue {
    guard let attribute else { return item }
    if case .none = attribute { return item }
    return try path(attribute, item)
  }

  /// A dotted path of attributes and indices.
  private static func path(
    _ attribute: TemplateValue, _ item: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    guard case .string(let path) = attribute else {
      return try Members.item(attribute, of: item, "item")
    }
    var value = item
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      value = try Members.item(
        Int(part).map { .int($0) } ?? .string(String(part)), of: value, "item")
    }
    return value
  }

  private static func folded(_ value: TemplateValue) -> TemplateValue {
    if case .string(let text) = value { return .string(text.lowercased()) }
    return value
  }

  // MARK: Others

  private static func scalar(
    _ name: String, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    switch name {
    case "length", "count":
      switch value {
      case .string(let text): return .int(text.unicodeScalars.count)
      case .undefined: return .int(0)
      default: return .int(try Builtins.items(value).count)
      }
    case "wordcount":
      return .int(PythonText.split(value.text, nil, limit: -1, fromRight: false).count)
    case "default", "d":
      let fallback = arguments.value(0, "default_value") ?? .string("")
      if case .undefined = value { return fallback }
      return (arguments.value(1, "boolean")?.isTrue ?? false) && !value.isTrue ? fallback : value
    case "int": return toInteger(value, arguments)
    case "float":
      switch value.normalizedNumber {
      case .int(let number): return .float(Double(number))
      case .float: return value
      case .string(let text):
        if let number = Double(PythonText.strip(text, nil, left: true, right: true)) {
          return .float(number)
        }
      default: break
      }
      return arguments.value(0, "default") ?? .float(0)
    case "abs":
      switch value.normalizedNumber {
      case .int(let number) where number != Int.min: return .int(abs(number))
      case .float(let number): return .float(abs(number))
      default: throw TemplateError("abs needs a number, found a \(value.typeName)")
      }
    case "round": return try rounded(value, arguments)
    case "attr":
      return try Members.attribute(arguments.value(0, "name")?.text ?? "", of: value, "value")
    default: throw TemplateError("no filter named '\(name)'")
    }
  }

  private static func toInteger(
    _ value: TemplateValue, _ arguments: CallArguments
  ) -> TemplateValue {
    let fallback = arguments.value(0, "default") ?? .int(0)
    switch value.normalizedNumber {
    case .int: return value.normalizedNumber
    case .float(let number): return abs(number) < 9e18 ? .int(Int(number)) : fallback
    case .string(let text):
      let text = PythonText.strip(text, nil, left: true, right: true)
      if let number = Int(
        text,
        radix: integer(arguments.value(1, "base")).flatMap {
          (2...36).contains($0) ? $0 : nil
        } ?? 10)
      {
        return .int(number)
      }
      if let number = Double(text), abs(number) < 9e18 { return .int(Int(number)) }
      return fallback
    default: return fallback
    }
  }

  private static func rounded(
    _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    let decimals = integer(arguments.value(0, "precision")) ?? 0
    let number: Double
    switch value.normalizedNumber {
    // Python rounds an integer to itself.
    case .int(let integer) where arguments.value(1, "method") == nil: return .int(integer)
    case .int(let integer): number = Double(integer)
    case .float(let float): number = float
    default: throw TemplateError("round needs a number, found a \(value.typeName)")
    }
    let scale = MathFunctions.power(10, Double(max(-300, min(decimals, 300))))
    switch arguments.value(1, "method")?.text ?? "common" {
    case "common":
      if decimals >= 0, decimals <= 17, let result = Double(Formatting.fixed(number, decimals)) {
        return .float(result)
      }
      return .float((number * scale).rounded(.toNearestOrEven) / scale)
    case "ceil": return .float((number * scale).rounded(.up) / scale)
    case "floor": return .float((number * scale).rounded(.down) / scale)
    default: throw TemplateError("round's method is common, ceil or floor")
    }
  }

  private static func integer(_ value: TemplateValue?) -> Int? {
    guard case .int(let number)? = value?.normalizedNumber else { return nil }
    return number
  }
}
