import Foundation
import GGUF
import Testing

@testable import Verification

/// Keeps nothing.
private final class Nobody: Sendable {}

@Suite("The doctor on published models")
struct DoctorPublishedTests {
  /// A file of a published model's shape, whose large tensors have no bytes.
  func findings(
    _ architecture: String, width: Int, blocks: Int, inner: Int, vocabulary: Int,
    _ metadata: [(key: String, value: MetadataValue)]
  ) throws -> [Finding] {
    var file = try DoctorFile.pocket()
    let large = ["token_embd.weight", "blk.0.ffn_down.weight"]
    file.tensors =
      large.map { .floats($0, [0]) } + [.floats("blk.\(blocks - 1).attn_norm.weight", [0])]
    file.metadata =
      [("general.architecture", .text(architecture))]
      + metadata.map { ("\(architecture).\($0.key)", $0.value) }
    return try file.withPath { path in
      let shapes = [[width, vocabulary], [inner, width]]
      let views = zip(large, shapes).map {
        TensorView(
          name: $0, type: .f32, shape: $1, bytes: UnsafeRawBufferPointer(start: nil, count: 0))
      }
      let shaped = GGUFFile(try GGUFFile(path: path), replacing: views, keeping: Nobody())
      return PublishedValueCheck.findings(in: Examination(shaped, weights: nil))
    }
  }

  /// Phi-3-mini with some keys changed.
  func mini(
    _ changes: [String: MetadataValue] = [:], without missing: String? = nil
  ) throws -> [Finding] {
    var keys: [String: MetadataValue] = [
      "context_length": .uint32(4096), "attention.head_count": .uint32(32),
      "attention.head_count_kv": .uint32(32), "rope.dimension_count": .uint32(96),
      "rope.freq_base": .float32(10000), "attention.sliding_window": .uint32(2047),
      "rope.scaling.original_context_length": .uint32(4096),
    ]
    for (key, value) in changes { keys[key] = value }
    if let missing { keys[missing] = nil }
    return try findings(
      "phi3", width: 3072, blocks: 32, inner: 8192, vocabulary: 32064,
      keys.sorted { $0.key < $1.key })
  }

  @Test("Nothing is found in files with the published numbers")
  func isSilentOnPublishedNumbers() throws {
    #expect(try mini().isEmpty)
    let extended = try mini([
      "context_length": .uint32(131072), "attention.sliding_window": .uint32(262144),
    ])
    #expect(extended.isEmpty)
    // As wide as the context: the same as the published one.
    #expect(
      try mini(["context_length": .uint32(131072), "attention.sliding_window": .uint32(131072)])
        .isEmpty)
  }

  @Test(
    "A number that is not the published one is named, and mended",
    arguments: [
      "attention.sliding_window", "rope.freq_base", "rope.dimension_count",
      "attention.head_count_kv",
    ])
  func findsWrongNumbers(key: String) throws {
    let found = try mini([key: .uint32(512)])
    #expect(found.map(\.subject) == ["phi3.\(key)"])
    #expect(found.first?.severity == .error)
    #expect(found.first?.repairs.count == 1)
  }

  @Test("A missing window matters where it is narrower than the context")
  func findsMissingWindow() throws {
    let key = "attention.sliding_window"
    let narrow = try mini(without: key)
    #expect(narrow.map(\.severity) == [.warning])
    let wide = try mini(["context_length": .uint32(131072)], without: key)
    #expect(wide.map(\.severity) == [.note])
  }

  @Test("Phi-4 has no window and a base of its own; a strange context is told")
  func knowsPhi4() throws {
    func phi4(_ window: UInt32, _ base: Float, _ context: UInt32) throws -> [String] {
      try findings(
        "phi3", width: 5120, blocks: 40, inner: 17920, vocabulary: 100352,
        [
          ("context_length", .uint32(context)), ("attention.head_count", .uint32(40)),
          ("attention.head_count_kv", .uint32(10)), ("rope.dimension_count", .uint32(128)),
          ("rope.freq_base", .float32(base)), ("attention.sliding_window", .uint32(window)),
        ]
      ).map(\.subject)
    }
    #expect(try phi4(0, 250000, 16384).isEmpty)
    #expect(try phi4(2047, 250000, 16384) == ["phi3.attention.sliding_window"])
    #expect(try phi4(0, 10000, 16384) == ["phi3.rope.freq_base"])
    #expect(try phi4(0, 250000, 2048) == ["phi3.context_length"])
  }
}
