import Foundation
import Synchronization

/// Turns Ctrl-C into a request to stop, while some work wants to be asked rather than killed.
final class Interrupt: Sendable {
  /// The process's only one, because signals belong to processes.
  static let shared = Interrupt()

  // A signal handler may only touch lock-free memory that already exists.
  private static let flag = Atomic(false)
  private let depth = Mutex((count: 0, previous: sigaction()))

  private init() {}

  /// Starts to catch SIGINT, with no request yet; every `begin` needs an `end`.
  func begin() {
    depth.withLock { state in
      state.count += 1
      guard state.count == 1 else { return }
      Self.flag.store(false, ordering: .relaxed)
      var action = sigaction()
      Self.install({ _ in Interrupt.flag.store(true, ordering: .relaxed) }, in: &action)
      sigaction(SIGINT, &action, &state.previous)
    }
  }

  /// Forgets a request, before work that it was not meant for.
  func clear() { Self.flag.store(false, ordering: .relaxed) }

  /// Gives SIGINT back to whom it belonged before the matching `begin`.
  func end() {
    depth.withLock { state in
      guard state.count > 0 else { return }
      state.count -= 1
      if state.count == 0 { sigaction(SIGINT, &state.previous, nil) }
    }
  }

  /// Does some work that waits for others, during which SIGINT is whose it was before `begin`.
  func paused<Result>(_ work: () throws -> Result) rethrows -> Result {
    exchange(isPaused: true)
    defer { exchange(isPaused: false) }
    return try work()
  }

  private func exchange(isPaused: Bool) {
    depth.withLock { state in
      guard state.count > 0 else { return }
      var action = state.previous
      if !isPaused {
        Self.install({ _ in Interrupt.flag.store(true, ordering: .relaxed) }, in: &action)
      }
      sigaction(SIGINT, &action, nil)
    }
  }

  /// Whether SIGINT came since the last outermost `begin` or `clear`.
  var isRequested: Bool { Self.flag.load(ordering: .relaxed) }

  /// Puts the handler in the field where the system keeps it.
  static func install(
    _ handler: @escaping @convention(c) (Int32) -> Void, in action: inout sigaction
  ) {
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    sigemptyset(&action.sa_mask)
    action.sa_flags = Int32(SA_RESTART)
  }

  /// Whether the action is to ignore the signal.
  static func isIgnored(_ action: sigaction) -> Bool {
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
