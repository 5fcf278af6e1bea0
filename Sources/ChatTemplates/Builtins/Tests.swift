/// Jinja's tests, `value is name`.
enum Tests {
  static let table = Builtin.table(types + values)

  private static func test(
    _ name: String, _ holds: @escaping @Sendable (Value) -> Bool
  ) -> Builtin {
    Builtin(name) { (call) throws(TemplateError) in .bool(holds(call.receiver)) }
  }

  private static let types: [Builtin] = [
    test("defined") { !$0.isUndefined }, test("undefined") { $0.isUndefined },
    test("none") { $0.isNone },
    test("boolean") { if case .bool = $0 { true } else { false } },
    test("true") { if case .bool(true) = $0 { true } else { false } },
    test("false") { if case .bool(false) = $0 { true } else { false } },
    test("integer") {
      switch $0 {
      case .int, .big: true
      default: false
      }
    },
    test("float") { if case .float = $0 { true } else { false } },
    test("number") {
      switch $0 {
      case .bool, .int, .big, .float: true
      default: false
      }
    },
    test("string") { if case .string = $0 { true } else { false } },
    test("mapping") { if case .dict = $0 { true } else { false } },
    test("escaped") { $0.isSafe },
    test("callable") {
      switch $0 {
      case .undefined: true
      case .object(let object): object.isCallable
      default: false
      }
    },
    test("sequence") {
      switch $0 {
      case .undefined, .string, .list, .tuple, .dict: true
      case .object(let object): object is RangeObject
      default: false
      }
    },
    Builtin("iterable") { (call) throws(TemplateError) in
      switch call.receiver {
      case .undefined, .string, .list, .tuple, .dict: return .bool(true)
      case .object(let object):
        if object is LoopObject { return .bool(true) }
        return .bool(try object.iterator(call.renderer) != nil)
      default: return .bool(false)
      }
    },
  ]

  private static func comparison(_ names: [String], _ symbol: String) -> [Builtin] {
    names.map { name in
      Builtin(name, ["/other"], required: 1) { (call) throws(TemplateError) in
        .bool(
          try Comparison.holds(symbol, call.receiver, call.value(0), call.budget))
      }
    }
  }

  private static func equality(_ names: [String], isEqual: Bool) -> [Builtin] {
    names.map { name in
      Builtin(name, ["/other"], required: 1) { (call) throws(TemplateError) in
        .bool(try Comparison.equal(call.receiver, call.value(0), call.budget) == isEqual)
      }
    }
  }

  private static func remainder(_ name: String, _ wanted: Int) -> Builtin {
    Builtin(name) { (call) throws(TemplateError) in
      if case .string = call.receiver { throw call.error("needs a number, found str") }
      return .bool(
        try Comparison.equal(
          try Arithmetic.apply(.modulo, call.receiver, .int(2), call.renderer), .int(wanted),
          call.budget))
    }
  }

  private static let values: [Builtin] =
    comparison(["<", "lt", "lessthan"], "<") + comparison(["<=", "le"], "<=")
    + comparison([">", "gt", "greaterthan"], ">") + comparison([">=", "ge"], ">=")
    + equality(["==", "eq", "equalto"], isEqual: true) + equality(["!=", "ne"], isEqual: false)
    + [
      remainder("even", 0), remainder("odd", 1),
      Builtin("divisibleby", ["num"], required: 1) { (call) throws(TemplateError) in
        .bool(
          try Comparison.equal(
            try Arithmetic.apply(.modulo, call.receiver, call.value(0), call.renderer), .int(0),
            call.budget))
      },
      Builtin("in", ["seq"], required: 1) { (call) throws(TemplateError) in
        .bool(try Comparison.contains(call.value(0), call.receiver, call.renderer))
      },
      Builtin("sameas", ["other"], required: 1) { (call) throws(TemplateError) in
        switch (call.receiver, call.value(0)) {
        case (.undefined(let a), .undefined(let b)): return .bool(a === b)
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): return .bool(a === b)
        case (.dict(let a), .dict(let b)): return .bool(a === b)
        case (let a, let b):
          guard a.typeName == b.typeName else { return .bool(false) }
          return .bool(try Comparison.equal(a, b, call.budget))
        }
      },
      Builtin("lower") { (call) throws(TemplateError) in
        .bool(try call.receiverText().isCased(upper: false, call.budget))
      },
      Builtin("upper") { (call) throws(TemplateError) in
        .bool(try call.receiverText().isCased(upper: true, call.budget))
      },
      named("filter") { Filters.table[$0] != nil }, named("test") { isTest($0) },
    ]

  private static func isTest(_ name: String) -> Bool { table[name] != nil }

  private static func named(
    _ name: String, _ exists: @escaping @Sendable (String) -> Bool
  ) -> Builtin {
    Builtin(name) { (call) throws(TemplateError) in
      guard call.receiver.isHashable else {
        throw TemplateError("unhashable type: '\(call.receiver.typeName)'")
      }
      if case .string(let text) = call.receiver { return .bool(exists(text.string)) }
      return .bool(false)
    }
  }
}
