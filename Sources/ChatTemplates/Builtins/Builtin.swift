/// Arguments of a call, evaluated.
struct CallArguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []

  func expectNone(_ callee: String) throws(TemplateError) {
    guard positional.isEmpty, named.isEmpty else {
      throw TemplateError("\(callee) takes no arguments")
    }
  }
}

/// A filter, test, function or method of this module.
struct Builtin: Sendable {
  let name: String
  /// Names of the parameters; those of Python's methods that take no name begin with `/`.
  let parameters: [String]
  /// How many of them must be given.
  let required: Int
  /// Whether it takes arguments past its parameters.
  let isVariadic: Bool
  let body: @Sendable (Invocation) throws(TemplateError) -> Value

  init(
    _ name: String, _ parameters: [String] = [], required: Int = 0, isVariadic: Bool = false,
    _ body: @escaping @Sendable (Invocation) throws(TemplateError) -> Value
  ) {
    self.name = name
    self.parameters = parameters
    self.required = required
    self.isVariadic = isVariadic
    self.body = body
  }

  /// Calls it: binds the arguments to the parameters as Python does.
  func call(
    _ receiver: Value, _ given: CallArguments, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    try renderer.budget.enter()
    defer { renderer.budget.leave() }
    var invocation = Invocation(name: name, receiver: receiver, renderer: renderer)
    if !parameters.isEmpty {
      invocation.arguments = [Value?](repeating: nil, count: parameters.count)
    }
    for (index, value) in given.positional.enumerated() {
      if index < parameters.count {
        invocation.arguments[index] = value
      } else if isVariadic {
        invocation.rest.append(value)
      } else {
        throw TemplateError("\(name) takes at most \(parameters.count) arguments")
      }
    }
    for (key, value) in given.named {
      if let index = parameters.firstIndex(of: key) {
        guard invocation.arguments[index] == nil else {
          throw TemplateError("\(name) got two values for '\(key)'")
        }
        invocation.arguments[index] = value
      } else if isVariadic {
        invocation.named.append((key, value))
      } else {
        throw TemplateError("\(name) takes no argument '\(key)'")
      }
    }
    for index in 0..<required where invocation.arguments[index] == nil {
      let parameter = parameters[index]
      throw TemplateError(
        "\(name) needs '\(parameter.hasPrefix("/") ? String(parameter.dropFirst()) : parameter)'")
    }
    return try body(invocation)
  }

  /// Builtins by their names.
  static func table(_ builtins: [Builtin]) -> [String: Builtin] {
    Dictionary(builtins.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

/// One call of a builtin.
struct Invocation {
  let name: String
  /// What the filter stands after, or whose method it is.
  let receiver: Value
  let renderer: Renderer
  /// Arguments by parameter; nil where none was given.
  var arguments: [Value?] = []
  /// Arguments past the parameters.
  var rest: [Value] = []
  var named: [(name: String, value: Value)] = []

  var budget: Budget { renderer.budget }

  func error(_ problem: String) -> TemplateError { TemplateError("\(name) \(problem)") }

  /// An argument that must be there.
  func value(_ index: Int) -> Value { arguments[index] ?? .none }

  func isTrue(_ index: Int, default fallback: Bool = false) throws(TemplateError) -> Bool {
    try arguments[index].map { (value) throws(TemplateError) in try value.isTrue(budget) }
      ?? fallback
  }

  /// An integer.
  func integer(_ index: Int, default fallback: Int? = nil) throws(TemplateError) -> Int {
    guard let value = arguments[index] else {
      if let fallback { return fallback }
      throw error("needs an integer")
    }
    if case .big = value { throw error("got an integer that is too large") }
    guard let integer = value.integer else {
      throw error("needs an integer, found \(value.typeName)")
    }
    return integer
  }

  /// An integer that Python clamps, such as the start of a slice; the fallback for None.
  func place(_ index: Int, default fallback: Int) throws(TemplateError) -> Int {
    switch arguments[index] {
    case nil, .some(.none): return fallback
    case .big(let value)?: return value.isNegative ? Int.min : Int.max
    default: return try integer(index)
    }
  }

  /// A string.
  func text(_ index: Int) throws(TemplateError) -> Text {
    guard case .string(let text)? = arguments[index] else {
      throw error("needs a string, found \(value(index).typeName)")
    }
    return text
  }

  /// A string; nil for none or None.
  func optionalText(_ index: Int) throws(TemplateError) -> Text? {
    guard let value = arguments[index], !value.isNone else { return nil }
    return try text(index)
  }

  /// `str` of an argument.
  func anyText(_ index: Int, default fallback: String) throws(TemplateError) -> Text {
    try arguments[index].map { (value) throws(TemplateError) in try value.text(budget) }
      ?? Text(literal: fallback)
  }

  /// `str` of what the filter stands after.
  func receiverText() throws(TemplateError) -> Text { try receiver.text(budget) }

  /// The string whose method this is.
  func string() throws(TemplateError) -> Text {
    guard case .string(let text) = receiver else {
      throw error("needs a string, found \(receiver.typeName)")
    }
    return text
  }
}
