import Foundation
import Phidelity

/// Describes any error in one line that is safe to print on a terminal.
enum ErrorLine {
  /// The error's own description, with control characters escaped.
  static func of(_ error: any Error) -> String {
    // Foundation's errors describe themselves for people in `localizedDescription` only.
    let foundation = error is CocoaError || error is POSIXError
    return escape(foundation ? error.localizedDescription : String(describing: error))
  }

  /// The text with control characters, line separators and directional overrides escaped.
  static func escape(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
      case "\r": escaped.append(contentsOf: "\\r".unicodeScalars)
      case "\t": escaped.append(contentsOf: "\\t".unicodeScalars)
      default:
        if let byte = Path.byte(of: scalar) {
          escaped.append(
            contentsOf: "\\x\(String(byte, radix: 16, uppercase: true))".unicodeScalars)
        } else if isUnsafe(scalar) {
          escaped.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        } else {
          escaped.append(scalar)
        }
      }
    }
    return String(escaped)
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
      true
    default: false
    }
  }
}
