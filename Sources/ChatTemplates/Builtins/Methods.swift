/// Python's methods, but for those that the sandbox forbids.
enum Methods {
  /// The method of a name; nil where the type has none.
  static func method(_ name: String, of value: Value) -> Builtin? {
    switch value {
    case .string: StringMethods.table[name]
    case .list: sequenceMethods[name] ?? (name == "copy" ? listCopy : nil)
    case .tuple: sequenceMethods[name]
    case .dict: dictMethods[name]
    case .bool, .int, .big: NumberMethods.integers[name]
    case .float: NumberMethods.floats[name]
    case .object(let object): objectMethods(object)[name]
    default: nil
    }
  }

  private static func objectMethods(_ object: TemplateObject) -> [String: Builtin] {
    switch object {
    case is LoopObject: loopMethods
    case is CyclerObject: cyclerMethods
    case is RangeObject: sequenceMethods
    default: [:]
    }
  }

  /// The method of a name together with its value.
  static func bound(
    _ name: String, _ value: Value, _ renderer: Renderer
  ) throws(TemplateError) -> Value? {
    guard let method = method(name, of: value) else { return nil }
    return .object(try FunctionObject(method, value, renderer.budget))
  }

  /// Whether a method would change a list or a dictionary.
  static func isForbidden(_ name: String, _ value: Value) -> Bool {
    switch value {
    case .list:
      ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"].contains(name)
    case .dict: ["clear", "pop", "popitem", "setdefault", "update"].contains(name)
    default: false
    }
  }

  private static let listCopy = Builtin("copy") { (call) throws(TemplateError) in
    call.receiver
  }

  private static let sequenceMethods = Builtin.table([
    Builtin("count", ["/value"], required: 1) { (call) throws(TemplateError) in
      var count = 0
      for item in try call.renderer.items(call.receiver)
      where try Comparison.equal(item, call.value(0), call.budget) {
        count += 1
      }
      return .int(count)
    },
    Builtin("index", ["/value", "/start", "/stop"], required: 1) { (call) throws(TemplateError) in
      let items = try call.renderer.items(call.receiver)
      let range = SliceRange(
        try call.place(1, default: 0), try call.place(2, default: Int.max), step: 1,
        length: items.count)
      for index in range.start..<range.start + range.count
      where try Comparison.equal(items[index], call.value(0), call.budget) {
        return .int(index)
      }
      throw TemplateError("the value is not in the list")
    },
  ])

  private static let dictMethods = Builtin.table([
    Builtin("items") { (call) throws(TemplateError) in try view(.items, call) },
    Builtin("keys") { (call) throws(TemplateError) in try view(.keys, call) },
    Builtin("values") { (call) throws(TemplateError) in try view(.values, call) },
    Builtin("copy") { (call) throws(TemplateError) in call.receiver },
    Builtin("get", ["/key", "/default"], required: 1) { (call) throws(TemplateError) in
      guard case .dict(let dict) = call.receiver else { return .none }
      return try dict.value(call.value(0), call.budget) ?? call.value(1)
    },
    Builtin("fromkeys", ["/keys", "/value"], required: 1) { (call) throws(TemplateError) in
      let dict = ValueDict()
      for key in try call.renderer.items(call.value(0)) {
        try dict.set(key, call.value(1), call.budget)
      }
      return .dict(dict)
    },
  ])

  private static func view(
    _ kind: DictView.Kind, _ call: Invocation
  ) throws(TemplateError) -> Value {
    guard case .dict(let dict) = call.receiver else { return .none }
    return .object(try DictView(kind, dict, call.budget))
  }

  private static let loopMethods = Builtin.table([
    Builtin("cycle", isVariadic: true) { (call) throws(TemplateError) in
      if let first = call.named.first { throw call.error("takes no argument '\(first.name)'") }
      guard case .object(let loop as LoopObject) = call.receiver else { return .none }
      return try loop.cycle(call.rest)
    },
    Builtin("changed", isVariadic: true) { (call) throws(TemplateError) in
      if let first = call.named.first { throw call.error("takes no argument '\(first.name)'") }
      guard case .object(let loop as LoopObject) = call.receiver else { return .none }
      return .bool(try loop.changed(call.rest, call.budget))
    },
  ])

  private static let cyclerMethods = Builtin.table([
    Builtin("next") { (call) throws(TemplateError) in
      guard case .object(let cycler as CyclerObject) = call.receiver else { return .none }
      return cycler.next()
    },
    Builtin("reset") { (call) throws(TemplateError) in
      guard case .object(let cycler as CyclerObject) = call.receiver else { return .none }
      cycler.reset()
      return .none
    },
  ])
}

/// Python's methods of numbers.
enum NumberMethods {
  private static func integer(_ call: Invocation) -> BigInteger {
    switch call.receiver.number {
    case .int(let value): BigInteger(value)
    case .big(let value): value
    default: BigInteger(0)
    }
  }

  static let integers = Builtin.table([
    Builtin("bit_length") { (call) throws(TemplateError) in .int(integer(call).bitWidth) },
    Builtin("bit_count") { (call) throws(TemplateError) in
      .int(integer(call).digits.reduce(0) { $0 + $1.nonzeroBitCount })
    },
    Builtin("conjugate") { (call) throws(TemplateError) in call.receiver.number },
    Builtin("as_integer_ratio") { (call) throws(TemplateError) in
      .tuple(try ValueList([call.receiver.number, .int(1)], call.budget))
    },
  ])

  static let floats = Builtin.table([
    Builtin("is_integer") { (call) throws(TemplateError) in
      guard case .float(let value) = call.receiver else { return .bool(true) }
      return .bool(value.isFinite && value == value.rounded())
    },
    Builtin("conjugate") { (call) throws(TemplateError) in call.receiver },
  ])
}
