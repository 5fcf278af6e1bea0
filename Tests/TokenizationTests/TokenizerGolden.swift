import Foundation
import GGUF

@testable import Tokenization

/// A small vocabulary and what the reference packages make of texts by it.
///
/// Made by `scripts/make-tokenizer-goldens`.
struct TokenizerGolden: Decodable, Sendable {
  struct Encoded: Decodable, Sendable {
    let text: String
    let ids: [Int32]
  }

  struct Decoded: Decodable, Sendable {
    let ids: [Int32]
    /// With control tokens.
    let shown: String
    /// Without.
    let hidden: String
  }

  /// The tokens of a text with every scalar of a block.
  struct Block: Decodable, Sendable {
    let first: UInt32
    /// FNV-1a with 64 bits of the ids, in hexadecimal digits.
    let digest: String
  }

  /// The package and its version.
  let reference: String
  /// Texts whose control tokens are found.
  let cases: [Encoded]
  /// Texts whose control tokens are read as text.
  let plain: [Encoded]
  let decoded: [Decoded]
  let scalars: [Block]

  static let names = ["phi-2", "smollm", "dbrx", "qwen2", "gpt-4o", "phi-3"]

  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  init(_ name: String) throws {
    let file = Self.fixtures.appendingPathComponent("\(name).json")
    self = try JSONDecoder().decode(TokenizerGolden.self, from: Data(contentsOf: file))
  }

  /// The tokenizer of a vocabulary.
  static func tokenizer(_ name: String) throws -> Tokenizer {
    let file = fixtures.appendingPathComponent("\(name).gguf")
    return try Tokenizer(GGUFFile(path: file.path).metadata)
  }
}
