import GGUF
import Testing

@testable import Verification

@Suite("The doctor on tokenizers")
struct DoctorTokenizerTests {
  static let eos = "tokenizer.ggml.eos_token_id"
  static let eot = "tokenizer.ggml.eot_token_id"

  @Test("Nothing is found in the embedded model and in the vocabularies of the families")
  func isSilentOnGoodFiles() throws {
    #expect(try DoctorFile.pocket().examine(readsWeights: true).subjects.isEmpty)
    for (vocabulary, template) in [
      ("dbrx", BuiltinSource.phi4), ("gpt-4o", BuiltinSource.phi4Mini), ("phi-2", nil),
    ] {
      let doctor = try DoctorFile.pocket(vocabulary: vocabulary, template: template).examine()
      #expect(doctor.isHealthy, "\(vocabulary): \(doctor.subjects)")
      #expect(doctor.count(.warning) == 0, "\(vocabulary): \(doctor.subjects)")
    }
  }

  @Test("An end of text that the family does not write is named, and mended", arguments: [5, 1018])
  func findsWrongEnd(id: UInt32) throws {
    var file = try DoctorFile.pocket()
    file[Self.eos] = .uint32(id)
    let finding = try #require(try file.examine().finding(Self.eos))
    #expect(finding.severity == .error)
    #expect(finding.repairs == [.set(key: Self.eos, value: .uint32(1008))])
    #expect(try file.mend().subjects.isEmpty)
  }

  @Test("An id beyond the vocabulary is named, and mended")
  func findsIDsOutOfRange() throws {
    for (key, mended) in [
      (Self.eos, Repair.set(key: Self.eos, value: .uint32(1008))),
      (
        "tokenizer.ggml.bos_token_id",
        .set(key: "tokenizer.ggml.bos_token_id", value: .uint32(1))
      ),
      (
        "tokenizer.ggml.unknown_token_id",
        .set(key: "tokenizer.ggml.unknown_token_id", value: .uint32(0))
      ),
      ("tokenizer.ggml.padding_token_id", .remove(key: "tokenizer.ggml.padding_token_id")),
    ] {
      var file = try DoctorFile.pocket()
      file[key] = .uint32(50000)
      let finding = try #require(try file.examine().finding(key))
      #expect(finding.severity == .error)
      #expect(finding.repairs == [mended])
      #expect(try file.mend().isHealthy)
    }
  }

  @Test("A missing end of turn is noted, and a wrong one an error")
  func findsWrongTurnEnd() throws {
    var file = try DoctorFile.pocket()
    file[Self.eot] = nil
    #expect(try file.examine().finding(Self.eot)?.severity == .note)
    #expect(try file.mend().subjects.isEmpty)
    file[Self.eot] = .uint32(1018)
    #expect(try file.examine().finding(Self.eot)?.severity == .error)
    #expect(try file.mend().subjects.isEmpty)
  }

  @Test("Phi-4 ends turns with <|im_end|>, Phi-4-mini with <|end|>")
  func knowsTheFamilies() throws {
    for (vocabulary, template, mark) in [
      ("dbrx", BuiltinSource.phi4, "<|im_end|>"), ("gpt-4o", BuiltinSource.phi4Mini, "<|end|>"),
    ] {
      var file = try DoctorFile.pocket(vocabulary: vocabulary, template: template)
      file[Self.eot] = .uint32(3)
      let finding = try #require(try file.examine().finding(Self.eot))
      #expect(finding.found.contains(mark))
      #expect(finding.severity == .error)
    }
  }

  @Test("Marks that are typed as text are named, and mended")
  func findsMarksAsText() throws {
    var file = try DoctorFile.pocket()
    let key = "tokenizer.ggml.token_type"
    guard case .array(let array) = file[key], let types = array.integers else {
      Issue.record("no kinds")
      return
    }
    var kinds = types.map { Int32($0) }
    kinds[1015] = 1
    file[key] = .integers(kinds)
    let finding = try #require(try file.examine().finding(key))
    #expect(finding.severity == .error)
    #expect(finding.found.contains("<|end|>"))
    #expect(try file.mend().subjects.isEmpty)
    kinds[1015] = 4
    file[key] = .integers(kinds)
    #expect(try file.examine().finding(key)?.severity == .warning)
  }

  @Test("A splitter of another family is named")
  func findsWrongSplitter() throws {
    for (vocabulary, template, right) in [
      ("dbrx", BuiltinSource.phi4, "dbrx"), ("gpt-4o", BuiltinSource.phi4Mini, "gpt-4o"),
    ] {
      for wrong in [MetadataValue.text("gpt-2"), .text("default"), nil] {
        var file = try DoctorFile.pocket(vocabulary: vocabulary, template: template)
        file["tokenizer.ggml.pre"] = wrong
        let finding = try #require(try file.examine().finding("tokenizer.ggml.pre"))
        #expect(finding.remedy.contains("'\(right)'"))
      }
    }
  }

  @Test("Missing and short lists, tokens there twice, and too many tokens are errors")
  func findsBrokenLists() throws {
    let changes: [(key: String, value: MetadataValue?)] = [
      ("tokenizer.ggml.scores", nil),
      ("tokenizer.ggml.scores", .floats([1, 2])),
      ("tokenizer.ggml.token_type", .integers([1])),
      ("tokenizer.ggml.tokens", nil),
      ("tokenizer.ggml.tokens", .strings((0..<1024).map { "t\($0 / 2)" })),
      ("tokenizer.ggml.model", .text("bert")),
    ]
    for (key, value) in changes {
      var file = try DoctorFile.pocket()
      file[key] = value
      #expect(try file.examine().finding(key)?.severity == .error, "\(key)")
    }
    var file = try DoctorFile.pocket(vocabulary: "dbrx")
    file["tokenizer.ggml.merges"] = nil
    #expect(try file.examine().finding("tokenizer.ggml.merges")?.severity == .error)
    file["tokenizer.ggml.merges"] = .strings(["a qqqq"])
    #expect(try file.examine().finding("the tokenizer")?.severity == .error)
    file = try .pocket()
    let place = try file.place("token_embd.weight")
    file.tensors[place].shape[1] = 1000
    file.tensors[place].bytes.removeLast(24 * file.tensors[place].bytes.count / 1024)
    #expect(try file.examine().finding("tokenizer.ggml.tokens")?.severity == .error)
  }

  @Test("SentencePiece without add_bos_token is noted, and mended")
  func findsMissingBOSFlag() throws {
    var file = try DoctorFile.pocket()
    file["tokenizer.ggml.add_bos_token"] = nil
    #expect(try file.examine().finding("tokenizer.ggml.add_bos_token")?.severity == .note)
    #expect(try file.mend().subjects.isEmpty)
  }
}
