import Foundation
import GGUF

/// The beginning of llama.cpp's `--kl-divergence-base` file, and the sizes that follow from it.
///
/// `"_logits_"`, the stretch's length (u32), the vocabulary (i32), the stretches (i32), all their
/// tokens (i32), and then a `StoredLogits` row for each position of each stretch's second half but
/// the last; everything little-endian.
struct LogitsFileHeader: Sendable, Equatable {
  /// Tokens in a stretch.
  let length: Int
  /// Logits in a row.
  let vocabulary: Int
  /// Stretches.
  let stretches: Int

  static let magic = Array("_logits_".utf8)
  static let fixedBytes = 20

  /// The first position of a stretch that has a row.
  var first: Int { length / 2 }
  /// Rows of a stretch.
  var rows: Int { length - 1 - first }
  /// Bytes of a row.
  var rowBytes: Int { StoredLogits.byteCount(vocabulary: vocabulary) }
  /// Where a stretch's tokens begin.
  func tokenOffset(_ stretch: Int) -> Int { Self.fixedBytes + 4 * length * stretch }
  /// Where a stretch's rows begin.
  func rowOffset(_ stretch: Int) -> Int { tokenOffset(stretches) + rows * rowBytes * stretch }
  /// Bytes of the file; nil where they cannot be counted.
  var byteCount: Int? {
    let (tokens, a) = stretches.multipliedReportingOverflow(by: 4 * length)
    let (rows, b) = stretches.multipliedReportingOverflow(by: self.rows)
    let (logits, c) = rows.multipliedReportingOverflow(by: rowBytes)
    let (sum, d) = tokens.addingReportingOverflow(logits)
    let (all, e) = sum.addingReportingOverflow(Self.fixedBytes)
    return a || b || c || d || e ? nil : all
  }

  /// The header of a file to write.
  init(length: Int, vocabulary: Int, stretches: Int) {
    self.length = length
    self.vocabulary = vocabulary
    self.stretches = stretches
  }

  /// Reads the header, and checks that the file is as long as it says.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(GGUFError) {
    guard bytes.count >= Self.magic.count, bytes.prefix(Self.magic.count).elementsEqual(Self.magic)
    else {
      throw GGUFError(
        path, "is no file of llama.cpp's logits: expected it to begin with \"_logits_\"")
    }
    guard bytes.count >= Self.fixedBytes else {
      throw GGUFError(path, "found \(bytes.count) bytes, expected a header of \(Self.fixedBytes)")
    }
    func number(_ offset: Int) -> UInt32 {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    let (length, vocabulary, stretches) = (
      number(8), Int32(bitPattern: number(12)), Int32(bitPattern: number(16))
    )
    guard (3...1 << 24).contains(length) else {
      throw GGUFError(path, "found stretches of \(length) tokens, expected 3 to \(1 << 24)")
    }
    guard (1...1 << 24).contains(vocabulary) else {
      throw GGUFError(path, "found a vocabulary of \(vocabulary) tokens, expected 1 to \(1 << 24)")
    }
    guard stretches > 0 else {
      throw GGUFError(path, "found \(stretches) stretches, expected at least 1")
    }
    self.init(length: Int(length), vocabulary: Int(vocabulary), stretches: Int(stretches))
    guard let byteCount, byteCount == bytes.count else {
      throw GGUFError(
        path,
        "found \(bytes.count) bytes, expected \(byteCount.map(String.init) ?? "more than 2^63") for "
          + "\(stretches) stretches of \(length) tokens and a vocabulary of \(vocabulary)")
    }
  }

  /// The header's bytes.
  var bytes: [UInt8] {
    var result = Self.magic
    for number in [length, vocabulary, stretches] {
      withUnsafeBytes(of: UInt32(number).littleEndian) { result += $0 }
    }
    return result
  }
}
