import Platform

/// What is wrong with a GGUF file: one line that names the file, the key or tensor, what was found
/// and what was expected.
public struct GGUFError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The rest of the line.
  public let problem: String

  /// An error about a file.
  public init(_ path: String, _ problem: String) {
    self.path = path
    self.problem = problem
  }

  /// The line, without control characters that names in the file may hold.
  public var description: String { "\(path): \(problem)".printable }
}

extension String {
  /// The text with control characters, and a path's bytes that are no text, written as escapes, so
  /// that a terminal only shows it.
  public var printable: String {
    let hidden: Set<Unicode.GeneralCategory> = [.control, .lineSeparator, .paragraphSeparator]
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if let byte = Path.byte(of: scalar) {
          result += "\\x\(String(byte, radix: 16, uppercase: true))"
        } else if hidden.contains(scalar.properties.generalCategory)
          || scalar.properties.isBidiControl
        {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}
