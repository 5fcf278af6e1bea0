import Foundation
import Phidelity
import Testing

/// A small random model, and what `transformers` gives for it; made by
/// `scripts/make-model-goldens`.
struct ModelGolden: Sendable, CustomTestStringConvertible {
  struct Case: Decodable {
    let tokens: [Int32]
    let rows: [Int]
  }
  struct Greedy: Decodable {
    let tokens: [Int32]
    let continuation: [Int32]
  }
  struct Description: Decodable {
    let vocabulary: Int
    let cases: [Case]
    let greedy: [Greedy]
  }

  let name: String
  var testDescription: String { name }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static let all: [ModelGolden] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".gguf") }.sorted().map {
      ModelGolden(name: String($0.dropLast(5)))
    }
  }()

  func model() throws -> Model {
    try Model(path: Self.folder.appendingPathComponent("\(name).gguf").path)
  }

  func description() throws -> Description {
    try JSONDecoder().decode(
      Description.self, from: Data(contentsOf: Self.folder.appendingPathComponent("\(name).json")))
  }

  func logits() throws -> [Float] {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("\(name).f32"))
    return data.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Float(bitPattern: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self).littleEndian)
      }
    }
  }
}

/// Helpers over sessions.
enum Run {
  /// Logits after each token, the prompt read in chunks of a length.
  static func logits(
    _ model: Model, _ tokens: [Int32], chunk: Int, threads: Int = 2, kernels: String? = nil
  ) throws -> [[Float]] {
    var options = SessionOptions()
    options.chunkLength = chunk
    options.threads = threads
    options.kernels = kernels
    let session = try Session(model, options)
    var rows: [[Float]] = []
    try session.appendEach(tokens) { rows.append(Array($0)) }
    return rows
  }

  /// The largest difference by the largest reference value.
  static func error(_ row: [Float], _ reference: ArraySlice<Float>) -> Float {
    let largest = reference.reduce(Float(0)) { max($0, abs($1)) }
    return zip(row, reference).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) } / largest
  }
}

@Suite struct ReferenceTests {
  @Test func goldensAreThere() { #expect(ModelGolden.all.count >= 15) }

  @Test(arguments: ModelGolden.all)
  func logitsAreTheReferences(_ golden: ModelGolden) throws {
    let model = try golden.model()
    let description = try golden.description()
    let reference = try golden.logits()
    var place = 0
    for item in description.cases {
      let rows = try Run.logits(model, item.tokens, chunk: 7)
      for row in item.rows {
        let expected = reference[place..<place + description.vocabulary]
        #expect(Run.error(rows[row], expected) < 1e-5, "row \(row) of \(item.tokens.count)")
        place += description.vocabulary
      }
    }
  }

  @Test(arguments: ModelGolden.all)
  func greedyContinuationsAreTheReferences(_ golden: ModelGolden) throws {
    let model = try golden.model()
    for greedy in try golden.description().greedy {
      let session = try Session(model)
      var options = SamplingOptions()
      options.temperature = 0
      var limits = GenerationLimits()
      limits.tokens = greedy.continuation.count
      limits.ignoresEndOfGeneration = true
      let generation = Generation(
        session, logits: try session.append(greedy.tokens),
        sampler: try Sampler(options, vocabularySize: model.vocabularySize), limits: limits)
      var tokens: [Int32] = []
      while let piece = try generation.next() {
        if let token = piece.token { tokens.append(token) }
      }
      #expect(tokens == greedy.continuation)
    }
  }
}
