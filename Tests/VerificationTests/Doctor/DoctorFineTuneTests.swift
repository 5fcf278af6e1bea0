import GGUF
import Testing
import Tokenization

@testable import Verification

@Suite("The doctor on fine-tunes with marks of their own")
struct DoctorFineTuneTests {
  private static let template = BuiltinSource.phi3.replacingOccurrences(
    of: "<|end|>", with: "<|placeholder1|>")
  private static let templateKey = "tokenizer.chat_template"
  private static let mark: UInt32 = 1010  // <|placeholder1|>

  /// A file whose template ends turns with a placeholder, with changes.
  private func examine(_ keys: [(String, MetadataValue)]) throws -> Doctor {
    var file = try DoctorFile.pocket()
    file[Self.templateKey] = .text(Self.template)
    for (key, value) in keys { file[key] = value }
    return try file.examine()
  }

  @Test("A template that ends turns with a token at which the file stops is not replaced")
  func keepsOwnTemplates() throws {
    let files: [[(String, MetadataValue)]] = [
      [("tokenizer.ggml.eom_token_id", .uint32(Self.mark))],
      [("tokenizer.ggml.eot_token_id", .uint32(Self.mark))],
      [("tokenizer.ggml.eos_token_id", .uint32(Self.mark))],
      [(Vocabulary.endsKey, .integers([Int32(Self.mark)]))],
    ]
    for keys in files {
      let doctor = try examine(keys)
      #expect(doctor.isHealthy, "\(doctor.findings)")
      #expect(doctor.findings.allSatisfy { $0.repairs.isEmpty }, "\(doctor.findings)")
      #expect(doctor.finding(Self.templateKey)?.severity == .note)
    }
  }

  @Test("One that ends turns where the file does not stop is an error still")
  func findsOtherTemplates() throws {
    let finding = try #require(try examine([]).finding(Self.templateKey))
    #expect(finding.severity == .error)
    #expect(!finding.repairs.isEmpty)
  }

  @Test("A mark that only some conversations need and that is no token is an error")
  func findsLostMarks() throws {
    var file = try DoctorFile.pocket()
    file[Self.templateKey] = .text(
      "{% if thinking %}<|think|>{% endif %}" + BuiltinSource.phi3)
    let finding = try #require(try file.examine().finding(Self.templateKey))
    #expect(finding.severity == .error)
    #expect(finding.found.contains("'<|think|>'"))
    #expect(finding.repairs.isEmpty)
  }

  @Test("A mark that an expression stands in is none of the template's own")
  func knowsExpressions() throws {
    var file = try DoctorFile.pocket()
    file[Self.templateKey] = .text(
      "{% for m in messages %}{{ '<|' + m.role + '|>\n' + m.content + '<|end|>\n' }}{% endfor %}"
        + "{{ '<|assistant|>\n' }}")
    #expect(try file.examine().finding(Self.templateKey) == nil)
  }
}
