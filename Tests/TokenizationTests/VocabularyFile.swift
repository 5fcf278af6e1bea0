import Foundation
import GGUF

@testable import Tokenization

/// A file of metadata alone, well-formed as a file whatever the vocabulary in it.
struct VocabularyFile {
  /// A value as the file has it.
  enum Value {
    case bool(Bool)
    case int(Int32)
    case uint(UInt32)
    case text(String)
    case texts([String])
    case bytes([[UInt8]])
    case floats([Float])
    case ints([Int32])
  }

  /// Keys without `tokenizer.ggml.`, and their values.
  var values: [String: Value]

  /// The error that reading the vocabulary ends in; nil if it does not.
  func error() throws -> TokenizerError? {
    let metadata = try metadata()
    do throws(TokenizerError) {
      _ = try Tokenizer(metadata)
      return nil
    } catch {
      return error
    }
  }

  /// The file's metadata.
  func metadata() throws -> GGUFMetadata {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("vocabulary-\(UUID().uuidString).gguf").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try GGUFFile(path: path).metadata
  }

  private var bytes: [UInt8] {
    var bytes: [UInt8] = Array("GGUF".utf8)
    func add<T: FixedWidthInteger>(_ value: T) {
      withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) }
    }
    func add(_ text: some Collection<UInt8>) {
      add(UInt64(text.count))
      bytes += text
    }
    func add<T>(array: [T], type: UInt32, _ element: (T) -> Void) {
      add(UInt32(9))
      add(type)
      add(UInt64(array.count))
      array.forEach(element)
    }
    func add(_ type: UInt32, _ value: () -> Void) {
      add(type)
      value()
    }
    add(UInt32(3))
    add(UInt64(0))
    add(UInt64(values.count))
    for (key, value) in values.sorted(by: { $0.key < $1.key }) {
      add("tokenizer.ggml.\(key)".utf8)
      switch value {
      case .bool(let value): add(7) { add(UInt8(value ? 1 : 0)) }
      case .int(let value): add(5) { add(value) }
      case .uint(let value): add(4) { add(value) }
      case .text(let value): add(8) { add(value.utf8) }
      case .texts(let value): add(array: value, type: 8) { add($0.utf8) }
      case .bytes(let value): add(array: value, type: 8) { add($0) }
      case .floats(let value): add(array: value, type: 6) { add($0.bitPattern) }
      case .ints(let value): add(array: value, type: 5) { add($0) }
      }
    }
    return bytes
  }
}

extension VocabularyFile {
  /// A byte-pair vocabulary with a few pieces.
  static var bytePair: VocabularyFile {
    VocabularyFile(values: [
      "model": .text("gpt2"), "pre": .text("gpt-2"),
      "tokens": .texts(["a", "b", "ab", "Ġ", "Ġab", "<|endoftext|>"]),
      "token_type": .ints([1, 1, 1, 1, 1, 3]), "merges": .texts(["a b", "Ġ ab"]),
      "eos_token_id": .uint(5),
    ])
  }

  /// A vocabulary of SentencePiece's with a few pieces.
  static var sentencePiece: VocabularyFile {
    VocabularyFile(values: [
      "model": .text("llama"),
      "tokens": .texts(["<unk>", "<s>", "</s>", "<0x61>", "▁", "b", "▁b"]),
      "scores": .floats([0, 0, 0, 0, -2, -3, -1]), "token_type": .ints([2, 3, 3, 6, 1, 1, 1]),
    ])
  }

  /// The same with another value for a key, or without it.
  func with(_ key: String, _ value: Value?) -> VocabularyFile {
    var file = self
    file.values[key] = value
    return file
  }
}
