/// Filters that give generators: nothing is made, and nothing fails, before it is asked for.
enum LazyFilters {
  /// Items as an iterator, which ends.
  static func iterator(_ items: [Value], _ budget: Budget) throws(TemplateError) -> Value {
    var index = 0
    return .object(
      try IteratorObject(budget) { (_) throws(TemplateError) in
        guard index < items.count else { return nil }
        index += 1
        return items[index - 1]
      })
  }

  /// A generator over a value's items, which is not looked at before the first is asked for.
  private static func generator(
    _ call: Invocation, onlyIfTrue: Bool = false,
    _ next: @escaping (inout ValueIterator, Renderer) throws(TemplateError) -> Value?
  ) throws(TemplateError) -> Value {
    let value = call.receiver
    var iterator: ValueIterator?
    return .object(
      try IteratorObject(call.budget) { (renderer) throws(TemplateError) in
        var current: ValueIterator
        if let iterator {
          current = iterator
        } else {
          if onlyIfTrue, try !value.isTrue(renderer.budget) { return nil }
          current = try renderer.iterator(value)
        }
        defer { iterator = current }
        return try next(&current, renderer)
      })
  }

  static let all: [Builtin] = [
    Builtin("map", isVariadic: true) { (call) throws(TemplateError) in try map(call) },
    Builtin("select", isVariadic: true) { (call) throws(TemplateError) in
      try select(call, keeps: true, byAttribute: false)
    },
    Builtin("reject", isVariadic: true) { (call) throws(TemplateError) in
      try select(call, keeps: false, byAttribute: false)
    },
    Builtin("selectattr", isVariadic: true) { (call) throws(TemplateError) in
      try select(call, keeps: true, byAttribute: true)
    },
    Builtin("rejectattr", isVariadic: true) { (call) throws(TemplateError) in
      try select(call, keeps: false, byAttribute: true)
    },
    Builtin("items") { (call) throws(TemplateError) in
      var index = 0
      return .object(
        try IteratorObject(call.budget) { (renderer) throws(TemplateError) in
          guard case .dict(let dict) = call.receiver else {
            if call.receiver.isUndefined { return nil }
            throw TemplateError("items needs a mapping, found \(call.receiver.typeName)")
          }
          guard index < dict.count else { return nil }
          index += 1
          return try dict.pair(index - 1, renderer.budget)
        })
    },
    Builtin("unique", ["case_sensitive", "attribute"]) { (call) throws(TemplateError) in
      let path = try AttributePath(call.value(1), call.budget)
      let isSensitive = try call.isTrue(0)
      var seen: Set<HashKey> = []
      return try generator(call) { (items, renderer) throws(TemplateError) in
        while let item = try items.next(renderer) {
          let key = try path.key(of: item, isSensitive: isSensitive, renderer)
          try renderer.budget.allocate(48)
          if seen.insert(try HashKey(key, renderer.budget)).inserted { return item }
        }
        return nil
      }
    },
    Builtin("batch", ["linecount", "fill_with"], required: 1) { (call) throws(TemplateError) in
      try batch(call)
    },
    Builtin("slice", ["slices", "fill_with"], required: 1) { (call) throws(TemplateError) in
      try slice(call)
    },
  ]

  private static func map(_ call: Invocation) throws(TemplateError) -> Value {
    var rest = call.named
    if call.rest.isEmpty, let place = rest.firstIndex(where: { $0.name == "attribute" }) {
      let attribute = rest.remove(at: place).value
      var fallback: Value?
      if let place = rest.firstIndex(where: { $0.name == "default" }) {
        fallback = rest.remove(at: place).value
        if fallback?.isNone ?? false { fallback = nil }
      }
      let unknown = rest.first?.name
      return try generator(call, onlyIfTrue: true) { (items, renderer) throws(TemplateError) in
        if let unknown { throw TemplateError("map takes no argument '\(unknown)'") }
        let path = try AttributePath(attribute, fallback: fallback, renderer.budget)
        return try items.next(renderer).map { (item) throws(TemplateError) in
          try path.value(of: item, renderer)
        }
      }
    }
    let arguments = CallArguments(
      positional: Array(call.rest.dropFirst()), named: call.named)
    let filter = call.rest.first
    return try generator(call, onlyIfTrue: true) { (items, renderer) throws(TemplateError) in
      guard let filter else { throw TemplateError("map needs a filter or an attribute") }
      guard let item = try items.next(renderer) else { return nil }
      guard case .string(let name) = filter,
        let builtin = Filters.table[try name.string(renderer.budget)]
      else {
        throw TemplateError(
          "no filter named '\(try filter.text(renderer.budget).string.prefix(80))'")
      }
      return try builtin.call(item, arguments, renderer)
    }
  }

  private static func select(
    _ call: Invocation, keeps: Bool, byAttribute: Bool
  ) throws(TemplateError) -> Value {
    let given = call.rest.dropFirst(byAttribute ? 1 : 0)
    let attribute = byAttribute ? call.rest.first : Value.none
    let arguments = CallArguments(positional: Array(given.dropFirst()), named: call.named)
    let test = given.first
    return try generator(call, onlyIfTrue: true) { (items, renderer) throws(TemplateError) in
      guard let attribute else {
        throw TemplateError("\(keeps ? "select" : "reject")attr needs an attribute")
      }
      let path = try AttributePath(byAttribute ? attribute : .none, renderer.budget)
      while let item = try items.next(renderer) {
        try renderer.budget.step()
        var result = try path.value(of: item, renderer)
        if let test {
          guard case .string(let name) = test,
            let builtin = Tests.table[try name.string(renderer.budget)]
          else {
            throw TemplateError(
              "no test named '\(try test.text(renderer.budget).string.prefix(80))'")
          }
          result = try builtin.call(result, arguments, renderer)
        }
        if try result.isTrue(renderer.budget) == keeps { return item }
      }
      return nil
    }
  }

  private static func batch(_ call: Invocation) throws(TemplateError) -> Value {
    let fill = call.value(1)
    let sizeArgument = call.value(0)
    var pending: Value?
    var isDone = false
    return try generator(call) { (items, renderer) throws(TemplateError) in
      guard !isDone else { return nil }
      let size = sizeArgument.integer ?? -1
      var row = ListBuilder(renderer.budget)
      if let item = pending {
        try row.append(item)
        pending = nil
      }
      while let item = try items.next(renderer) {
        if row.items.count == size {
          pending = item
          return try row.list()
        }
        try row.append(item)
      }
      isDone = true
      guard !row.items.isEmpty else { return nil }
      if !fill.isNone, row.items.count < size {
        let missing = size - row.items.count
        try renderer.budget.allocate(missing, of: 32)
        try renderer.budget.step(missing)
        for _ in 0..<missing { try row.append(fill) }
      }
      return try row.list()
    }
  }

  private static func slice(_ call: Invocation) throws(TemplateError) -> Value {
    let fill = call.value(1)
    let sliceArgument = call.value(0)
    var items: [Value]?
    var number = 0
    var offset = 0
    return try generator(call) { (iterator, renderer) throws(TemplateError) in
      guard let slices = sliceArgument.integer else {
        throw TemplateError("slice needs an integer, found \(sliceArgument.typeName)")
      }
      if items == nil {
        var read = ListBuilder(renderer.budget)
        while let item = try iterator.next(renderer) { try read.append(item) }
        items = read.items
      }
      guard slices != 0 else { throw TemplateError("slice needs a count that is not zero") }
      guard let items, number < slices else { return nil }
      let (size, extra) = (items.count / slices, items.count % slices)
      let start = offset + number * size
      if number < extra { offset += 1 }
      let end = offset + (number + 1) * size
      var row = ListBuilder(renderer.budget)
      try row.append(contentsOf: Array(items[start..<end]))
      if !fill.isNone, number >= extra { try row.append(fill) }
      number += 1
      return try row.list()
    }
  }
}
