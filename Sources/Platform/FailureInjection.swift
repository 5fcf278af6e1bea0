import Synchronization

/// Makes one chosen allocation or system call fail, so that a test can see what becomes of it.
///
/// The choice holds for the calls of the current thread inside `run`; everywhere else, and in the
/// program, a call costs one look at a task-local value more.
package final class FailureInjection: Sendable {
  @TaskLocal private static var current: FailureInjection?

  private struct State {
    var calls: [String] = []
    var descriptors: Set<Int32> = []
  }

  private let failing: Int
  private let state = Mutex(State())

  /// A run in which one call fails.
  ///
  /// - Parameter failing: The call's place among the calls of the run, from 0; none fails if there are
  ///   fewer.
  package init(failing: Int) { self.failing = failing }

  /// Does some work, one call of which fails.
  package func run<Result>(_ work: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self, operation: work)
  }

  /// The calls made so far.
  package var calls: [String] { state.withLock { $0.calls } }
  /// The call that failed; nil if the run had too few.
  package var failedCall: String? {
    state.withLock { $0.calls.count > failing ? $0.calls[failing] : nil }
  }
  /// Descriptors that were opened and not closed.
  package var openDescriptors: Int { state.withLock { $0.descriptors.count } }

  /// Counts a call; true if it is the one that fails.
  package static func fails(_ call: StaticString) -> Bool {
    guard let current else { return false }
    return current.state.withLock { state in
      state.calls.append("\(call)")
      return state.calls.count == current.failing + 1
    }
  }

  static func opened(_ descriptor: Int32) {
    _ = current?.state.withLock { $0.descriptors.insert(descriptor) }
  }

  static func closed(_ descriptor: Int32) {
    _ = current?.state.withLock { $0.descriptors.remove(descriptor) }
  }
}
