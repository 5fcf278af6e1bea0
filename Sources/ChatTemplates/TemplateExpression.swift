/// An expression, parsed.
indirect enum TemplateExpression {
  case literal(TemplateValue)
  case name(String)
  case list([TemplateExpression])
  case tuple([TemplateExpression])
  case dict([(TemplateExpression, TemplateExpression)])
  case attribute(TemplateExpression, String)
  case item(TemplateExpression, TemplateExpression)
  case slice(
    TemplateExpression, TemplateExpression?, TemplateExpression?, TemplateExpression?)
  case call(TemplateExpression, TemplateArguments)
  case filter(TemplateExpression?, String, TemplateArguments)
  case test(TemplateExpression, String, TemplateArguments, isNegated: Bool)
  case unary(String, TemplateExpression)
  case binary(String, TemplateExpression, TemplateExpression)
  /// `a < b <= c`
  case comparison(TemplateExpression, [(String, TemplateExpression)])
  case not(TemplateExpression)
  case and(TemplateExpression, TemplateExpression)
  case or(TemplateExpression, TemplateExpression)
  /// `value if condition else other`
  case conditional(TemplateExpression, TemplateExpression, TemplateExpression?)
}

/// What a call is given.
struct TemplateArguments {
  var positional: [TemplateExpression] = []
  var named: [(String, TemplateExpression)] = []
  /// Lists and dictionaries that are handed over as single arguments, `*items` and `**pairs`.
  var spread: [TemplateExpression] = []
  /// As `spread`, for `**pairs`.
  var namedSpread: [TemplateExpression] = []
}

/// A statement, parsed, with its line.
struct TemplateStatement {
  let line: Int
  let kind: Kind

  indirect enum Kind {
    case text(String)
    case output(TemplateExpression)
    case conditional([(TemplateExpression, [TemplateStatement])], [TemplateStatement])
    case loop(TemplateLoop)
    case set([TemplateTarget], TemplateExpression)
    case setBlock(TemplateTarget, [TemplateFilter], [TemplateStatement])
    case macro(TemplateMacro)
    case call(TemplateMacro, TemplateExpression)
    case filter([TemplateFilter], [TemplateStatement])
    case with([(TemplateTarget, TemplateExpression)], [TemplateStatement])
    case scope([TemplateStatement])
    case expression(TemplateExpression)
    case breakLoop
    case continueLoop
  }
}

/// A filter with its arguments, to be applied to a block's text.
typealias TemplateFilter = (name: String, arguments: TemplateArguments)

/// What is assigned to.
indirect enum TemplateTarget {
  case name(String)
  case attribute(String, String)
  case tuple([TemplateTarget])
}

/// A `for` loop.
struct TemplateLoop {
  var target: TemplateTarget
  var items: TemplateExpression
  var condition: TemplateExpression?
  var isRecursive: Bool
  var body: [TemplateStatement]
  var otherwise: [TemplateStatement]
}

/// A macro, or the block that a `call` hands over.
struct TemplateMacro {
  var name: String
  var parameters: [(name: String, fallback: TemplateExpression?)]
  var body: [TemplateStatement]
}
