/// Functions that every template finds.
enum Builtins {
  /// Longest `range`, as in Jinja's sandbox.
  private static let rangeLimit = 100_000

  /// Names and what they mean.
  static var globals: [String: TemplateValue] {
    [
      "range": .object(TemplateFunction("range", range)),
      "dict": .object(
        TemplateFunction("dict") { (arguments) throws(TemplateError) in
          var dictionary = TemplateDictionary()
          if case .dict(let given)? = arguments.positional.first { dictionary = given }
          for (name, value) in arguments.named { dictionary[name] = value }
          return .dict(dictionary)
        }),
      "namespace": .object(
        TemplateFunction("namespace") { (arguments) throws(TemplateError) in
          var values = TemplateDictionary()
          if case .dict(let given)? = arguments.positional.first { values = given }
          for (name, value) in arguments.named { values[name] = value }
          return .object(TemplateNamespace(values))
        }),
      "raise_exception": .object(
        TemplateFunction("raise_exception") { (arguments) throws(TemplateError) in
          throw TemplateError(arguments.value(0, "message")?.text ?? "")
        }),
      "strftime_now": .object(
        TemplateFunction("strftime_now") { (arguments) throws(TemplateError) in
          .string(MathFunctions.now(arguments.value(0, "format")?.text ?? ""))
        }),
      "cycler": .undefined("cycler"),
    ]
  }

  private static func range(_ arguments: CallArguments) throws(TemplateError) -> TemplateValue {
    var bounds: [Int] = []
    for value in arguments.positional {
      guard case .int(let bound) = value.normalizedNumber else {
        throw TemplateError("range takes integers, found a \(value.typeName)")
      }
      bounds.append(bound)
    }
    guard (1...3).contains(bounds.count) else {
      throw TemplateError("range takes one to three integers, found \(bounds.count)")
    }
    let (start, stop) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw TemplateError("range needs a step other than zero") }
    let span = Double(stop) - Double(start)
    guard span / Double(step) <= Double(rangeLimit) else {
      throw TemplateError("a range of more than \(rangeLimit)")
    }
    return .list(Array(stride(from: start, to: stop, by: step)).map { .int($0) })
  }

  /// What a loop walks through.
  static func items(_ value: TemplateValue) throws(TemplateError) -> [TemplateValue] {
    switch value {
    case .list(let items), .tuple(let items): return items
    case .string(let text): return text.unicodeScalars.map { .string(String($0)) }
    case .dict(let dictionary): return dictionary.keys
    case .undefined: return []
    case .object(let object):
      if let namespace = object as? TemplateNamespace { return namespace.values.keys }
      throw TemplateError("\(object.name) cannot be walked through")
    default: throw TemplateError("a \(value.typeName) cannot be walked through")
    }
  }
}
