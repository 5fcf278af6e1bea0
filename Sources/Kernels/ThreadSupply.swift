import Platform
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How many threads the system lets the process start.
///
/// Dispatch waits for ever where it cannot start a thread, so a team asks before.
package enum ThreadSupply {
  private struct State {
    /// Threads that are known to start together.
    var proven = 1
    /// The fewest that there were where more were asked for, and how many those were.
    var shortage: (found: Int, wanted: Int)?
  }

  private static let state = Mutex(State())

  /// The largest number up to `wanted` of threads, the caller's among them, that run together.
  static func available(_ wanted: Int) -> Int {
    state.withLock { state in
      guard wanted > state.proven else { return wanted }
      let found = hasDescriptors ? 1 + start(wanted - 1) : 1
      state.proven = max(state.proven, found)
      if found < wanted { state.shortage = (found, wanted) }
      return found
    }
  }

  /// Where there were fewer threads than asked for: how many of how many.
  package static var shortage: (found: Int, wanted: Int)? { state.withLock { $0.shortage } }

  /// Whether the descriptors are free that Dispatch opens for its own use: without them it traps.
  private static var hasDescriptors: Bool {
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    for _ in 0..<4 {
      let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return false }
      opened.append(descriptor)
    }
    return true
  }

  /// Starts threads that wait for each other, and ends them; how many there were.
  private static func start(_ count: Int) -> Int {
    let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    gate.initialize(to: pthread_mutex_t())
    pthread_mutex_init(gate, nil)
    pthread_mutex_lock(gate)
    #if canImport(Darwin)
      var threads: [pthread_t?] = Array(repeating: nil, count: count)
    #else
      var threads: [pthread_t] = Array(repeating: 0, count: count)
    #endif
    var started = 0
    while started < count {
      guard !FailureInjection.fails("thread"),
        pthread_create(
          &threads[started], nil,
          { argument in
            #if canImport(Darwin)
              let gate = argument.assumingMemoryBound(to: pthread_mutex_t.self)
            #else
              let gate = argument!.assumingMemoryBound(to: pthread_mutex_t.self)
            #endif
            pthread_mutex_lock(gate)
            pthread_mutex_unlock(gate)
            return nil
          }, gate) == 0
      else { break }
      started += 1
    }
    pthread_mutex_unlock(gate)
    for thread in threads[..<started] {
      #if canImport(Darwin)
        if let thread { pthread_join(thread, nil) }
      #else
        pthread_join(thread, nil)
      #endif
    }
    pthread_mutex_destroy(gate)
    gate.deallocate()
    return started
  }
}
