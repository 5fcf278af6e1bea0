import Foundation
import Testing

@testable import ChatTemplates

/// A template, its variables, and jinja2's text; nil where jinja2 fails.
struct TemplateGolden: Sendable, CustomTestStringConvertible {
  let template: String
  let variables: [String: TemplateValue]
  let text: String?
  var testDescription: String { String(template.prefix(60)) }

  /// Made by `scripts/make-template-goldens`.
  static let all: [TemplateGolden] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/templates.json").path
    guard let data = FileManager.default.contents(atPath: path),
      case .dict(let file)? = try? TemplateValue.parse(json: String(decoding: data, as: UTF8.self)),
      case .list(let cases)? = file["cases"]
    else { return [] }
    return cases.compactMap { value in
      guard case .dict(let golden) = value, case .string(let template)? = golden["template"],
        case .dict(let variables)? = golden["variables"]
      else { return nil }
      var text: String?
      if case .string(let found)? = golden["text"] { text = found }
      return TemplateGolden(
        template: template,
        variables: Dictionary(variables.stringPairs, uniquingKeysWith: { first, _ in first }),
        text: text)
    }
  }()
}

@Suite struct ChatTemplateTests {
  @Test func goldensAreThere() { #expect(TemplateGolden.all.count > 100) }

  @Test(arguments: TemplateGolden.all)
  func rendersAsJinja2(_ golden: TemplateGolden) throws {
    guard let expected = golden.text else {
      #expect(throws: TemplateError.self) {
        try ChatTemplate(golden.template).render(golden.variables)
      }
      return
    }
    let text = try ChatTemplate(golden.template).render(golden.variables)
    #expect(
      text.utf8.elementsEqual(expected.utf8),
      "\(text.debugDescription), expected \(expected.debugDescription)")
  }

  @Test(arguments: [
    ("{% if x %}", "the template ends where elif or else or endif should be"),
    ("a\n{{ 1 + }}", "chat template, line 2: expected an expression, found the end of the tag"),
    ("{{ 'a }}", "a string without end"), ("{# a", "a comment without end"),
    ("{{ x | nofilter }}", "no filter named 'nofilter'"),
    ("{{ x is notest }}", "no test named 'notest'"),
    ("{% include 'x' %}", "'include' needs another template"), ("{% do x %}", "unknown tag 'do'"),
    ("{{ x.y }}", "'x' is undefined"),
    ("{{ raise_exception('no tools') }}", "no tools"), ("{{ 1 // 0 }}", "division by zero"),
    ("{% endif %}", "unknown tag 'endif'"),
  ])
  func saysWhatIsWrong(_ template: String, _ expected: String) {
    let error = #expect(throws: TemplateError.self) { try ChatTemplate(template).render([:]) }
    #expect(
      error.map { $0.description.contains(expected) } ?? false, "\(String(describing: error))")
  }

  @Test(arguments: [
    "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "{{ 'x' * 10 ** 12 }}",
    "{{ 2 ** (10 ** 10) }}", "{{ range(10 ** 9) }}",
    "{{ (1).__class__ }}{{ x() }}",
    "{% set x = 'ab' %}{% for i in range(60) %}{% set x = x ~ x %}{{ x }}{% endfor %}{{ [] * 9223372036854775807 + 1 }}",
  ])
  func runawayTemplatesFail(_ template: String) {
    #expect(throws: TemplateError.self) { try ChatTemplate(template).render([:]) }
  }

  /// The text is jinja2 3.1.6's.
  @Test func asciiEscapesWhatIsNotASCII() throws {
    let template = try ChatTemplate(
      "{{ '%a' % 'é😀' }}|{{ '{!a}'.format('é') }}|{{ '%a' % ['ü'] }}")
    #expect(try template.render([:]) == #"'\xe9\U0001f600'|'\xe9'|['\xfc']"#)
  }

  @Test func deepNestingFails() {
    for open in ["(", "[", "-", "not ", "{'a':"] {
      #expect(throws: TemplateError.self) {
        try ChatTemplate("{{ " + String(repeating: open, count: 100_000) + " }}")
      }
    }
    let blocks = String(repeating: "{% if a %}", count: 10_000)
    #expect(throws: TemplateError.self) { try ChatTemplate(blocks) }
    #expect(throws: TemplateError.self) {
      try TemplateValue.parse(json: String(repeating: "[", count: 100_000))
    }
  }

  @Test func readsJSONInOrder() throws {
    let value = try TemplateValue.parse(
      json: #"{"b": [1, -2.5e3, true, null], "a": "\u00e9\ud83d\ude00\n", "b2": {}}"#)
    guard case .dict(let dictionary) = value else {
      Issue.record("not a dictionary")
      return
    }
    #expect(dictionary.stringPairs.map(\.0) == ["b", "a", "b2"])
    #expect(dictionary["b"] == .list([.int(1), .float(-2500), .bool(true), .none]))
    #expect(dictionary["a"] == .string("é😀\n"))
    for bad in ["", "{", "[1,]", "{\"a\" 1}", "\"a", "nul", "1 2", "[\"\\x\"]", "+1", "01x"] {
      #expect(throws: TemplateError.self) { try TemplateValue.parse(json: bad) }
    }
  }

  @Test func detectsBuiltinTemplates() {
    func detect(_ pieces: Set<String>, bytePair: Bool) -> BuiltinTemplate {
      BuiltinTemplate.detect(isBytePair: bytePair) { pieces.contains($0) }
    }
    #expect(detect(["<|user|>", "<|end|>"], bytePair: false) == .phi3)
    #expect(detect(["<|user|>", "<|end|>"], bytePair: true) == .phi4Mini)
    #expect(detect(["<|im_start|>", "<|im_sep|>"], bytePair: true) == .phi4)
    #expect(detect(["<|im_start|>"], bytePair: true) == .chatML)
    #expect(detect([], bytePair: true) == .phi2)
  }

  @Test(arguments: BuiltinTemplate.allCases)
  func builtinTemplatesRender(_ builtin: BuiltinTemplate) throws {
    let messages = [
      ChatMessage(role: "system", content: "S"), ChatMessage(role: "user", content: "U"),
    ]
    let text = try ChatTemplate(builtin.source).render(
      messages: messages, addGenerationPrompt: true, bosToken: "<s>", eosToken: "</s>")
    let expected: [BuiltinTemplate: String] = [
      .phi3: "<|system|>\nS<|end|>\n<|user|>\nU<|end|>\n<|assistant|>\n",
      .phi4Mini: "<|system|>S<|end|><|user|>U<|end|><|assistant|>",
      .phi4:
        "<|im_start|>system<|im_sep|>S<|im_end|><|im_start|>user<|im_sep|>U<|im_end|><|im_start|>assistant<|im_sep|>",
      .chatML:
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n",
      .phi2: "S\nInstruct: U\nOutput:",
    ]
    #expect(text == expected[builtin])
  }
}
