import Foundation
import Phidelity

extension TextStyle {
  /// Marks for standard output: colours where it is a terminal that wants them.
  static var terminal: TextStyle {
    let style = Style(for: STDOUT_FILENO)
    return TextStyle(
      heading: { style.bold($0) }, reference: { style.colour(.green, $0) },
      candidate: { style.colour(.red, $0) }, faint: { style.dim($0) })
  }
}
