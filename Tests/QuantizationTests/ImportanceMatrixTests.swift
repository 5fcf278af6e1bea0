import Foundation
import GGUF
import Testing

@testable import Quantization

@Suite("Importance matrices")
struct ImportanceMatrixTests {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("importance-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  static let matrix = ImportanceMatrix(
    entries: [
      "blk.0.attn_qkv.weight": .init(sums: [2, 4, 0], counts: [2]),
      "blk.0.ffn_up_exps.weight": .init(sums: [3, 6, 0, 0], counts: [3, 0]),
    ], datasets: ["text.txt"], chunkCount: 5, chunkLength: 512)

  @Test("What is written is read back")
  func roundTrip() throws {
    defer { remove() }
    try Self.matrix.write(to: path("a.gguf"))
    let read = try ImportanceMatrix(path: path("a.gguf"))
    #expect(read.entries == Self.matrix.entries)
    #expect(read.datasets == ["text.txt"])
    #expect(read.chunkCount == 5)
    #expect(read.chunkLength == 512)
  }

  @Test("Weights are means; an expert that nobody chose counts as the others")
  func weights() throws {
    let matrix = Self.matrix
    #expect(try matrix.weights(for: "blk.0.attn_qkv.weight", shape: [3, 7]) == [1, 2, 0])
    #expect(
      try matrix.weights(for: "blk.0.ffn_up_exps.weight", shape: [2, 5, 2]) == [1, 2, 1.5, 1.5])
    #expect(try matrix.weights(for: "other", shape: [3, 7]) == nil)
    #expect(throws: QuantizationError.self) {
      try matrix.weights(for: "blk.0.attn_qkv.weight", shape: [4, 7])
    }
  }

  @Test("Runs add up")
  func merge() throws {
    var matrix = Self.matrix
    try matrix.merge(Self.matrix)
    #expect(matrix.entries["blk.0.attn_qkv.weight"] == .init(sums: [4, 8, 0], counts: [4]))
    #expect(matrix.chunkCount == 10)
    #expect(matrix.datasets == ["text.txt"])
    var other = ImportanceMatrix(
      entries: ["blk.0.attn_qkv.weight": .init(sums: [1], counts: [1])])
    #expect(throws: QuantizationError.self) { try other.merge(Self.matrix) }
  }

  @Test("The older format is read, and never past its end")
  func legacy() throws {
    defer { remove() }
    var bytes: [UInt8] = []
    func append(_ value: Int32) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
    append(1)
    append(3)
    bytes += "abc".utf8
    append(4)
    append(2)
    for value in [Float(8), 2] {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }
    append(9)
    append(1)
    bytes += "t".utf8
    try Data(bytes).write(to: URL(fileURLWithPath: path("a.dat")))
    let read = try ImportanceMatrix(path: path("a.dat"))
    #expect(read.entries == ["abc": .init(sums: [8, 2], counts: [4])])
    #expect(read.chunkCount == 9)
    #expect(read.datasets == ["t"])
    for count in 0..<bytes.count where count != bytes.count - 9 && count != bytes.count - 5 {
      try Data(bytes[..<count]).write(to: URL(fileURLWithPath: path("b.dat")))
      #expect(throws: GGUFError.self) { try ImportanceMatrix(path: path("b.dat")) }
    }
  }
}
