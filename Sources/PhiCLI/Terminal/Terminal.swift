import Foundation

/// What is known about the terminal that a descriptor leads to.
enum Terminal {
  /// Whether the environment's terminal can move its cursor.
  static func understandsEscapes(_ environment: [String: String]) -> Bool {
    guard let term = environment["TERM"] else { return false }
    return !term.isEmpty && term != "dumb"
  }

  /// The columns of the terminal, or 80 where it does not say.
  static func columns(of descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// The rows of the terminal, or 24 where it does not say.
  static func rows(of descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return 24 }
    return Int(size.ws_row)
  }
}
