import Foundation
import Testing

@testable import ChatTemplates

/// A template that once crashed, hung or took gigabytes, or could.
struct HostileTemplate: Sendable, CustomTestStringConvertible {
  let name: String
  let source: @Sendable () -> String
  var testDescription: String { name }

  init(_ name: String, _ source: @autoclosure @escaping @Sendable () -> String) {
    self.name = name
    self.source = source
  }

  private static func times(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  private static func grown(_ before: String, _ step: String, _ count: Int, _ after: String)
    -> HostileTemplate
  {
    HostileTemplate(
      "grow \(step) \(after)",
      "{% set ns = namespace(x=\(before)) %}{% for i in range(\(count)) %}"
        + "{% set ns.x = \(step) %}{% endfor %}\(after)")
  }

  static let chains: [HostileTemplate] = [
    HostileTemplate("if", "{{" + times(" 1 if 1", 10_000) + " }}"),
    HostileTemplate("if else", "{{" + times(" 1 if 0 else", 10_000) + " 2 }}"),
    HostileTemplate("minus", "{{ " + times("-", 20_000) + "1 }}"),
    HostileTemplate("not", "{{" + times(" not", 20_000) + " 1 }}"),
    HostileTemplate("or", "{{" + times(" 0 or", 20_000) + " 1 }}"),
    HostileTemplate("plus", "{{ " + times("1+", 20_000) + "1 }}"),
    HostileTemplate("power", "{{ " + times("1**", 20_000) + "1 }}"),
    HostileTemplate("tilde", "{{ " + times("1~", 10_000) + "1 }}"),
    HostileTemplate("compare", "{{ " + times("1<", 10_000) + "1 }}"),
    HostileTemplate("attributes", "{{ a" + times(".b", 20_000) + " }}"),
    HostileTemplate("items", "{{ a" + times("[0]", 10_000) + " }}"),
    HostileTemplate("calls", "{{ a" + times("()", 10_000) + " }}"),
    HostileTemplate("filters", "{{ 'a'" + times("|upper", 10_000) + " }}"),
    HostileTemplate("tests", "{{ 1" + times(" is odd", 10_000) + " }}"),
    HostileTemplate("strings", "{{" + times(" 'a'", 40_000) + " }}"),
    HostileTemplate("deep call", "{{ " + times("a(", 20_000) + "a"),
    HostileTemplate("deep dict", "{{ " + times("{1:", 20_000) + "1" + times("}", 20_000) + "}}"),
    HostileTemplate("deep list", "{{ " + times("[", 20_000) + times("]", 20_000) + "}}"),
    HostileTemplate("deep parentheses", "{{ " + times("(", 20_000) + times(")", 20_000) + "}}"),
    HostileTemplate("deep index", "{{ " + times("a[", 20_000) + times("]", 20_000) + "}}"),
    HostileTemplate("dotted filter", "{{ a|" + times("a.", 20_000) + "b }}"),
    HostileTemplate("deep filter", "{{ a" + times("|a(b", 20_000)),
    HostileTemplate("is", "{{" + times(" 1 is", 20_000) + " 1 "),
    HostileTemplate("is in parentheses", "{{ " + times("1 is a(", 20_000)),
    HostileTemplate("parameter", "{% macro m(a=" + times("(", 20_000)),
    HostileTemplate("target", "{% set " + times("(", 20_000)),
    HostileTemplate("blocks", times("{% if 1 %}", 4_000) + times("{% endif %}", 4_000)),
    HostileTemplate("loops", times("{% for i in [1] %}", 4_000)),
    HostileTemplate("elif", "{% if 0 %}" + times("{% elif 0 %}", 8_000) + "{% endif %}"),
    HostileTemplate("comments", times("{#", 20_000)),
    HostileTemplate("raw", "{% raw %}" + times("{% ", 10_000)),
    HostileTemplate("spaces", "{% raw %}{%" + times(" ", 40_000)),
    HostileTemplate(
      "macro with or",
      "{% macro m() %}{{" + times(" 0 or", 4_000) + " m() }}{% endmacro %}{{ m() }}"),
    HostileTemplate("macro", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
    HostileTemplate("macro argument", "{% macro m(x) %}{{ m([x]) }}{% endmacro %}{{ m(1) }}"),
    HostileTemplate(
      "caller", "{% macro m() %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}"),
    HostileTemplate("block", "{% block a %}{{ self.a() }}{% endblock %}"),
    HostileTemplate(
      "recursive loop", "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}"),
    HostileTemplate(
      "recursive macro in everything",
      "{% macro m() %}{% if 1 %}{% for i in [1] if true %}{% with a = 1 %}{% set b %}"
        + "{{ [(1 + (m()|upper)|length)] }}{% endset %}{% endwith %}{% endfor %}{% endif %}"
        + "{% endmacro %}{{ m() }}"),
  ]

  static let growing: [HostileTemplate] = [
    grown("[]", "[ns.x]", 100_000, "done"), grown("[]", "[ns.x]", 20_000, "{{ ns.x|tojson }}"),
    grown("{}", "{'a': ns.x}", 50_000, "{{ ns.x }}"),
    grown("()", "(ns.x,)", 50_000, "{{ {ns.x: 1} }}"),
    grown("1", "namespace(x=ns.x)", 50_000, "{{ ns.x }}"),
    grown("[]", "ns.x + [[0] * 16777216]", 1000, ""),
    grown("[]", "ns.x + ['a' * 16777216]", 1000, ""),
    grown("'a'", "ns.x ~ ns.x", 60, ""), grown("'a'", "ns.x + ns.x", 60, ""),
    grown("[1]", "ns.x + ns.x", 60, ""), grown("(1,)", "ns.x + ns.x", 60, ""),
    grown("'a'", "'%s%s' % (ns.x, ns.x)", 60, ""), grown("'a'", "'{0}{0}'.format(ns.x)", 60, ""),
    grown("'a'", "[ns.x, ns.x]|join", 60, ""), grown("'a'", "ns.x|replace('a', 'aa')", 60, ""),
    grown("['a']", "[ns.x, ns.x]", 60, "{{ ns.x }}"),
    grown("['a']", "[ns.x, ns.x]", 60, "{{ ns.x == ns.x }}"),
    grown("['a']", "[ns.x, ns.x]", 60, "{{ ns.x|tojson }}"),
    grown("('a',)", "(ns.x, ns.x)", 60, "{{ {ns.x: 1} }}"),
    grown("'\"'", "ns.x|tojson", 60, ""), grown("'<'", "ns.x|forceescape", 60, ""),
    grown("[1]", "ns.x|map('string')", 50_000, "{{ ns.x|list }}"),
    grown("2", "ns.x * ns.x", 60, ""), grown("2", "ns.x ** ns.x", 9, ""),
    grown("'a'", "ns.x|upper", 100_000, ""),
    HostileTemplate("join", "{{ (['a'] * 16777216)|join('b' * 16777216)|length }}"),
    HostileTemplate("join 2", "{{ (['a'] * 100000)|join('b' * 100000)|length }}"),
    HostileTemplate("list", "{{ ([0] * 16777216)|length }}"),
    HostileTemplate("replace", "{{ ('a' * 16777216)|replace('a', 'b' * 16777216)|length }}"),
    HostileTemplate("replace nothing", "{{ ('a' * 1000000)|replace('', 'b' * 1000)|length }}"),
    HostileTemplate("indent", "{{ [[[[1]]]]|tojson(indent=99999999) }}"),
    HostileTemplate("indent text", "{{ ('a\\n' * 100000)|indent('x' * 100000) }}"),
    HostileTemplate(
      "loops", "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}"),
    HostileTemplate("search", "{{ ('a' * 4000000).count('a' * 2000000 ~ 'b') }}"),
    HostileTemplate("search back", "{{ ('a' * 4000000).rfind('b' ~ 'a' * 2000000) }}"),
    HostileTemplate("batch", "{{ [1]|batch(9223372036854775807, 0)|list|length }}"),
    HostileTemplate("slice", "{{ [1]|slice(9223372036854775807, 0)|list|length }}"),
    HostileTemplate("sort", "{{ (range(20000)|list * 2)|sort|length }}"),
    HostileTemplate("unique", "{{ (range(20000)|list * 2)|unique|list|length }}"),
    HostileTemplate("wordwrap", "{{ ('ab ' * 1000000)|wordwrap(1) }}"),
    HostileTemplate("arguments", "{{ namespace(*range(100000)) }}"),
    HostileTemplate("self-reference", "{% set ns = namespace() %}{% set ns.n = ns %}{{ ns }}"),
    HostileTemplate("divide", "{{ 10 ** 4000 // 3 ** 2000 }}"),
    HostileTemplate("power of two", "{{ 2 ** (10 ** 10) }}"),
  ]

  static let huge = [
    "9223372036854775807", "(-9223372036854775807-1)", "10**30", "-10**30", "-5", "99999999",
  ]
  /// Templates with a number N in them.
  static let withNumbers = [
    "{{ 'abc'.find('c', N) }}", "{{ 'abc'.find('c', 0, N) }}", "{{ 'abc'.count('', N) }}",
    "{{ 'a'|center(N) }}", "{{ 'a'.center(N) }}", "{{ 'a'.ljust(N, 'x')|length }}",
    "{{ 'a'.rjust(N) }}",
    "{{ '-a'.zfill(N) }}", "{{ 'a\\tb'.expandtabs(N) }}", "{{ ('a' * 300)|truncate(N) }}",
    "{{ ('a' * 300)|truncate(100, false, '...', N) }}", "{{ 'a\\nb'|indent(N) }}",
    "{{ 'a b'|wordwrap(N) }}",
    "{{ [1, 2]|batch(N)|list }}", "{{ [1, 2]|slice(N)|first }}", "{{ 2.5|round(N) }}",
    "{{ 25|round(N) }}",
    "{{ 2.5|round(N, 'ceil') }}", "{{ 'x' * N }}", "{{ [1] * N }}", "{{ (1,) * N }}",
    "{{ range(N)|length }}",
    "{{ range(0, N, N)|list }}", "{{ range(N, 0)|list }}", "{{ range(0, 10, N)|list }}",
    "{{ range(10)[::N] }}",
    "{{ range(10)[N:] }}", "{{ 'abc'[N] }}", "{{ 'abc'[N:] }}", "{{ 'abc'[:N] }}",
    "{{ 'abc'[::N] }}", "{{ 'äbc'[N::N] }}",
    "{{ [1, 2, 3][N::N] }}", "{{ [1, 2][N] }}", "{{ 'a b c'.split(' ', N) }}",
    "{{ 'a b c'.rsplit(none, N) }}",
    "{{ 'aaa'.replace('a', 'b', N) }}", "{{ 'aaa'|replace('a', 'b', N) }}", "{{ '%c' % N }}",
    "{{ '%*d' % (N, 1) }}",
    "{{ '%.*f' % (N, 1.5) }}", "{{ '%x %o %e' % (N, N, N) }}", "{{ '{:>{}}'.format('a', N) }}",
    "{{ '{:.{}f}'.format(1.5, N) }}", "{{ '{:,} {:e} {:x}'.format(N, N, N) }}",
    "{{ '{:c}'.format(N) }}", "{{ N // -1 }}",
    "{{ N % -1 }}", "{{ -N }}", "{{ N|abs }}", "{{ N * N - N + N }}", "{{ N / 3 }}",
    "{{ 1.5 // N }}", "{{ 2 ** N }}",
    "{{ N ** 2 }}", "{{ N|int }}", "{{ N|float }}", "{{ N|filesizeformat }}",
    "{{ N == 1.5 or N < 1.5 }}",
    "{{ [1]|tojson(indent=N) }}", "{{ 'a'|int(0, N) }}", "{{ [N, 1.5, N]|sort }}",
    "{{ {N: 1}[N] }}",
    "{{ 'abc'.startswith('c', N) }}", "{{ 'abc'.index('', N, N) }}",
    "{{ [1, 2].index(2, N, N) }}", "{{ N.bit_length() }}",
  ]

  static let kept: [HostileTemplate] =
    [
      "changed(1)", "cycle(1, 2)", "index", "last", "nextitem", "length", "previtem",
    ].map { use in
      let name = use.prefix { $0 != "(" }
      let call = use.dropFirst(name.count)
      return HostileTemplate(
        "kept loop.\(use)",
        "{% set ns = namespace() %}{% for i in [1] %}{% set ns.f = loop.\(name) %}{% set ns.l = loop %}"
          + "{% endfor %}{{ ns.f\(call) }}{{ ns.l.\(use) }}")
    } + [
      HostileTemplate(
        "kept recursive loop",
        "{% set ns = namespace() %}{% for i in [1] recursive %}{% set ns.l = loop %}{{ i }}{% endfor %}"
          + "{{ ns.l([1]) }}"),
      HostileTemplate(
        "kept caller",
        "{% set ns = namespace() %}{% macro m() %}{% set ns.c = caller %}{% endmacro %}"
          + "{% call m() %}x{{ ns.c() }}{% endcall %}{{ ns.c() }}"),
      HostileTemplate("super", "{% block a %}{{ super() }}{% endblock %}"),
      HostileTemplate(
        "kept self", "{% set ns = namespace(s=self) %}{% block a %}x{% endblock %}{{ ns.s.a() }}"),
      HostileTemplate(
        "kept generator", "{% set g = [1, 2]|map('string') %}{{ g|list }}{{ g|list }}{{ g }}"),
    ]

  static let specifiers: [HostileTemplate] = [
    "{{ '{:.-5f}'.format(1.5) }}", "{{ '%.-5s'|format('abc') }}", "{{ '%.-5f' % 1.5 }}",
    "{{ '%.-5s' % 'abc' }}",
    "{{ '{:>99999999}'.format(1) }}", "{{ '%99999999999999999999d' % 1 }}",
    "{{ '%.99999999f' % 1 }}", "{{ '%(' % {} }}",
    "{{ '%(a' % {'a': 1} }}", "{{ '%' % 1 }}", "{{ '{' .format() }}", "{{ '{0[}'.format([1]) }}",
    "{{ '{0.}'.format(1) }}",
    "{{ '{:{:{}}}'.format(1, 2, 3) }}", "{{ '{99999999999999999999}'.format(1) }}",
    "{{ '{!}'.format(1) }}",
    "{{ 'a'.ljust(1048576, 'a' * 16777216)|length }}", "{{ '\\x' }}", "{{ '\\U00110000' }}",
    "{{ '\\777' }}", "{{ 1e999 }}",
    "{{ (1e999|int) }}", "{{ 1e308 * 10 - 1e999 }}", "{{ (1e999 - 1e999)|round }}",
    "{{ 0.0 // 0.0 }}", "{{ strftime_now('%' * 5000) }}",
    "{{ strftime_now('%c' * 2000)|length }}",
  ].map { HostileTemplate($0, $0) }

  /// Each once took its time or memory without taking its steps or bytes.
  static let charged: [HostileTemplate] =
    [
      ("[0] * 900000", "l.count(1)"), ("[0] * 900000", "l|reverse|first"),
      ("'a' * 4000000", "[][l]"), ("'a' * 4000000", "[]|attr(l)"), ("'a' * 4000000", "1[l]"),
      ("'a' * 1000000", "l.translate({97: none})"), ("'9' * 4000", "l|int"),
      ("3 ** 10000", "l // 7"), ("1e308", "'%.0f' % l"), ("1", "'{:0100000,}'.format(l)"),
      ("'ß' * 100000", "l.casefold()"), ("'<' * 100000", "l|urlencode"),
      ("'9' * 100000", "l|wordcount"),
    ].map { value, use in
      HostileTemplate(
        use,
        "{% set l = \(value) %}{% for i in range(100000) %}{% set x = \(use) %}{% endfor %}")
    } + [
      HostileTemplate(
        "scopes",
        times("{% with %}", 80) + "{% for i in range(100000) %}{{ a }}{{ a }}{{ a }}{% endfor %}"
          + times("{% endwith %}", 80)),
      HostileTemplate(
        "name", "{% for i in range(100000) %}{{ " + times("n", 40_000) + " }}{% endfor %}"),
      HostileTemplate(
        "attribute", "{% for i in range(100000) %}{{ 1." + times("n", 40_000) + " }}{% endfor %}"),
      grown("(1, 2)", "(ns.x, ns.x)", 60, "{{ {'a': 1}[ns.x] }}"),
    ]

  static let all = chains + growing + kept + specifiers + charged
}

@Suite struct HostileTemplateTests {
  /// Runs on a thread with the stack of a Dispatch worker.
  private static func onSmallStack(_ body: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      body()
      done.signal()
    }
    thread.stackSize = 512 << 10
    thread.start()
    done.wait()
  }

  /// Renders a template, and says what is wrong with how it ended.
  @Sendable private static func check(_ source: String) {
    do throws(TemplateError) {
      let text = try ChatTemplate(source).render([
        "messages": .list([ChatMessage(role: "user", content: "Hi").value])
      ])
      #expect(text.utf8.count <= Budget.byteLimit)
    } catch {
      #expect(!error.description.contains("\n"))
    }
  }

  /// Each ends with a text or an error, soon, on a small stack.
  @Test(arguments: HostileTemplate.all)
  func ends(_ hostile: HostileTemplate) {
    Self.onSmallStack {
      let start = ContinuousClock.now
      Self.check(hostile.source())
      // Seconds of a debug build on a loaded machine; a release build takes a tenth.
      #expect(ContinuousClock.now - start < .seconds(60))
    }
  }

  /// Each template ends with each number, too.
  @Test(arguments: HostileTemplate.huge)
  func endsWithNumber(_ number: String) {
    Self.onSmallStack {
      for template in HostileTemplate.withNumbers {
        Self.check(template.replacingOccurrences(of: "N", with: number))
      }
    }
  }

  @Test func nothingLeaks() throws {
    weak var leaked: NamespaceObject?
    do {
      let budget = Budget()
      let values = ValueDict()
      let namespace = try NamespaceObject(values, budget)
      try namespace.set(.literal("me"), .object(namespace), budget)
      leaked = namespace
      #expect(leaked != nil)
      budget.releaseObjects()
    }
    #expect(leaked == nil)
  }
}
