/// Filters that read a whole sequence.
enum SequenceFilters {
  static let all: [Builtin] = [
    Builtin("length") { (call) throws(TemplateError) in try length(call) },
    Builtin("count") { (call) throws(TemplateError) in try length(call) },
    Builtin("list") { (call) throws(TemplateError) in
      .list(try ValueList(try call.renderer.items(call.receiver), call.budget))
    },
    Builtin("first") { (call) throws(TemplateError) in
      var iterator = try call.renderer.iterator(call.receiver)
      return try iterator.next(call.renderer)
        ?? .undefined(Undefined("no first item, the sequence is empty"))
    },
    Builtin("last") { (call) throws(TemplateError) in
      if case .object(let object) = call.receiver, object is IteratorObject {
        throw call.error("needs a sequence that can be reversed, found a generator")
      }
      return try call.renderer.items(call.receiver).last
        ?? .undefined(Undefined("no last item, the sequence is empty"))
    },
    Builtin("random") { (call) throws(TemplateError) in
      guard try call.renderer.length(call.receiver) != nil else {
        throw call.error("needs a sequence, found \(call.receiver.typeName)")
      }
      return try call.renderer.items(call.receiver).randomElement()
        ?? .undefined(Undefined("no random item, the sequence is empty"))
    },
    Builtin("reverse") { (call) throws(TemplateError) in
      if case .string(let text) = call.receiver {
        let count = try text.scalarCount(call.budget)
        return .string(
          try text.sliced(SliceRange(nil, nil, step: -1, length: count), call.budget))
      }
      var reversed = ListBuilder(call.budget)
      try reversed.append(contentsOf: try call.renderer.items(call.receiver).reversed())
      let items = reversed.items
      if case .object(let object) = call.receiver, object is IteratorObject {
        return .list(try ValueList(items, call.budget))
      }
      return try LazyFilters.iterator(items, call.budget)
    },
    Builtin("join", ["d", "attribute"]) { (call) throws(TemplateError) in try join(call) },
    Builtin("sum", ["attribute", "start"]) { (call) throws(TemplateError) in
      var sum = call.arguments[1] ?? .int(0)
      if case .string = sum { throw call.error("cannot add strings") }
      let path = try AttributePath(call.value(0), call.budget)
      for item in try call.renderer.items(call.receiver) {
        sum = try Arithmetic.apply(
          .add, sum, try path.value(of: item, call.renderer), call.renderer)
      }
      return sum
    },
    Builtin("min", ["case_sensitive", "attribute"]) { (call) throws(TemplateError) in
      try extreme(call, sign: -1)
    },
    Builtin("max", ["case_sensitive", "attribute"]) { (call) throws(TemplateError) in
      try extreme(call, sign: 1)
    },
    Builtin("sort", ["reverse", "case_sensitive", "attribute"]) { (call) throws(TemplateError) in
      try sort(call)
    },
    Builtin("dictsort", ["case_sensitive", "by", "reverse"]) { (call) throws(TemplateError) in
      try sortDictionary(call)
    },
    Builtin(
      "groupby", ["attribute", "default", "case_sensitive"], required: 1
    ) { (call) throws(TemplateError) in try group(call) },
  ]

  private static func length(_ call: Invocation) throws(TemplateError) -> Value {
    guard let length = try call.renderer.length(call.receiver) else {
      throw call.error("needs a sequence, found \(call.receiver.typeName)")
    }
    return .int(length)
  }

  private static func join(_ call: Invocation) throws(TemplateError) -> Value {
    let budget = call.budget
    var separator = try call.anyText(0, default: "")
    var items = try call.renderer.items(call.receiver)
    if let attribute = call.arguments[1], !attribute.isNone {
      let path = try AttributePath(attribute, budget)
      var values = ListBuilder(budget)
      for item in items { try values.append(try path.value(of: item, call.renderer)) }
      items = values.items
    }
    let isSafe = call.renderer.escapes && (separator.isSafe || items.contains(where: \.isSafe))
    if isSafe { separator = try separator.escaped(budget) }
    var builder = TextBuilder(budget)
    for (index, item) in items.enumerated() {
      try budget.step()
      if index > 0 { try builder.append(separator) }
      if isSafe {
        try builder.append(try item.text(budget).escaped(budget))
      } else {
        try builder.append(text: item)
      }
    }
    return .string(builder.finish(isSafe: isSafe))
  }

  private static func extreme(_ call: Invocation, sign: Int) throws(TemplateError) -> Value {
    let path = try AttributePath(call.value(1), call.budget)
    let isSensitive = try call.isTrue(0)
    var iterator = try call.renderer.iterator(call.receiver)
    var best: (item: Value, key: Value)?
    while let item = try iterator.next(call.renderer) {
      let key = try path.key(of: item, isSensitive: isSensitive, call.renderer)
      guard let found = best else {
        best = (item, key)
        continue
      }
      if (try Comparison.order(key, found.key, call.budget) ?? 0) * sign > 0 {
        best = (item, key)
      }
    }
    return best?.item ?? .undefined(Undefined("no item, the sequence is empty"))
  }

  private static func sort(_ call: Invocation) throws(TemplateError) -> Value {
    let items = try call.renderer.items(call.receiver)
    let isSensitive = try call.isTrue(1)
    var paths: [AttributePath] = []
    if case .string(let text) = call.value(2) {
      let comma = Text(literal: ",")
      for part in try text.split(by: comma, limit: -1, fromRight: false, call.budget) {
        paths.append(try AttributePath(.string(part), call.budget))
      }
    } else {
      paths.append(try AttributePath(call.value(2), call.budget))
    }
    var keys = ListBuilder(call.budget)
    for item in items {
      var parts = ListBuilder(call.budget)
      for path in paths {
        try parts.append(try path.key(of: item, isSensitive: isSensitive, call.renderer))
      }
      try keys.append(try parts.list())
    }
    return try ordered(items, keys.items, reversed: try call.isTrue(0), call.budget)
  }

  private static func ordered(
    _ items: [Value], _ keys: [Value], reversed: Bool, _ budget: Budget
  ) throws(TemplateError) -> Value {
    var result = ListBuilder(budget)
    for place in try Sorting.order(keys, reversed: reversed, budget) {
      try result.append(items[place])
    }
    return try result.list()
  }

  private static func sortDictionary(_ call: Invocation) throws(TemplateError) -> Value {
    guard case .dict(let dict) = call.receiver else {
      try call.receiver.checkDefined()
      throw call.error("needs a mapping, found \(call.receiver.typeName)")
    }
    let by = try call.anyText(1, default: "key").string(call.budget)
    guard by == "key" || by == "value" else { throw call.error("sorts by 'key' or 'value'") }
    let path = try AttributePath(.none, call.budget)
    let isSensitive = try call.isTrue(0)
    var pairs = ListBuilder(call.budget)
    var keys = ListBuilder(call.budget)
    for index in 0..<dict.count {
      try pairs.append(try dict.pair(index, call.budget))
      try keys.append(
        try path.key(
          of: by == "key" ? dict.keys[index] : dict.values[index], isSensitive: isSensitive,
          call.renderer))
    }
    return try ordered(pairs.items, keys.items, reversed: try call.isTrue(2), call.budget)
  }

  private static func group(_ call: Invocation) throws(TemplateError) -> Value {
    let path = try AttributePath(
      call.value(0), fallback: call.value(1).isNone ? nil : call.value(1), call.budget)
    let isSensitive = try call.isTrue(2)
    let items = try call.renderer.items(call.receiver)
    var keys = ListBuilder(call.budget)
    for item in items {
      try keys.append(try path.key(of: item, isSensitive: isSensitive, call.renderer))
    }
    var groups = ListBuilder(call.budget)
    var members = ListBuilder(call.budget)
    var current: Value?
    func close(_ groups: inout ListBuilder) throws(TemplateError) {
      guard let first = members.items.first, let current else { return }
      let key = isSensitive ? current : try path.value(of: first, call.renderer)
      try groups.append(
        .tuple(try ValueList([key, try members.list()], isGroup: true, call.budget)))
    }
    for place in try Sorting.order(keys.items, reversed: false, call.budget) {
      let key = keys.items[place]
      if let found = current, try Comparison.equal(found, key, call.budget) {
        try members.append(items[place])
        continue
      }
      try close(&groups)
      members = ListBuilder(call.budget)
      try members.append(items[place])
      current = key
    }
    try close(&groups)
    return try groups.list()
  }
}

/// A dotted path of attributes and places, as `map(attribute=…)` takes it.
struct AttributePath {
  private let parts: [Value]
  private let fallback: Value?

  init(_ attribute: Value, fallback: Value? = nil, _ budget: Budget) throws(TemplateError) {
    self.fallback = fallback
    switch attribute {
    case .none: parts = []
    case .string(let text):
      let dot = Text(literal: ".")
      var parts = ListBuilder(budget)
      for part in try text.split(by: dot, limit: -1, fromRight: false, budget) {
        if try part.allScalars(budget, Text.isDigit) {
          try parts.append(Int(part.string(budget)).map { .int($0) } ?? .int(Int.max))
        } else {
          try parts.append(.string(part))
        }
      }
      self.parts = parts.items
    default: parts = [attribute]
    }
  }

  /// What the path leads to.
  func value(of item: Value, _ renderer: Renderer) throws(TemplateError) -> Value {
    var value = item
    for part in parts {
      try renderer.budget.step()
      value = try Members.item(part, of: value, renderer)
      if value.isUndefined, let fallback { value = fallback }
    }
    return value
  }

  /// What to sort by: what the path leads to, in small letters where case does not count.
  func key(
    of item: Value, isSensitive: Bool, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    let value = try value(of: item, renderer)
    guard !isSensitive, case .string(let text) = value else { return value }
    return .string(try text.lowercased(renderer.budget))
  }
}
