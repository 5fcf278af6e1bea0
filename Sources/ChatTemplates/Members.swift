/// Attributes, items and slices of values.
enum Members {
  /// `value.name`: a method or an attribute, else an item.
  static func attribute(
    _ name: String, of value: TemplateValue, _ label: @autoclosure () -> String
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .undefined(let missing): throw TemplateError("'\(missing)' is undefined")
    case .dict(let dictionary):
      return DictionaryMethods.method(name, dictionary) ?? dictionary[name]
        ?? .undefined("\(label()).\(name)")
    case .string(let text):
      return StringMethods.method(name, text) ?? .undefined("\(label()).\(name)")
    case .list(let items), .tuple(let items):
      return ListMethods.method(name, items) ?? .undefined("\(label()).\(name)")
    case .object(let object):
      if let namespace = object as? TemplateNamespace {
        return namespace.values[name] ?? .undefined("\(label()).\(name)")
      }
      if let loop = object as? TemplateLoopState {
        return loop.attribute(name) ?? .undefined("loop.\(name)")
      }
      return .undefined("\(label()).\(name)")
    default: return .undefined("\(label()).\(name)")
    }
  }

  /// `value[index]`: an item, else an attribute.
  static func item(
    _ index: TemplateValue, of value: TemplateValue, _ label: @autoclosure () -> String
  ) throws(TemplateError) -> TemplateValue {
    func element(_ items: [TemplateValue]) -> TemplateValue? {
      guard case .int(let place) = index.normalizedNumber else { return nil }
      let position = place < 0 ? place + items.count : place
      return items.indices.contains(position) ? items[position] : nil
    }
    let found: TemplateValue?
    switch value {
    case .undefined(let missing): throw TemplateError("'\(missing)' is undefined")
    case .dict(let dictionary): found = dictionary[index]
    case .list(let items), .tuple(let items): found = element(items)
    case .string(let text): found = element(text.unicodeScalars.map { .string(String($0)) })
    case .object(let object): found = (object as? TemplateNamespace)?.values[index]
    default: found = nil
    }
    if let found { return found }
    if case .string(let name) = index { return try attribute(name, of: value, label()) }
    return .undefined("\(label())[\(index.representation)]")
  }

  /// `value[start:stop:step]`.
  static func slice(
    _ value: TemplateValue, _ start: Int?, _ stop: Int?, _ step: Int?
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .list(let items): return .list(try slice(items, start, stop, step))
    case .tuple(let items): return .tuple(try slice(items, start, stop, step))
    case .string(let text):
      return .string(PythonText.string(try slice(Array(text.unicodeScalars), start, stop, step)))
    case .undefined(let name): throw TemplateError("'\(name)' is undefined")
    default: return .undefined("a slice of a \(value.typeName)")
    }
  }

  private static func slice<T>(
    _ items: [T], _ start: Int?, _ stop: Int?, _ step: Int?
  ) throws(TemplateError) -> [T] {
    let step = step ?? 1
    guard step != 0 else { throw TemplateError("a slice's step is zero") }
    let count = items.count
    func clamp(_ bound: Int, _ low: Int, _ high: Int) -> Int {
      let position = bound < 0 ? max(bound, -count - 1) + count : bound
      return min(max(position, low), high)
    }
    if step > 0 {
      let first = start.map { clamp($0, 0, count) } ?? 0
      let end = stop.map { clamp($0, 0, count) } ?? count
      return stride(from: first, to: end, by: min(step, count + 1)).map { items[$0] }
    }
    let first = start.map { clamp($0, -1, count - 1) } ?? count - 1
    let end = stop.map { clamp($0, -1, count - 1) } ?? -1
    return stride(from: first, to: end, by: max(step, -count - 1)).map { items[$0] }
  }
}

extension TemplateLoopState {
  /// `loop.index` and its like.
  func attribute(_ name: String) -> TemplateValue? {
    switch name {
    case "index": .int(index + 1)
    case "index0": .int(index)
    case "revindex": .int(items.count - index)
    case "revindex0": .int(items.count - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == items.count - 1)
    case "length": .int(items.count)
    case "depth": .int(depth)
    case "depth0": .int(depth - 1)
    case "previtem": index > 0 ? items[index - 1] : .undefined("loop.previtem")
    case "nextitem":
      index + 1 < items.count ? items[index + 1] : .undefined("loop.nextitem")
    case "cycle":
      .object(
        TemplateFunction("cycle") { [index] (arguments) throws(TemplateError) in
          guard !arguments.positional.isEmpty else { throw TemplateError("cycle needs items") }
          return arguments.positional[index % arguments.positional.count]
        })
    case "changed":
      .object(
        TemplateFunction("changed") { [unowned self] (arguments) throws(TemplateError) in
          defer { self.lastChanged = arguments.positional }
          return .bool(self.lastChanged != arguments.positional)
        })
    default: nil
    }
  }
}
