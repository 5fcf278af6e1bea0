import Foundation
import Phidelity

/// Describes any error in one line that is safe to print on a terminal.
enum ErrorLine {
  /// The error's own description, with control characters escaped.
  static func of(_ error: any Error) -> String {
    // Foundation's errors describe themselves for people in `localizedDescription` only.
    let foundation = error is CocoaError || error is POSIXError
    return (foundation ? error.localizedDescription : String(describing: error)).printable
  }
}
