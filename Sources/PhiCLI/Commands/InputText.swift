import Foundation
import Phidelity

/// Text from files and pipes, which must be UTF-8.
enum InputText {
  /// Why there is no text.
  struct ReadError: Error, CustomStringConvertible {
    let description: String
  }

  /// A file's text.
  static func read(_ path: String) throws -> String {
    do {
      return try decode(Data(contentsOf: URL(fileURLWithPath: path)), path)
    } catch let error as ReadError {
      throw error
    } catch {
      throw ReadError(description: "\(path): cannot be read: \(error.localizedDescription)")
    }
  }

  /// All of standard input.
  static func standardInput() throws -> String {
    try decode(FileHandle.standardInput.readToEnd() ?? Data(), "standard input")
  }

  private static func decode(_ data: Data, _ name: String) throws -> String {
    guard let text = String(data: data, encoding: .utf8) else {
      throw ReadError(description: "\(name): not UTF-8 text")
    }
    return text
  }
}
