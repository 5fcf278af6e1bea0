import Foundation

/// Escape sequences for text on one descriptor, empty unless that is a terminal that wants them.
struct Style: Sendable {
  private let isEnabled: Bool

  /// The style for a descriptor: `STDOUT_FILENO` or `STDERR_FILENO`.
  init(for descriptor: Int32) {
    let environment = ProcessInfo.processInfo.environment
    self.init(isTerminal: isatty(descriptor) == 1, environment: environment)
  }

  /// The style for what is known about a descriptor and the environment.
  init(isTerminal: Bool, environment: [String: String]) {
    let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    isEnabled = isTerminal && !refused && Terminal.understandsEscapes(environment)
  }

  /// The colours that read well on dark and light grounds alike.
  enum Colour: Int, Sendable {
    case red = 31
    case green, yellow, blue, magenta, cyan
  }

  /// Dimmed text.
  func dim(_ text: String) -> String { wrap(text, 2, end: 22) }

  /// Bold text.
  func bold(_ text: String) -> String { wrap(text, 1, end: 22) }

  /// Coloured text.
  func colour(_ colour: Colour, _ text: String) -> String { wrap(text, colour.rawValue, end: 39) }

  private func wrap(_ text: String, _ start: Int, end: Int) -> String {
    isEnabled && !text.isEmpty ? "\u{1B}[\(start)m\(text)\u{1B}[\(end)m" : text
  }
}
