import Foundation
import GGUF
import Inference

/// A reference's logits over a text, from llama.cpp's `--kl-divergence-base` file, which is mapped.
public final class LogitsFile: Sendable {
  /// The file.
  public let path: String
  private let header: LogitsFileHeader
  private let file: MappedFile

  /// Opens a file and checks its sizes.
  ///
  /// - Parameter path: The file.
  /// - Throws: `GGUFError` if it is none of its kind, or not as long as it says.
  public init(path: String) throws(GGUFError) {
    self.path = path
    file = try MappedFile(path: path, expecting: "a file of llama.cpp's logits")
    header = try LogitsFileHeader(file.bytes, path: path)
  }

  /// Tokens in a stretch.
  public var length: Int { header.length }
  /// Logits of a position.
  public var vocabularySize: Int { header.vocabulary }
  /// Stretches.
  public var stretches: Int { header.stretches }
  /// Bytes of the file.
  public var byteCount: Int { file.bytes.count }
  /// The first position of a stretch that has logits; the last of the stretch has none.
  public var first: Int { header.first }

  /// Checks that a model can read the file's tokens.
  ///
  /// - Parameter candidate: The model.
  /// - Throws: `GGUFError` if the vocabulary is of another size or the context too short.
  public func check(_ candidate: Model) throws(GGUFError) {
    guard candidate.vocabularySize == vocabularySize else {
      throw GGUFError(
        path,
        "found a vocabulary of \(vocabularySize) tokens, expected \(candidate.vocabularySize) as in "
          + candidate.file.path)
    }
    let context = candidate.configuration.contextLength
    guard length <= context else {
      throw GGUFError(
        path,
        "found stretches of \(length) tokens, expected at most \(context), the context of "
          + candidate.file.path)
    }
  }

  /// A stretch's tokens, as they are in the text.
  ///
  /// - Parameter stretch: Which one.
  /// - Returns: As many as `length`.
  /// - Throws: `GGUFError` if one is not of the vocabulary.
  public func tokens(_ stretch: Int) throws(GGUFError) -> [Int32] {
    var tokens: [Int32] = []
    tokens.reserveCapacity(length)
    for index in 0..<length {
      let token = Int32(
        littleEndian: file.bytes.loadUnaligned(
          fromByteOffset: header.tokenOffset(stretch) + 4 * index, as: Int32.self))
      guard token >= 0, token < vocabularySize else {
        throw GGUFError(
          path,
          "stretch \(stretch): found \(token) as token \(index), expected 0 to \(vocabularySize - 1)"
        )
      }
      tokens.append(token)
    }
    return tokens
  }

  /// Reads what the reference said at a position.
  ///
  /// - Parameters:
  ///   - row: The position, counted from `first`.
  ///   - stretch: Its stretch.
  ///   - logs: Where the logarithms of the probabilities go, `[vocabulary]`.
  /// - Throws: `GGUFError` if they can be none.
  func read(
    row: Int, of stretch: Int, into logs: UnsafeMutableBufferPointer<Float>
  ) throws(GGUFError) {
    let offset = header.rowOffset(stretch) + row * header.rowBytes
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + header.rowBytes])
    guard StoredLogits.decode(bytes, into: logs) else {
      throw GGUFError(
        path,
        "stretch \(stretch): found a scale or least logarithm that is out of range in row \(row)")
    }
    let sum = logs.reduce(0.0) { $0 + Double(exp($1)) }
    guard StoredLogits.sums.contains(sum) else {
      throw GGUFError(
        path,
        "stretch \(stretch): found probabilities that add up to \(String(format: "%.3g", sum)) in row "
          + "\(row), expected 1")
    }
  }
}
