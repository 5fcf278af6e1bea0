import Foundation
import Testing

@testable import GGUF
@testable import Verification

/// Rows that numpy stored, and the figures it has of them.
private struct LogitsGolden: Decodable {
  let vocabulary: Int
  let length: Int
  let stretches: Int
  let reference: Data
  let candidate: Data
  let next: [Int32]
  let rows: Data
  let blocks: [String: [Double]]

  static func load() throws -> LogitsGolden {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/logits.json")
    return try JSONDecoder().decode(LogitsGolden.self, from: Data(contentsOf: path))
  }

  var header: LogitsFileHeader {
    LogitsFileHeader(length: length, vocabulary: vocabulary, stretches: stretches)
  }

  /// The rows of one of the matrices.
  func rows(_ data: Data) -> [[Float]] {
    let values = data.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Float(bitPattern: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
    return stride(from: 0, to: values.count, by: vocabulary).map {
      Array(values[$0..<$0 + vocabulary])
    }
  }

  /// The bytes of a whole file whose tokens are all 0.
  var file: [UInt8] {
    header.bytes + Array(repeating: 0, count: 4 * length * stretches) + Array(rows)
  }
}

@Suite("Files of logits")
struct LogitsFileTests {
  private let golden: LogitsGolden

  init() throws { golden = try LogitsGolden.load() }

  private func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws
    -> Result
  {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "logits-\(UUID().uuidString)"
    ).path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  @Test("Rows are stored byte for byte as the rule says")
  func encodes() {
    let rowBytes = golden.header.rowBytes
    var found: [UInt8] = []
    for logits in golden.rows(golden.reference) {
      var row = [UInt8](repeating: 0xFF, count: rowBytes)
      let isFinite = row.withUnsafeMutableBytes { row in
        logits.withUnsafeBufferPointer { StoredLogits.encode($0, into: row) }
      }
      #expect(isFinite)
      found += row
    }
    #expect(found == Array(golden.rows))
  }

  @Test("Logits that are not finite are not stored", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) {
    var row = [UInt8](repeating: 0, count: StoredLogits.byteCount(vocabulary: 3))
    let isFinite = row.withUnsafeMutableBytes { row in
      [0, value, 1].withUnsafeBufferPointer { StoredLogits.encode($0, into: row) }
    }
    #expect(!isFinite)
  }

  @Test("The printed blocks hold numpy's figures")
  func blocks() throws {
    let report = try withFile(golden.file) { path in
      let file = try LogitsFile(path: path)
      let candidate = golden.rows(golden.candidate)
      let perStretch = golden.header.rows
      let stretches = try (0..<golden.stretches).map { stretch in
        try (0..<perStretch).map { row in
          let index = stretch * perStretch + row
          var logs = [Float](repeating: 0, count: golden.vocabulary)
          return try logs.withUnsafeMutableBufferPointer { logs in
            try file.read(row: row, of: stretch, into: logs)
            return candidate[index].withUnsafeBufferPointer {
              TokenComparison(
                reference: UnsafeBufferPointer(logs), candidate: $0, next: golden.next[index],
                floor: StoredLogits.floor)
            }
          }
        }
      }
      var report = VerifyReport(
        reference: VerifyReport.Subject(file), candidate: VerifyReport.Subject(file))
      report.comparison = VerifyReport.Comparison(
        stretches, length: golden.length, isFromFile: true)
      return report
    }
    let lines = LlamaReport.text(report).split(separator: "\n").map(String.init)
    #expect(lines.filter { $0.hasPrefix("=") }.count == 3)
    #expect(lines.filter { $0.first == " " && $0.contains("±") }.count == golden.stretches)
    var found: [String: [Double]] = [:]
    for line in lines where line.contains(": ") {
      let parts = line.split(separator: ":", maxSplits: 1)
      let name = parts[0].split(separator: " ").joined(separator: " ")
      found[name] = parts[1].split { " ±%".contains($0) }.compactMap { Double($0) }
    }
    #expect(Set(found.keys) == Set(golden.blocks.keys))
    for (name, expected) in golden.blocks {
      let values = try #require(found[name])
      #expect(values.count == expected.count)
      for (value, expected) in zip(values, expected) {
        // Half a unit of the last printed place, and float32's rounding in the file's logarithms.
        let place =
          name.hasPrefix("Cor")
          ? 0.005
          : name.hasSuffix("Δp") || name == "Same top p"
            ? 0.0005 : 0.0000005
        #expect(abs(value - expected) <= place + 2e-6 * max(1, abs(expected)), "\(name)")
      }
    }
  }

  @Test("Fewer than 100 positions give no blocks")
  func few() {
    let logits: [Float] = [0, 1, 2]
    let one = logits.withUnsafeBufferPointer {
      TokenComparison(reference: $0, candidate: $0, next: 1)
    }
    #expect(!LlamaReport.text(.made(of: [[one], [one]])).contains("="))
  }

  /// What is done to a good file, and what is said of it.
  struct Damage: CustomTestStringConvertible {
    let testDescription: String
    let message: String
    let damage: @Sendable (inout [UInt8]) -> Void

    static func field(_ offset: Int, _ value: UInt32, _ name: String, _ message: String) -> Damage {
      Damage(testDescription: name, message: message) { bytes in
        withUnsafeBytes(of: value.littleEndian) {
          bytes.replaceSubrange(offset..<offset + 4, with: $0)
        }
      }
    }

    static let all = [
      Damage(
        testDescription: "another kind",
        message: "is no file of llama.cpp's logits: expected it to begin with \"_logits_\""
      ) { $0[0] = UInt8(ascii: "G") },
      Damage(
        testDescription: "a header cut off", message: "found 19 bytes, expected a header of 20"
      ) { $0.removeSubrange(19...) },
      Damage(
        testDescription: "an end cut off",
        message:
          "found 4771 bytes, expected 4772 for 9 stretches of 28 tokens and a vocabulary of 11"
      ) { $0.removeLast() },
      .field(8, 2, "short stretches", "found stretches of 2 tokens, expected 3 to 16777216"),
      .field(
        8, .max, "endless stretches", "found stretches of 4294967295 tokens, expected 3 to 16777216"
      ),
      .field(
        12, .max, "a negative vocabulary",
        "found a vocabulary of -1 tokens, expected 1 to 16777216"),
      .field(16, 0, "no stretches", "found 0 stretches, expected at least 1"),
      .field(
        16, 0x7FFF_FFFF, "more stretches than bytes",
        "found 4772 bytes, expected 1133871365636 for 2147483647 stretches of 28 tokens and a "
          + "vocabulary of 11"),
      .field(
        20 + 4 * 30, 11, "a strange token", "stretch 1: found 11 as token 2, expected 0 to 10"),
      .field(
        20 + 4 * 28 * 9, 0x7FC0_0000, "a scale that is no number",
        "stretch 0: found a scale or least logarithm that is out of range in row 0"),
    ]
  }

  @Test("What is wrong with a file is said in one line", arguments: Damage.all)
  func malformed(damage: Damage) throws {
    var bytes = golden.file
    damage.damage(&bytes)
    try withFile(bytes) { path in
      let error = #expect(throws: GGUFError.self) {
        let file = try LogitsFile(path: path)
        for stretch in 0..<file.stretches {
          _ = try file.tokens(stretch)
          var logs = [Float](repeating: 0, count: file.vocabularySize)
          try logs.withUnsafeMutableBufferPointer {
            try file.read(row: 0, of: stretch, into: $0)
          }
        }
      }
      #expect(error?.problem == damage.message)
    }
  }
}
