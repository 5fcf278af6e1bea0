import Foundation
import Phidelity
import Synchronization

/// One line on standard error that shows how far a long piece of work is.
///
/// It is silent where standard error is no terminal, and may be used from any thread.
final class ProgressLine: Sendable {
  private struct State {
    var shown = 0
    var last: ContinuousClock.Instant?
  }

  private static let interval = Duration.milliseconds(100)
  private let state = Mutex(State())
  private let isEnabled: Bool

  /// A line that shows nothing yet.
  init() {
    isEnabled =
      StandardError.isTerminal
      && Terminal.understandsEscapes(ProcessInfo.processInfo.environment)
  }

  /// Shows the text instead of the one before, at most ten times a second.
  func update(_ text: @autoclosure () -> String) {
    guard isEnabled else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if let last = state.last, now - last < Self.interval { return }
      state.last = now
      let columns = Terminal.columns(of: STDERR_FILENO)
      let line = DisplayWidth.prefix(of: text().printable, columns: columns - 1)
      state.shown = DisplayWidth.of(line)
      StandardError.redraw(line)
    }
  }

  /// Erases the line.
  func finish() {
    guard isEnabled else { return }
    state.withLock { state in
      if state.shown > 0 { StandardError.redraw("") }
      state = State()
    }
  }
}
