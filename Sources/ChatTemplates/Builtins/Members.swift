/// A Python slice of a sequence: its first place, how many, and how far apart.
struct SliceRange {
  let start: Int
  let step: Int
  let count: Int

  init(_ first: Int?, _ last: Int?, step: Int, length: Int) {
    func clamped(_ index: Int?, _ fallback: Int) -> Int {
      guard let index else { return fallback }
      let place = index < 0 ? max(index, -length - 1) + length : min(index, length)
      return step > 0 ? min(max(place, 0), length) : min(max(place, -1), length - 1)
    }
    let start = clamped(first, step > 0 ? 0 : length - 1)
    let stop = clamped(last, step > 0 ? length : -1)
    let distance = step > 0 ? stop - start : start - stop
    count = distance > 0 ? (distance - 1) / Int(clamping: step.magnitude) + 1 : 0
    self.start = start
    // One item needs no step, and a huge one would overflow.
    self.step = count > 1 ? step : step > 0 ? 1 : -1
  }
}

/// Attributes and items, as jinja2's sandbox looks them up.
enum Members {
  private static func missing(_ name: String, _ value: Value) -> Value {
    .undefined(Undefined("a value of type \(value.typeName) has no attribute '\(name.prefix(80))'"))
  }

  /// `value.name`: an attribute, or else an item.
  static func attribute(
    _ name: Text, of value: Value, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    try value.checkDefined()
    let string = try name.string(renderer.budget)
    if let found = try attributeOnly(string, of: value, renderer) { return found }
    if case .dict(let dict) = value, let found = dict.value(name) { return found }
    return missing(string, value)
  }

  /// An attribute, as `getattr` finds it; nil without.
  static func attributeOnly(
    _ name: String, of value: Value, _ renderer: Renderer
  ) throws(TemplateError) -> Value? {
    if name.hasPrefix("__"), name.hasSuffix("__") || Methods.isForbidden(name, value) {
      return .undefined(
        Undefined("access to '\(name.prefix(80))' of a value of type \(value.typeName) is unsafe"))
    }
    if Methods.isForbidden(name, value) {
      return .undefined(
        Undefined("'\(name)' would change a value of type \(value.typeName), which is not allowed"))
    }
    switch value {
    case .undefined: return nil
    case .object(let object): return try object.attribute(name, renderer)
    case .tuple(let list) where list.isGroup && (name == "grouper" || name == "list"):
      return list.items[name == "grouper" ? 0 : 1]
    case .bool, .int, .big, .float:
      switch name {
      case "real", "numerator":
        if name == "numerator", case .float = value { return nil }
        return value.number
      case "imag":
        if case .float = value { return .float(0) }
        return .int(0)
      case "denominator":
        if case .float = value { return nil }
        return .int(1)
      default: break
      }
    default: break
    }
    return try Methods.bound(name, value, renderer)
  }

  /// `value[key]`: an item, or else an attribute.
  static func item(
    _ key: Value, of value: Value, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    try value.checkDefined()
    switch value {
    case .dict(let dict):
      if key.isHashable, let found = try dict.value(key, renderer.budget) { return found }
    case .list(let list), .tuple(let list):
      if let index = key.integer {
        let place = index < 0 ? index + list.items.count : index
        if list.items.indices.contains(place) { return list.items[place] }
      }
    case .string(let text):
      if let index = key.integer {
        let count = try text.scalarCount(renderer.budget)
        let place = index < 0 ? index + count : index
        if place >= 0, place < count {
          let start = try text.offset(ofScalar: place, renderer.budget)
          return .string(
            try text.slice(start..<text.scalar(at: start).1, renderer.budget))
        }
      }
    case .object(let range as RangeObject):
      if let index = key.integer {
        let place = index < 0 ? index + range.count : index
        if place >= 0, place < range.count { return .int(range.start + place * range.step) }
      }
    default: break
    }
    if case .string(let name) = key,
      let found = try attributeOnly(name.string(renderer.budget), of: value, renderer)
    {
      return found
    }
    return missing(try describe(key, renderer), value)
  }

  private static func describe(
    _ key: Value, _ renderer: Renderer
  ) throws(TemplateError) -> String {
    switch key {
    case .string(let text): String(try text.string(renderer.budget).prefix(80))
    case .int(let index): "\(index)"
    default: "a key of type \(key.typeName)"
    }
  }

  /// The slice `value[first:last:step]`.
  static func slice(
    _ value: Value, _ first: Value, _ last: Value, _ step: Value, _ renderer: Renderer
  ) throws(TemplateError) -> Value {
    try value.checkDefined()
    let budget = renderer.budget
    func bound(_ value: Value) throws(TemplateError) -> Int? {
      switch value.number {
      case .none: return nil
      case .int(let index): return index
      case .big(let index): return index.isNegative ? Int.min : Int.max
      default:
        throw TemplateError("a slice needs integers, found \(value.typeName)")
      }
    }
    let undefined = Value.undefined(Undefined("a value of type \(value.typeName) has no slices"))
    switch value {
    case .string, .list, .tuple, .object(is RangeObject): break
    default: return undefined
    }
    let (first, last) = (try bound(first), try bound(last))
    let step = max(try bound(step) ?? 1, -Int.max)
    switch value {
    case .string(let text):
      guard step != 0 else { throw TemplateError("a slice's step cannot be zero") }
      let length = try text.scalarCount(budget)
      return .string(
        try text.sliced(SliceRange(first, last, step: step, length: length), budget))
    case .list(let list), .tuple(let list):
      guard step != 0 else { throw TemplateError("a slice's step cannot be zero") }
      let range = SliceRange(first, last, step: step, length: list.items.count)
      var items = ListBuilder(budget)
      if range.step == 1 {
        try items.append(contentsOf: Array(list.items[range.start..<range.start + range.count]))
      } else {
        for index in 0..<range.count {
          try items.append(list.items[range.start + index * range.step])
        }
      }
      if case .tuple = value { return try items.tuple() }
      return try items.list()
    case .object(let range as RangeObject):
      guard step != 0 else { throw TemplateError("a slice's step cannot be zero") }
      let slice = SliceRange(first, last, step: step, length: range.count)
      let (apart, overflow) = range.step.multipliedReportingOverflow(by: slice.step)
      let start = range.start + slice.start * range.step
      guard !overflow, slice.count > 0 else {
        return .object(
          try RangeObject(start: 0, stop: min(slice.count, 1), step: 1, budget))
      }
      return .object(
        try RangeObject(
          start: start, stop: start &+ slice.count &* apart, step: apart, budget))
    default: return undefined
    }
  }
}

extension Value {
  /// Whether Python can use the value as a key.
  var isHashable: Bool {
    switch self {
    case .list, .dict: false
    case .tuple(let list): list.isHashable
    default: true
    }
  }
}
