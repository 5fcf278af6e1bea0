/// Python's comparisons.
enum Comparison {
  /// `==`.
  static func equal(_ a: Value, _ b: Value, _ budget: Budget) throws(TemplateError) -> Bool {
    try budget.step()
    switch (a, b) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let a), .string(let b)):
      guard a.count == b.count else { return false }
      try budget.stepBytes(a.count)
      return a == b
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      return try equal(a.items, b.items, budget)
    case (.dict(let a), .dict(let b)): return try equal(a, b, budget)
    case (.object(let a), .object(let b)):
      if let a = a as? RangeObject, let b = b as? RangeObject {
        return a.count == b.count
          && (a.count == 0 || (a.start == b.start && (a.count == 1 || a.step == b.step)))
      }
      return a === b
    default: return try numbers(a.number, b.number) == 0
    }
  }

  static func equal(_ a: [Value], _ b: [Value], _ budget: Budget) throws(TemplateError) -> Bool {
    guard a.count == b.count else { return false }
    try budget.enter()
    defer { budget.leave() }
    for index in a.indices {
      guard try equal(a[index], b[index], budget) else { return false }
    }
    return true
  }

  private static func equal(
    _ a: ValueDict, _ b: ValueDict, _ budget: Budget
  ) throws(TemplateError) -> Bool {
    guard a.count == b.count else { return false }
    try budget.enter()
    defer { budget.leave() }
    for index in 0..<a.count {
      try budget.step()
      guard let other = try b.value(a.keys[index], budget),
        try equal(a.values[index], other, budget)
      else { return false }
    }
    return true
  }

  /// Negative, zero or positive; nil for what are not two numbers, or for NaN.
  private static func numbers(_ a: Value, _ b: Value) throws(TemplateError) -> Int? {
    switch (a, b) {
    case (.int(let a), .int(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.float(let a), .float(let b)): return a < b ? -1 : a > b ? 1 : a == b ? 0 : nil
    case (.int, .float(let float)), (.big, .float(let float)):
      guard !float.isNaN else { return nil }
      guard float.isFinite else { return float < 0 ? 1 : -1 }
      let floor = float.rounded(.down)
      let sign = BigInteger.compare(integer(a), BigInteger(exactly: floor))
      return sign == 0 && floor < float ? -1 : sign
    case (.float, .int), (.float, .big): return try numbers(b, a).map { -$0 }
    case (.int, .big), (.big, .int), (.big, .big):
      return BigInteger.compare(integer(a), integer(b))
    default: return nil
    }
  }

  private static func integer(_ value: Value) -> BigInteger {
    switch value {
    case .int(let number): BigInteger(number)
    case .big(let number): number
    default: BigInteger(0)
    }
  }

  /// Negative, zero or positive, as `a` is to `b`; nil where NaN is part of it.
  ///
  /// - Throws: `TemplateError` where Python has no order.
  static func order(
    _ a: Value, _ b: Value, _ budget: Budget
  ) throws(TemplateError) -> Int? {
    try a.checkDefined()
    try b.checkDefined()
    try budget.step()
    switch (a.number, b.number) {
    case (.int, .int), (.int, .big), (.big, .int), (.big, .big), (.int, .float), (.float, .int),
      (.big, .float), (.float, .big), (.float, .float):
      return try numbers(a.number, b.number)
    case (.string(let a), .string(let b)):
      // UTF-8 sorts as its scalars do.
      let length = min(a.count, b.count)
      try budget.stepScalars(length)
      for index in 0..<length where a.bytes[index] != b.bytes[index] {
        return a.bytes[index] < b.bytes[index] ? -1 : 1
      }
      return a.count - b.count
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      try budget.enter()
      defer { budget.leave() }
      for index in 0..<min(a.items.count, b.items.count)
      where try !equal(a.items[index], b.items[index], budget) {
        return try order(a.items[index], b.items[index], budget)
      }
      return a.items.count - b.items.count
    default:
      throw TemplateError("\(a.typeName) and \(b.typeName) have no order")
    }
  }

  /// A comparison by its symbol: `<`, `<=`, `>`, `>=`.
  static func holds(
    _ symbol: String, _ a: Value, _ b: Value, _ budget: Budget
  ) throws(TemplateError) -> Bool {
    guard let sign = try order(a, b, budget) else { return false }
    switch symbol {
    case "<": return sign < 0
    case "<=": return sign <= 0
    case ">": return sign > 0
    default: return sign >= 0
    }
  }

  /// `item in container`.
  static func contains(
    _ container: Value, _ item: Value, _ renderer: Renderer
  ) throws(TemplateError) -> Bool {
    let budget = renderer.budget
    switch container {
    case .string(let text):
      guard case .string(let part) = item else {
        throw TemplateError("'in <string>' needs a string, found \(item.typeName)")
      }
      return try text.find(part, 0..<text.count, budget) != nil
    case .dict(let dict): return try dict.value(item, budget) != nil
    case .object(let object as DictView) where object.kind == .keys:
      return try object.dict.value(item, budget) != nil
    default:
      var iterator = try renderer.iterator(container)
      while let next = try iterator.next(renderer) {
        try budget.step()
        if try equal(next, item, budget) { return true }
      }
      return false
    }
  }
}

/// Sorts within a budget: merges, so that equal items keep their order and no comparison is trusted.
enum Sorting {
  /// The order of keys: a permutation of their places.
  static func order(
    _ keys: [Value], reversed: Bool, _ budget: Budget
  ) throws(TemplateError) -> [Int] {
    var places = Array(keys.indices)
    var buffer = places
    try budget.allocate(keys.count * 16)
    var width = 1
    while width < places.count {
      var start = 0
      while start < places.count {
        let middle = min(start + width, places.count)
        let end = min(start + 2 * width, places.count)
        var (left, right) = (start, middle)
        for index in start..<end {
          let takesRight: Bool
          if left == middle {
            takesRight = true
          } else if right == end {
            takesRight = false
          } else if reversed {
            takesRight =
              (try Comparison.order(keys[places[left]], keys[places[right]], budget) ?? 0) < 0
          } else {
            takesRight =
              (try Comparison.order(keys[places[right]], keys[places[left]], budget) ?? 0) < 0
          }
          buffer[index] = places[takesRight ? right : left]
          if takesRight { right += 1 } else { left += 1 }
        }
        start = end
      }
      swap(&places, &buffer)
      width *= 2
    }
    return places
  }
}
