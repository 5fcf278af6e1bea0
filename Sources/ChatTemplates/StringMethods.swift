/// Python's methods of strings.
enum StringMethods {
  /// The bound method of a name.
  static func method(_ name: String, _ text: String) -> TemplateValue? {
    guard let body = body(name, text) else { return nil }
    return .object(TemplateFunction("str.\(name)", body))
  }

  private static func body(_ name: String, _ text: String) -> TemplateFunction.Body? {
    func given(_ arguments: CallArguments, _ index: Int) throws(TemplateError) -> String {
      guard index < arguments.positional.count,
        case .string(let value) = arguments.positional[index]
      else { throw TemplateError("str.\(name) needs a string") }
      return value
    }
    func optional(_ arguments: CallArguments, _ index: Int, _ key: String) -> String? {
      guard case .string(let value)? = arguments.value(index, key) else { return nil }
      return value
    }
    func integer(_ arguments: CallArguments, _ index: Int, _ key: String) -> Int? {
      guard case .int(let value)? = arguments.value(index, key)?.normalizedNumber else {
        return nil
      }
      return value
    }
    func check(_ condition: @escaping (Unicode.Scalar) -> Bool) -> TemplateFunction.Body {
      { (_) throws(TemplateError) in
        .bool(!text.isEmpty && text.unicodeScalars.allSatisfy(condition))
      }
    }
    switch name {
    case "strip", "lstrip", "rstrip":
      return { (arguments) throws(TemplateError) in
        .string(
          PythonText.strip(
            text, optional(arguments, 0, "chars"), left: name != "rstrip", right: name != "lstrip"))
      }
    case "upper": return { (_) throws(TemplateError) in .string(text.uppercased()) }
    case "lower", "casefold": return { (_) throws(TemplateError) in .string(text.lowercased()) }
    case "title": return { (_) throws(TemplateError) in .string(PythonText.title(text)) }
    case "capitalize": return { (_) throws(TemplateError) in .string(PythonText.capitalize(text)) }
    case "swapcase":
      return { (_) throws(TemplateError) in
        .string(
          text.unicodeScalars.map {
            $0.properties.isUppercase
              ? $0.properties.lowercaseMapping : $0.properties.uppercaseMapping
          }.joined())
      }
    case "startswith", "endswith":
      return { (arguments) throws(TemplateError) in
        let scalars = Array(text.unicodeScalars)
        func matches(_ value: TemplateValue) throws(TemplateError) -> Bool {
          guard case .string(let affix) = value else {
            throw TemplateError("str.\(name) needs a string")
          }
          let part = Array(affix.unicodeScalars)
          return name == "startswith"
            ? scalars.starts(with: part) : scalars.reversed().starts(with: part.reversed())
        }
        guard let first = arguments.positional.first else {
          throw TemplateError("str.\(name) needs a string")
        }
        guard case .tuple(let options) = first else { return .bool(try matches(first)) }
        for option in options where try matches(option) { return .bool(true) }
        return .bool(false)
      }
    case "replace":
      return { (arguments) throws(TemplateError) in
        .string(
          PythonText.replace(
            text, try given(arguments, 0), try given(arguments, 1),
            limit: integer(arguments, 2, "count") ?? -1))
      }
    case "split", "rsplit":
      return { (arguments) throws(TemplateError) in
        let separator = optional(arguments, 0, "sep")
        guard separator != "" else { throw TemplateError("an empty separator") }
        return .list(
          PythonText.split(
            text, separator, limit: integer(arguments, 1, "maxsplit") ?? -1,
            fromRight: name == "rsplit"
          ).map { .string($0) })
      }
    case "splitlines":
      return { (_) throws(TemplateError) in .list(PythonText.lines(text).map { .string($0) }) }
    case "partition", "rpartition":
      return { (arguments) throws(TemplateError) in
        let separator = try given(arguments, 0)
        let parts = PythonText.split(
          text, separator, limit: 1, fromRight: name == "rpartition")
        guard parts.count == 2 else {
          return .tuple(
            (name == "partition" ? [text, "", ""] : ["", "", text]).map { .string($0) })
        }
        return .tuple([.string(parts[0]), .string(separator), .string(parts[1])])
      }
    case "find", "index", "rfind", "rindex":
      return { (arguments) throws(TemplateError) in
        let needle = Array(try given(arguments, 0).unicodeScalars)
        let scalars = Array(text.unicodeScalars)
        var found: Int?
        if name.hasPrefix("r") {
          found = PythonText.find(needle.reversed(), in: scalars.reversed(), from: 0)
            .map { scalars.count - needle.count - $0 }
        } else {
          found = PythonText.find(
            needle, in: scalars, from: max(0, integer(arguments, 1, "start") ?? 0))
        }
        if found == nil, name.hasSuffix("index") { throw TemplateError("substring not found") }
        return .int(found ?? -1)
      }
    case "count":
      return { (arguments) throws(TemplateError) in
        let needle = try given(arguments, 0)
        guard !needle.isEmpty else { return .int(text.unicodeScalars.count + 1) }
        return .int(PythonText.split(text, needle, limit: -1, fromRight: false).count - 1)
      }
    case "join":
      return { (arguments) throws(TemplateError) in
        var parts: [String] = []
        for item in try Builtins.items(arguments.positional.first ?? .none) {
          guard case .string(let part) = item else {
            throw TemplateError("str.join needs strings, found a \(item.typeName)")
          }
          parts.append(part)
        }
        return .string(parts.joined(separator: text))
      }
    case "removeprefix":
      return { (arguments) throws(TemplateError) in
        let part = Array(try given(arguments, 0).unicodeScalars)
        let scalars = Array(text.unicodeScalars)
        return .string(
          scalars.starts(with: part) ? PythonText.string(scalars.dropFirst(part.count)) : text)
      }
    case "removesuffix":
      return { (arguments) throws(TemplateError) in
        let part = Array(try given(arguments, 0).unicodeScalars)
        let scalars = Array(text.unicodeScalars)
        return .string(
          scalars.reversed().starts(with: part.reversed())
            ? PythonText.string(scalars.dropLast(part.count)) : text)
      }
    case "format":
      return { (arguments) throws(TemplateError) in .string(try Formatting.braces(text, arguments))
      }
    case "zfill", "ljust", "rjust", "center":
      return { (arguments) throws(TemplateError) in
        let width = min(integer(arguments, 0, "width") ?? 0, 1 << 20)
        let fill = name == "zfill" ? "0" : optional(arguments, 1, "fillchar") ?? " "
        return .string(Formatting.justified(text, width, fill, name))
      }
    case "isdigit", "isnumeric", "isdecimal":
      return check {
        $0.properties.numericType != nil && $0.properties.generalCategory != .otherLetter
      }
    case "isalpha":
      return check {
        [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter]
          .contains($0.properties.generalCategory)
      }
    case "isalnum": return check { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    case "isspace": return check(PythonText.isSpace)
    case "isupper":
      return { (_) throws(TemplateError) in
        .bool(
          text.unicodeScalars.contains { $0.properties.isUppercase }
            && !text.unicodeScalars.contains { $0.properties.isLowercase })
      }
    case "islower":
      return { (_) throws(TemplateError) in
        .bool(
          text.unicodeScalars.contains { $0.properties.isLowercase }
            && !text.unicodeScalars.contains { $0.properties.isUppercase })
      }
    default: return nil
    }
  }
}
