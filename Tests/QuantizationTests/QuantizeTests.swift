import Foundation
import GGUF
import Inference
import Testing

@testable import Quantization

@Suite("Quantizing a file")
struct QuantizeTests {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("quantize-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// The embedded model in F16, 256 wide.
  func model() throws -> GGUFFile {
    let root = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }
    return try GGUFFile(path: root.appendingPathComponent("models/phi-pocket-f16.gguf").path)
  }

  @discardableResult
  func quantize(
    _ file: GGUFFile, _ mix: Mix, to name: String, threads: Int = 2,
    _ change: (inout QuantizationPlan.Options) -> Void = { _ in }
  ) throws -> GGUFFile {
    var options = QuantizationPlan.Options(mix)
    change(&options)
    let plan = try QuantizationPlan(file, options)
    try ModelFileWriter(threads: threads).write(
      plan.items, metadata: plan.metadata, to: path(name))
    return try GGUFFile(path: path(name))
  }

  func values(_ tensor: TensorView, in file: GGUFFile) throws -> [Float] {
    let source = StoredTensor(tensor, in: file)
    var values = [Float](repeating: 0, count: tensor.elementCount)
    try values.withUnsafeMutableBufferPointer {
      try source.read(
        rows: 0..<tensor.shape.dropFirst().reduce(1, *), into: $0.baseAddress!)
    }
    return values
  }

  /// The square root of the error's energy over the signal's.
  func error(_ a: [Float], _ b: [Float]) -> Float {
    let difference = zip(a, b).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (difference / a.reduce(Float(0)) { $0 + $1 * $1 }).squareRoot()
  }

  /// The relative error that a format's bits allow on weights like these.
  static let tolerances: [TensorType: Float] = [
    .f32: 0, .f16: 0, .bf16: 3e-3, .q8_0: 6e-3, .q6_K: 0.025, .q5_K: 0.05, .q5_0: 0.06,
    .q5_1: 0.055, .q4_K: 0.09, .q4_0: 0.12, .q4_1: 0.11, .iq4_NL: 0.1, .iq4_XS: 0.1, .q3_K: 0.17,
    .q2_K: 0.3,
  ]

  @Test(
    "Every mix writes a model that opens, with weights as near as its bits allow",
    arguments: Mix.allCases)
  func everyMix(mix: Mix) throws {
    defer { remove() }
    let file = try model()
    let written = try quantize(file, mix, to: "out.gguf")
    _ = try Model(written)
    #expect(written.tensors.map(\.name) == file.tensors.map(\.name))
    #expect(written.metadata["general.file_type"] == .uint32(mix.fileType))
    for (before, after) in zip(file.tensors, written.tensors) {
      #expect(before.shape == after.shape)
      let error = try error(values(before, in: file), values(after, in: written))
      #expect(try error <= #require(Self.tolerances[after.type]), "\(before.name)")
    }
  }

  @Test("Threads do not change a bit, and what is in the format already is copied")
  func deterministic() throws {
    defer { remove() }
    let file = try model()
    let one = try quantize(file, .q4_0, to: "one.gguf", threads: 1)
    let three = try quantize(file, .q4_0, to: "three.gguf", threads: 3)
    let again = try quantize(one, .q4_0, to: "again.gguf")
    for index in one.tensors.indices {
      #expect(one.tensors[index].bytes.elementsEqual(three.tensors[index].bytes))
      #expect(one.tensors[index].bytes.elementsEqual(again.tensors[index].bytes))
    }
  }

  @Test("Overrides choose formats by name, and one that matches nothing is an error")
  func overrides() throws {
    defer { remove() }
    let file = try model()
    func override(_ pattern: String, _ type: TensorType) throws -> QuantizationPlan.Override {
      try #require(.init(pattern: pattern, type: type))
    }
    let down = try override("ffn_down", .f16)
    let written = try quantize(file, .q4_0, to: "out.gguf") {
      $0.overrides = [down]
      $0.embeddingType = .q8_0
    }
    #expect(written.tensor(named: "blk.0.ffn_down.weight")?.type == .f16)
    #expect(written.tensor(named: "blk.0.ffn_up.weight")?.type == .q4_0)
    #expect(written.tensor(named: "token_embd.weight")?.type == .q8_0)
    #expect(QuantizationPlan.Override(pattern: "(", type: .f16) == nil)
    let none = try override("nothing", .f16)
    #expect(throws: QuantizationError.self) {
      try quantize(file, .q4_0, to: "none.gguf") { $0.overrides = [none] }
    }
  }

  @Test("Quantizing twice must be asked for")
  func requantize() throws {
    defer { remove() }
    let once = try quantize(try model(), .q8_0, to: "once.gguf")
    #expect(throws: QuantizationError.self) { try quantize(once, .q4_0, to: "twice.gguf") }
    let twice = try quantize(once, .q4_0, to: "twice.gguf") { $0.allowsRequantizing = true }
    #expect(twice.tensor(named: "blk.0.ffn_up.weight")?.type == .q4_0)
  }

  @Test(
    "A weight that is no number, or too large for the format, is named, and nothing is left",
    arguments: [
      (Float.nan, Mix.q8_0, "found nan in row 1, column 2, expected finite weights"),
      (-.infinity, .bf16, "found -inf in row 1, column 2, expected finite weights"),
      (70000, .f16, "found 70000.0 in row 1, column 2, expected at most 65504 for F16"),
    ])
  func badWeights(value: Float, mix: Mix, problem: String) throws {
    defer { remove() }
    struct Source: TensorSource {
      let name = "blk.0.ffn_up.weight"
      let shape = [32, 3]
      let type = TensorType.f32
      let value: Float
      func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) {
        for index in 0..<rows.count * 32 { values[index] = 1 }
        if rows.contains(1) { values[(1 - rows.lowerBound) * 32 + 2] = value }
      }
      func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) {}
    }
    #expect(throws: QuantizationError("blk.0.ffn_up.weight: " + problem)) {
      try ModelFileWriter(threads: 2).write(
        [.init(Source(value: value), as: mix.base)], metadata: [], to: path("out.gguf"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("What matrices are multiplied with is measured: block 0 sees the normed embeddings")
  func importance() throws {
    let file = try model()
    let model = try Model(file)
    let tokens: [Int32] = (0..<40).map { Int32(($0 * 7) % 60 + 3) }
    var options = SessionOptions()
    options.threads = 2
    let measured = try ImportanceCollector(model, chunkLength: 8, options: options)
      .collect(tokens, dataset: "tokens", maximumChunks: 3)
    #expect(measured.chunkCount == 3)
    let entry = try #require(measured.entries["blk.0.attn_qkv.weight"])
    #expect(entry.counts == [24])
    let embedding = try values(#require(file.tensor(named: "token_embd.weight")), in: file)
    let gain = try values(#require(file.tensor(named: "blk.0.attn_norm.weight")), in: file)
    let width = gain.count
    var sums = [Double](repeating: 0, count: width)
    for chunk in 0..<3 {
      for place in 0..<8 {
        var token = Int(tokens[chunk * 8 + place])
        if place == 0, model.tokenizer.vocabulary.addsBOS {
          token = Int(model.tokenizer.vocabulary.bos ?? 0)
        }
        let row = embedding[token * width..<(token + 1) * width].map(Double.init)
        let square = row.reduce(0) { $0 + $1 * $1 } / Double(width)
        let scale = 1 / (square + Double(model.configuration.normEpsilon)).squareRoot()
        for column in 0..<width {
          let value = row[column] * scale * Double(gain[column])
          sums[column] += value * value
        }
      }
    }
    for column in 0..<width {
      #expect(abs(Double(entry.sums[column]) - sums[column]) < 1e-4 * (1 + sums[column]))
    }
  }
}
