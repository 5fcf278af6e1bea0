import ChatTemplates
import GGUF
import Testing

@testable import Verification

/// The families' templates in Jinja.
enum BuiltinSource {
  static let phi3 = BuiltinTemplate.phi3.source
  static let phi4 = BuiltinTemplate.phi4.source
  static let phi4Mini = BuiltinTemplate.phi4Mini.source
  static let chatML = BuiltinTemplate.chatML.source
}

@Suite("The doctor on chat templates")
struct DoctorTemplateTests {
  static let key = "tokenizer.chat_template"

  func examine(_ template: String?, _ vocabulary: String? = nil) throws -> Finding? {
    var file = try vocabulary.map { try DoctorFile.pocket(vocabulary: $0) } ?? .pocket()
    file[Self.key] = template.map { .text($0) }
    return try file.examine().finding(Self.key)
  }

  @Test("A template of another model is an error, with the mark that is no token")
  func findsForeignTemplates() throws {
    for template in [BuiltinSource.chatML, BuiltinSource.phi4] {
      let finding = try #require(try examine(template))
      #expect(finding.severity == .error)
      #expect(finding.found.contains("<|im_start|>"))
      #expect(finding.repairs == [.set(key: Self.key, value: .text(BuiltinSource.phi3))])
    }
    #expect(try examine(BuiltinSource.phi3, "dbrx")?.severity == .error)
    #expect(
      try examine("{{ messages[0].content }}{{ messages[1].content }}{{ messages[2].content }}")?
        .severity == .error)
  }

  @Test("A missing template is a warning, and one that cannot be parsed or rendered an error")
  func findsUnusableTemplates() throws {
    #expect(try examine(nil)?.severity == .warning)
    #expect(try examine("")?.severity == .warning)
    let unparsable = try #require(try examine("{% for m in messages %}{{ m.content }}"))
    #expect(unparsable.severity == .error)
    #expect(unparsable.found.contains("cannot be parsed"))
    let refusing = try #require(try examine("{{ raise_exception('no') }}"))
    #expect(refusing.found.contains("cannot write a conversation"))
    #expect(try examine(nil, "phi-2") == nil)
  }

  @Test("A template that does not begin the answer is an error")
  func findsMissingPrompt() throws {
    let template = BuiltinSource.phi3.replacingOccurrences(
      of: "{{ '<|assistant|>\n' }}", with: "")
    let finding = try #require(try examine(template))
    #expect(finding.severity == .error)
    #expect(finding.found.contains("<|assistant|>"))
  }

  @Test("Line feeds beside marks are a warning where the family has none")
  func findsLineFeeds() throws {
    #expect(try examine(BuiltinSource.phi3, "gpt-4o")?.severity == .warning)
    #expect(try examine(BuiltinSource.phi4Mini, "gpt-4o") == nil)
    #expect(try examine(BuiltinSource.phi3) == nil)
  }

  @Test("A mark that template and tokenizer both put first is a warning, and mended")
  func findsDoubleBOS() throws {
    for begin in ["{{ bos_token }}", "{{bos_token}}", "<s>"] {
      var file = try DoctorFile.pocket()
      file["tokenizer.ggml.add_bos_token"] = .bool(true)
      #expect(try file.examine().subjects.isEmpty)
      file[Self.key] = .text(begin + BuiltinSource.phi3)
      let finding = try #require(try file.examine().finding(Self.key))
      #expect(finding.severity == .warning)
      #expect(finding.repairs == [.set(key: Self.key, value: .text(BuiltinSource.phi3))])
      #expect(try file.mend().subjects.isEmpty)
      file["tokenizer.ggml.add_bos_token"] = .bool(false)
      #expect(try file.examine().subjects.isEmpty)
    }
  }
}
