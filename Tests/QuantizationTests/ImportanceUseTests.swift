import Foundation
import GGUF
import Testing

@testable import Quantization

@Suite("What an importance matrix holds and lacks")
struct ImportanceUseTests {
  private func file() throws -> GGUFFile {
    let root = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }
    return try GGUFFile(path: root.appendingPathComponent("models/phi-pocket-f16.gguf").path)
  }

  /// Entries of all matrices of the blocks.
  private func importance(_ file: GGUFFile) -> ImportanceMatrix {
    let matrices = file.tensors.filter {
      MixRules.isQuantized(name: $0.name, shape: $0.shape) && $0.name.hasPrefix("blk.")
    }
    return ImportanceMatrix(
      entries: Dictionary(
        uniqueKeysWithValues: matrices.map {
          ($0.name, .init(sums: Array(repeating: 2, count: $0.shape[0]), counts: [2]))
        }))
  }

  private func notes(_ importance: ImportanceMatrix, _ mix: Mix = .q4_K_M) throws -> [String] {
    var options = QuantizationPlan.Options(mix)
    options.importance = importance
    return try QuantizationPlan(file(), options).notes
  }

  @Test("One that fits says nothing; gaps and strange entries are told")
  func gaps() throws {
    let file = try file()
    var importance = importance(file)
    #expect(try notes(importance).isEmpty)
    let count = importance.entries.count
    importance.entries["blk.1.ffn_up.weight"] = nil
    #expect(
      try notes(importance) == [
        "the importance matrix lacks 1 of \(count) matrices, which are quantized without it: "
          + "blk.1.ffn_up.weight"
      ])
    importance.entries["blk.77.ffn_up.weight"] = .init(sums: [1], counts: [1])
    #expect(
      try notes(importance).last
        == "the importance matrix has 1 entries that are not used: blk.77.ffn_up.weight")
    #expect(importance.gaps(in: file)?.contains("1 of \(count) matrices were never used") == true)
  }

  @Test("One of another model is refused, by name and by width")
  func others() throws {
    let other = ImportanceMatrix(
      entries: ["blk.0.attn_q.weight": .init(sums: [1], counts: [1])])
    let error = #expect(throws: QuantizationError.self) { try notes(other) }
    #expect(error?.description.contains("it is of another model") == true)
    var wrong = try importance(file())
    wrong.entries["blk.0.ffn_up.weight"] = .init(sums: [1, 2, 3], counts: [1])
    #expect(throws: QuantizationError.self) { try notes(wrong) }
    #expect(throws: QuantizationError.self) { try wrong.check(against: file(), path: "a") }
    #expect(throws: QuantizationError.self) { try other.check(against: file(), path: "a") }
  }

  @Test("Formats without blocks have no use for one")
  func floats() throws {
    var options = QuantizationPlan.Options(.bf16)
    options.importance = try importance(file())
    let plan = try QuantizationPlan(file(), options)
    #expect(!plan.encodesBlocks)
    #expect(plan.notes.isEmpty)
  }

  /// An entry, and what is wrong with it.
  struct Bad: CustomTestStringConvertible {
    let sums: [Float]
    let counts: [Float]
    let problem: String?
    var testDescription: String { "\(sums) of \(counts)" }

    static let all = [
      Bad(sums: [1, .nan], counts: [1], problem: "found nan as the sum of column 1"),
      Bad(sums: [.infinity, 1], counts: [1], problem: "found inf as the sum of column 0"),
      Bad(sums: [1, -2], counts: [1], problem: "found -2.0 as the sum of column 1"),
      Bad(sums: [1, 2], counts: [.nan], problem: "found nan as the count of expert 0"),
      Bad(sums: [1, 2], counts: [-1], problem: "found -1.0 as the count of expert 0"),
      Bad(sums: [1, 2], counts: [0], problem: "found a count of 0"),
      Bad(sums: [0, 0], counts: [0, 0], problem: "found a count of 0"),
      Bad(sums: [1, 2], counts: [1, 0], problem: "found sums for expert 1, whose count is 0"),
      Bad(sums: [1, 0], counts: [1, 0], problem: nil),
      Bad(sums: [0, 0], counts: [3], problem: nil),
    ]
  }

  @Test("Entries that can be no sums of squares are refused", arguments: Bad.all)
  func reading(bad: Bad) throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("imatrix-\(UUID().uuidString).gguf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ImportanceMatrix(entries: ["m": .init(sums: bad.sums, counts: bad.counts)]).write(to: path)
    guard let problem = bad.problem else {
      _ = try ImportanceMatrix(path: path)
      return
    }
    let error = #expect(throws: GGUFError.self) { try ImportanceMatrix(path: path) }
    #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
  }

  @Test("Formats that rows do not fit are counted in one line")
  func fallbacks() {
    let rules = MixRules(
      .q4_K_M, for: .init(blocks: 30, queriesPerKey: 3, isTied: true, hasImportance: false))
    let names = (0..<30).flatMap { block in
      ["attn_q", "attn_v", "ffn_up"].map { "blk.\(block).\($0).weight" }
    }
    let found = names.compactMap { rules.fallback(of: $0, columns: 576) }
    #expect(found.count == names.count)
    let note = FormatFallback.note(found, of: 100)
    #expect(note?.hasPrefix("90 of 100 matrices get another format") == true)
    #expect(note?.contains("Q4_K -> Q5_0") == true)
    #expect(note?.contains("Q6_K -> Q8_0") == true)
    #expect(note?.hasSuffix("(rows of 576, blocks of 256)") == true)
    #expect(names.allSatisfy { rules.fallback(of: $0, columns: 512) == nil })
    #expect(rules.fallback(of: "token_embd.weight", columns: 576)?.type == .q8_0)
    #expect(FormatFallback.note([], of: 3) == nil)
  }

  @Test("An option on formats that decides nothing is refused")
  func idleOptions() throws {
    func plan(_ change: (inout QuantizationPlan.Options) throws -> Void) throws {
      var options = QuantizationPlan.Options(.q4_0)
      try change(&options)
      _ = try QuantizationPlan(file(), options)
    }
    func override(_ pattern: String) throws -> QuantizationPlan.Override {
      try #require(.init(pattern: pattern, type: .q8_0))
    }
    let isTied = try file().tensor(named: "output.weight") == nil
    if isTied {
      #expect(throws: QuantizationError.self) { try plan { $0.outputType = .q8_0 } }
    }
    #expect(throws: QuantizationError.self) {
      try plan { $0.overrides = [try override("ffn"), try override("ffn_up")] }
    }
    try plan { $0.overrides = [try override("ffn_up"), try override("ffn")] }
    #expect(throws: QuantizationError.self) {
      try plan {
        $0.overrides = [try override("token_embd")]
        $0.embeddingType = .q8_0
      }
    }
  }
}
