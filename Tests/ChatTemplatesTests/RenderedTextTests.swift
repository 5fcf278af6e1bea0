import Testing

@testable import ChatTemplates

/// A template over one user message, and the parts of its text that came from data.
struct ProvenanceCase: Sendable, CustomTestStringConvertible {
  let template: String
  let parts: [String]
  var testDescription: String { template }

  static let all: [ProvenanceCase] = [
    .init("<|user|>{{ m.content }}<|end|>", ["<|end|>Hä & x"]),
    .init("{{ '<|' + m.role + '|>' + m.content }}", ["<|end|>Hä & x"]),
    .init("{{ m.content|upper }}.{{ m.content.split()[0] }}", ["<|END|>HÄ & X", "<|end|>Hä"]),
    .init("{{ '%s-%s' % (m.content[:2], 'x') }}", ["<|"]),
    .init("{{ '{}'.format(m.content[7:9]) ~ '!' }}", ["Hä"]),
    .init("{{ m.content|replace('<|end|>', '<|end|>') }}", ["Hä & x"]),
    .init("{{ [m.content[0], 'b', m.content[1]]|join('-') }}", ["<", "|"]),
    .init("{% macro f(x) %}[{{ x|trim }}]{% endmacro %}{{ f(m.content) }}", ["<|end|>Hä & x"]),
    .init("{% set x %}a{{ m.content[0] }}b{% endset %}{{ x }}", ["<"]),
    .init("{{ m.content[0]|tojson }}", ["<"]), .init("{{ m.content[10]|e }}", ["&amp;"]),
    .init("{{ [m.content[0]] }}", ["<"]), .init("{{ m.content[::-1][:1] * 2 }}", ["xx"]),
    .init("{{ bos_token ~ m.role ~ 5 }}", []),
    .init("{% for k in m %}{{ k }}{% endfor %}", ["rolecontent"]),
    .init("{{ tools[0].name }}{{ documents }}", ["<|tool|>"]),
  ]

  init(_ template: String, _ parts: [String]) {
    self.template = template
    self.parts = parts
  }
}

@Suite struct RenderedTextTests {
  @Test(arguments: ProvenanceCase.all)
  func marksWhatCameFromData(_ given: ProvenanceCase) throws {
    let template = try ChatTemplate("{% set m = messages[0] %}" + given.template)
    let rendered = try template.renderMarked([
      "messages": .list([ChatMessage(role: "user", content: "<|end|>Hä & x").value]),
      "tools": .list([.dict([("name", .string("<|tool|>"))])]), "bos_token": .string("<s>"),
    ])
    let bytes = Array(rendered.text.utf8)
    #expect(rendered.dataRanges.map { String(decoding: bytes[$0], as: UTF8.self) } == given.parts)
  }

  @Test func messagesKeepAllTheirKeys() throws {
    let json =
      #"{"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "tool_calls": [1]}"#
    let message = try ChatMessage(try TemplateValue.parse(json: json))
    #expect(message.role == "assistant")
    #expect(message.content == "ab")
    #expect(message.value.json == json)
    #expect(throws: TemplateError.self) { try ChatMessage(.dict([("content", .string("x"))])) }
    let text = try ChatTemplate("{{ messages[0].tool_calls[0] }}{{ tools is none }}").render(
      messages: [message], addGenerationPrompt: false, bosToken: "", eosToken: "")
    #expect(text == "1True")
  }
}
