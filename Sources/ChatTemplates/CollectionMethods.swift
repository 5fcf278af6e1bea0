/// Python's methods of dictionaries, but for those that the sandbox forbids.
enum DictionaryMethods {
  /// The bound method of a name.
  static func method(_ name: String, _ dictionary: TemplateDictionary) -> TemplateValue? {
    let body: TemplateFunction.Body
    switch name {
    case "items":
      body = { (_) throws(TemplateError) in
        .list(zip(dictionary.keys, dictionary.values).map { .tuple([$0, $1]) })
      }
    case "keys": body = { (_) throws(TemplateError) in .list(dictionary.keys) }
    case "values": body = { (_) throws(TemplateError) in .list(dictionary.values) }
    case "copy": body = { (_) throws(TemplateError) in .dict(dictionary) }
    case "get":
      body = { (arguments) throws(TemplateError) in
        guard let key = arguments.positional.first else {
          throw TemplateError("dict.get needs a key")
        }
        return dictionary[key] ?? arguments.value(1, "default") ?? .none
      }
    case "update", "pop", "popitem", "clear", "setdefault": body = forbidden("dict.\(name)")
    default: return nil
    }
    return .object(TemplateFunction("dict.\(name)", body))
  }

  /// A method that would change its value.
  static func forbidden(_ name: String) -> TemplateFunction.Body {
    { (_) throws(TemplateError) in throw TemplateError("\(name) is not safely callable") }
  }
}

/// Python's methods of lists, but for those that the sandbox forbids.
enum ListMethods {
  /// The bound method of a name.
  static func method(_ name: String, _ items: [TemplateValue]) -> TemplateValue? {
    let body: TemplateFunction.Body
    switch name {
    case "count":
      body = { (arguments) throws(TemplateError) in
        .int(items.filter { $0 == arguments.positional.first }.count)
      }
    case "index":
      body = { (arguments) throws(TemplateError) in
        guard let place = items.firstIndex(where: { $0 == arguments.positional.first }) else {
          throw TemplateError("value not in list")
        }
        return .int(place)
      }
    case "copy": body = { (_) throws(TemplateError) in .list(items) }
    case "append", "extend", "insert", "pop", "remove", "reverse", "sort", "clear":
      body = DictionaryMethods.forbidden("list.\(name)")
    default: return nil
    }
    return .object(TemplateFunction("list.\(name)", body))
  }
}
