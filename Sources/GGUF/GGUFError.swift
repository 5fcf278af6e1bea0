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
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if let byte = Path.byte(of: scalar) {
          result += "\\x\(String(byte, radix: 16, uppercase: true))"
        } else if scalar.actsOnTerminals {
          result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  /// Whether the scalar could do more on a terminal than be drawn: a C0 or C1 control, DEL, a line or
  /// paragraph separator, or a control of the text's direction.
  package var actsOnTerminals: Bool {
    // No ASCII letter needs the tables, and most text is ASCII.
    if value < 0x7F { return value < 0x20 }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    default: return properties.isBidiControl
    }
  }
}
