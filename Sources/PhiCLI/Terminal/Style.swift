import Foundation
import Phidelity

/// How marked text looks on one descriptor: with escape sequences where that is a terminal that
/// wants them, else without.
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

  /// The text with its marks as escape sequences.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - shown: Makes the words of a run fit for the terminal.
  /// - Returns: What is written.
  func render(_ text: StyledText, _ shown: (String) -> String) -> String {
    text.runs.map { run in
      let words = shown(run.text)
      guard isEnabled, let mark = run.mark else { return words }
      let (start, end) = Self.codes(mark)
      return "\u{1B}[\(start)m\(words)\u{1B}[\(end)m"
    }.joined()
  }

  /// The parameters of SGR that begin and end a mark; the colours are the ones that read well on dark
  /// and light grounds alike.
  private static func codes(_ mark: StyledText.Mark) -> (start: Int, end: Int) {
    switch mark {
    case .bold: (1, 22)
    case .dim: (2, 22)
    case .red: (31, 39)
    case .green: (32, 39)
    case .yellow: (33, 39)
    case .cyan: (36, 39)
    }
  }
}
