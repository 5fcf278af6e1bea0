extension TemplateInterpreter {
  /// An expression's value.
  func evaluate(
    _ expression: TemplateExpression, _ scope: TemplateScope
  ) throws(TemplateError) -> TemplateValue {
    try step()
    switch expression {
    case .literal(let value): return value
    case .name(let name): return scope.value(name) ?? .undefined(name)
    case .list(let items): return .list(try evaluate(items, scope))
    case .tuple(let items): return .tuple(try evaluate(items, scope))
    case .dict(let pairs):
      var dictionary = TemplateDictionary()
      for (key, value) in pairs {
        dictionary[try evaluate(key, scope)] = try evaluate(value, scope)
      }
      return .dict(dictionary)
    case .attribute(let target, let name):
      return try Members.attribute(name, of: try evaluate(target, scope), describe(target))
    case .item(let target, let index):
      return try Members.item(
        try evaluate(index, scope), of: try evaluate(target, scope), describe(target))
    case .slice(let target, let start, let stop, let stride):
      return try Members.slice(
        try evaluate(target, scope), try bound(start, scope), try bound(stop, scope),
        try bound(stride, scope))
    case .call(let target, let arguments):
      return try call(
        try evaluate(target, scope), try evaluate(arguments, scope), describe(target))
    case .filter(let target, let name, let arguments):
      let value = try target.map { (t) throws(TemplateError) in try evaluate(t, scope) } ?? .none
      return try Filters.apply(name, value, try evaluate(arguments, scope), self)
    case .test(let target, let name, let arguments, let isNegated):
      let value = try evaluate(target, scope)
      let given = try evaluate(arguments, scope).positional
      return .bool(try Tests.holds(name, value, given) != isNegated)
    case .unary(let symbol, let operand):
      return try Operators.unary(symbol, try evaluate(operand, scope))
    case .binary(let symbol, let left, let right):
      return try Operators.binary(symbol, try evaluate(left, scope), try evaluate(right, scope))
    case .comparison(let first, let rest):
      var left = try evaluate(first, scope)
      for (symbol, expression) in rest {
        let right = try evaluate(expression, scope)
        guard try Operators.compare(symbol, left, right) else { return .bool(false) }
        left = right
      }
      return .bool(true)
    case .not(let operand): return .bool(!(try evaluate(operand, scope).isTrue))
    case .and(let left, let right):
      let value = try evaluate(left, scope)
      return value.isTrue ? try evaluate(right, scope) : value
    case .or(let left, let right):
      let value = try evaluate(left, scope)
      return value.isTrue ? value : try evaluate(right, scope)
    case .conditional(let value, let condition, let other):
      if try evaluate(condition, scope).isTrue { return try evaluate(value, scope) }
      guard let other else { return .undefined("the inline if-expression") }
      return try evaluate(other, scope)
    }
  }

  private func evaluate(
    _ items: [TemplateExpression], _ scope: TemplateScope
  ) throws(TemplateError) -> [TemplateValue] {
    var values: [TemplateValue] = []
    for item in items { values.append(try evaluate(item, scope)) }
    return values
  }

  /// A call's arguments.
  func evaluate(
    _ arguments: TemplateArguments, _ scope: TemplateScope
  ) throws(TemplateError) -> CallArguments {
    var given = CallArguments(positional: try evaluate(arguments.positional, scope), named: [])
    for items in arguments.spread {
      given.positional += try Builtins.items(try evaluate(items, scope))
    }
    for (name, value) in arguments.named { given.named.append((name, try evaluate(value, scope))) }
    for pairs in arguments.namedSpread {
      guard case .dict(let dictionary) = try evaluate(pairs, scope) else {
        throw TemplateError("** needs a dictionary")
      }
      for (key, value) in zip(dictionary.keys, dictionary.values) {
        given.named.append((key.text, value))
      }
    }
    return given
  }

  private func bound(
    _ expression: TemplateExpression?, _ scope: TemplateScope
  ) throws(TemplateError) -> Int? {
    guard let expression else { return nil }
    switch try evaluate(expression, scope).normalizedNumber {
    case .int(let value): return value
    case .none: return nil
    case let value: throw TemplateError("a slice's bound is a \(value.typeName), expected an int")
    }
  }
}
