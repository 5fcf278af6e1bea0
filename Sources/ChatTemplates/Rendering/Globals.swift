/// The functions that every template can call: jinja2's in its sandbox, and those of `transformers`.
enum Globals {
  static func all(_ budget: Budget) throws(TemplateError) -> [String: Value] {
    var globals: [String: Value] = [:]
    for builtin in builtins {
      globals[builtin.name] = .object(try FunctionObject(builtin, .none, budget))
    }
    return globals
  }

  private static let builtins: [Builtin] = [
    Builtin("range", ["/a", "/b", "/c"], required: 1) { (call) throws(TemplateError) in
      let first = try call.integer(0)
      let isStop = call.arguments[1] == nil
      return .object(
        try RangeObject(
          start: isStop ? 0 : first, stop: isStop ? first : try call.integer(1),
          step: try call.integer(2, default: 1), call.budget))
    },
    Builtin("dict", isVariadic: true) { (call) throws(TemplateError) in
      .dict(try dictionary(call))
    },
    Builtin("namespace", isVariadic: true) { (call) throws(TemplateError) in
      let values = try dictionary(call)
      for key in values.keys {
        if case .string(let name) = key, name.bytes.first == 0x5F {
          throw call.error("cannot hold '\(name.string)', which begins with '_'")
        }
      }
      return .object(try NamespaceObject(values, call.budget))
    },
    Builtin("cycler", isVariadic: true) { (call) throws(TemplateError) in
      if let first = call.named.first { throw call.error("takes no argument '\(first.name)'") }
      return .object(try CyclerObject(call.rest, call.budget))
    },
    Builtin("joiner", ["sep"]) { (call) throws(TemplateError) in
      .object(try JoinerObject(call.arguments[0] ?? .literal(", "), call.budget))
    },
    Builtin("lipsum", isVariadic: true) { (call) throws(TemplateError) in
      throw call.error("is not supported: its text is random")
    },
    Builtin("raise_exception", ["message"], required: 1) { (call) throws(TemplateError) in
      throw TemplateError(try call.anyText(0, default: "").string)
    },
    Builtin("strftime_now", ["format"], required: 1) { (call) throws(TemplateError) in
      .string(try Text(Clock.now(try call.text(0).string), isData: false, call.budget))
    },
  ]

  /// What Python's `dict` makes of a mapping or of pairs, and of named arguments.
  private static func dictionary(_ call: Invocation) throws(TemplateError) -> ValueDict {
    guard call.rest.count <= 1 else { throw call.error("takes at most one plain argument") }
    let dict = ValueDict()
    switch call.rest.first {
    case nil: break
    case .dict(let other)?:
      for index in 0..<other.count {
        try dict.set(other.keys[index], other.values[index], call.budget)
      }
    case let pairs?:
      for pair in try call.renderer.items(pairs) {
        let items = try call.renderer.items(pair)
        guard items.count == 2 else { throw call.error("needs pairs") }
        try dict.set(items[0], items[1], call.budget)
      }
    }
    for (name, value) in call.named { try dict.set(.literal(name), value, call.budget) }
    return dict
  }
}
