import Foundation
import GGUF
import Testing

@testable import Quantization

/// A folder of the conversion tests.
struct ConvertGolden: CustomTestStringConvertible, Sendable {
  let name: String

  static let all = [
    "phi-2", "Phi-3-mini-4k-instruct", "Phi-4-mini-instruct", "Phi-mini-MoE-instruct",
    "tiny-llama-3.2-1M",
  ].map(ConvertGolden.init)

  var testDescription: String { name }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/Convert").path

  var path: String { "\(Self.folder)/\(name)" }

  private var expected: [String: Any] {
    let content = FileManager.default.contents(atPath: "\(path)/expected.json") ?? Data()
    return (try? JSONSerialization.jsonObject(with: content)) as? [String: Any] ?? [:]
  }

  var metadata: [String: Any] { expected["metadata"] as? [String: Any] ?? [:] }

  var tensors: [String: (shape: [Int], hash: String, values: [Float]?)] {
    let entries = expected["tensors"] as? [String: [String: Any]] ?? [:]
    return entries.mapValues { entry in
      (
        entry["shape"] as? [Int] ?? [], entry["hash"] as? String ?? "",
        (entry["values"] as? [Double])?.map { Float($0) }
      )
    }
  }

  var tokens: [(text: String, ids: [Int32])] {
    (expected["tokens"] as? [[String: Any]] ?? []).map { entry in
      (entry["text"] as? String ?? "", (entry["ids"] as? [Int] ?? []).map { Int32($0) })
    }
  }

  /// The folder as a file, which is gone when the file is no longer used.
  func convert(_ mix: Mix) throws -> GGUFFile {
    let model = try HuggingFaceModel(folder: path)
    let folder = try TemporaryFolder()
    let target = "\(folder.path)/model.gguf"
    try ModelFileWriter(threads: 2).write(
      model.items(mix), metadata: model.metadata(mix), to: target)
    return try GGUFFile(path: target)
  }

  /// Whether a value is the one that the reference wrote, of a list its length and hash.
  func matches(_ value: MetadataValue, _ expected: Any) -> Bool {
    switch value {
    case .string(let bytes): String(decoding: bytes, as: UTF8.self) == expected as? String
    case .bool(let bool): bool == expected as? Bool
    case .float32(let float): (expected as? Double).map { Float($0) == float } ?? false
    case .array(let array):
      array.count == (expected as? [String: Any])?["count"] as? Int
        && FNV.hash(array) == (expected as? [String: Any])?["hash"] as? String
    default: value.integer == expected as? Int
    }
  }
}

/// A folder that is gone with its last user.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "phi-convert-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The hash of Fowler, Noll and Vo in its variant 1a of 64 bits.
enum FNV {
  static func hash(_ bytes: some Sequence<UInt8>) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  static func hash(_ array: MetadataArray) -> String {
    if let strings = array.strings { return hash(strings.flatMap { $0 + [0] }) }
    if let integers = array.integers {
      return hash(integers.flatMap { withUnsafeBytes(of: Int32($0).littleEndian, Array.init) })
    }
    return hash(
      (array.floats ?? []).flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
  }
}
