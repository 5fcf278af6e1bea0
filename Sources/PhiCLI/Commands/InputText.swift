import Foundation
import Phidelity

/// Text from files, pipes and arguments, which must be UTF-8.
enum InputText {
  /// Why there is no text.
  struct ReadError: Error, CustomStringConvertible {
    let description: String
  }

  /// What a text is for, which decides what of the file belongs to it.
  ///
  /// A byte order mark belongs to no text but an `exact` one.
  enum Use {
    /// A prompt: CR LF is LF, and the line end at the file's end is the file's.
    case prompt
    /// JSON or lines of it: CR LF is LF.
    case lines
    /// A text to measure on, read as llama.cpp's `-f` reads it, so that both see the same tokens: the
    /// line feed at the end is the file's, and CR LF stays.
    case measured
    /// Every byte.
    case exact
  }

  /// Texts may have as many bytes.
  private static let limit = 1 << 30

  /// A file's text, or with `-` all of standard input; Ctrl-C ends the waiting for a slow writer.
  static func read(_ path: String, as use: Use) throws -> String {
    let bytes = try Interrupt.shared.paused {
      path == "-"
        ? try FileContents.bytes(
          of: STDIN_FILENO, named: "standard input", limit: limit, expecting: "a text")
        : try FileContents.bytes(path, limit: limit, expecting: "a text")
    }
    return try text(bytes, path == "-" ? "standard input" : path, as: use)
  }

  /// A text that was given as an argument.
  static func argument(_ text: String) throws -> String {
    guard Path.isText(text) else {
      throw ReadError(description: "'\(text)': not UTF-8 text")
    }
    return text
  }

  /// The text of a file's bytes.
  static func text(_ bytes: [UInt8], _ name: String, as use: Use) throws -> String {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let rest = use != .exact && bytes.starts(with: mark) ? bytes[3...] : bytes[...]
    guard let text = String(validating: rest, as: UTF8.self) else {
      throw ReadError(description: "\(name): \(TextEncoding.problem(bytes))")
    }
    guard !TextEncoding.looksWide(bytes) else {
      throw ReadError(description: "\(name): \(TextEncoding.problem(bytes))")
    }
    switch use {
    case .exact: return text
    case .lines: return lineFeeds(text)
    case .prompt: return withoutLastLineFeed(lineFeeds(text))
    case .measured:
      if text.utf8.contains(0x0D), lineFeeds(text) != text {
        StandardError.write(
          "note: \(name.printable) has CR LF line ends, which are read as they are, as llama.cpp does\n"
        )
      }
      return withoutLastLineFeed(text)
    }
  }

  /// The text with LF for every CR LF.
  static func lineFeeds(_ text: String) -> String {
    guard text.utf8.contains(0x0D) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if byte == 0x0A, bytes.last == 0x0D { bytes.removeLast() }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func withoutLastLineFeed(_ text: String) -> String {
    guard text.utf8.last == 0x0A else { return text }
    return String(decoding: text.utf8.dropLast(), as: UTF8.self)
  }
}
