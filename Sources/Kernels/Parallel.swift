import CInstructions
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A team of threads that shares out loops: the only place that knows Dispatch.
///
/// Waking a sleeping thread costs tens of microseconds, and a step through a model has hundreds of
/// loops: so the team is called together once for a step (`awake`) and spins between its loops.
/// Pieces are handed out one by one, because the machine's threads are not equally fast.
///
/// Only one thread at a time may call into a team.
public final class Parallel: @unchecked Sendable {
  /// A loop's body: the piece's index and the index of the thread that does it.
  public typealias Body = (_ piece: Int, _ worker: Int) -> Void

  /// The threads in the team, the caller's among them.
  public let threads: Int

  /// Generation (16 bits), pieces (24 bits), next piece (24 bits): one word, so that a thread that
  /// claims a piece knows which loop it belongs to.
  private let ticket = Atomic<UInt64>(0)
  private let finished = Atomic<Int>(0)
  private let epoch = Atomic<Int>(0)
  private let helpersInside = Atomic<Int>(0)
  private var body: UnsafePointer<Body>?
  private var generation: UInt64 = 0
  private var isAwake = false

  /// A team of the given number of threads, or of as many as the system starts.
  public init(threads: Int) {
    precondition(threads > 0, "a team has at least one thread")
    self.threads = ThreadSupply.available(min(threads, 1024))
  }

  /// The number of processors that the system offers.
  public static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// Runs work whose loops find the team awake.
  public func awake<Result>(_ work: () throws -> Result) rethrows -> Result {
    guard threads > 1, !isAwake else { return try work() }
    isAwake = true
    let mine = epoch.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
    for worker in 1..<threads {
      DispatchQueue.global(qos: .userInitiated).async { self.help(worker, epoch: mine) }
    }
    defer {
      epoch.wrappingAdd(1, ordering: .sequentiallyConsistent)
      // A worker's scratch is its own: none may be left inside when the next step begins.
      spin { helpersInside.load(ordering: .sequentiallyConsistent) == 0 }
      isAwake = false
    }
    return try work()
  }

  /// Calls the body once for each piece, on all threads, and returns when all are done.
  public func callAsFunction(over pieces: Int, _ body: Body) {
    guard pieces > 1, threads > 1 else {
      for piece in 0..<max(0, pieces) { body(piece, 0) }
      return
    }
    precondition(pieces < 1 << 23, "too many pieces")
    guard isAwake else { return awake { self(over: pieces, body) } }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { pointer in
        self.body = pointer
        finished.store(0, ordering: .relaxed)
        generation = (generation &+ 1) & 0xFFFF
        ticket.store(generation &<< 48 | UInt64(pieces) &<< 24, ordering: .releasing)
        work(0)
        spin { finished.load(ordering: .acquiring) == pieces }
      }
    }
  }

  /// Claims and does pieces until none is left.
  private func work(_ worker: Int) {
    while true {
      let old = ticket.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue
      let piece = Int(old & 0xFF_FFFF)
      guard piece < Int(old &>> 24 & 0xFF_FFFF) else { return }
      // The loop cannot end, nor the body go away, before this piece is counted.
      body.unsafelyUnwrapped.pointee(piece, worker)
      finished.wrappingAdd(1, ordering: .releasing)
    }
  }

  /// What the other threads do for the length of a step.
  private func help(_ worker: Int, epoch mine: Int) {
    helpersInside.wrappingAdd(1, ordering: .sequentiallyConsistent)
    var idle = 0
    while epoch.load(ordering: .sequentiallyConsistent) == mine {
      let now = ticket.load(ordering: .relaxed)
      if now & 0xFF_FFFF < now &>> 24 & 0xFF_FFFF {
        work(worker)
        idle = 0
      } else {
        Self.rest(&idle)
      }
    }
    helpersInside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
  }

  private func spin(until condition: () -> Bool) {
    var idle = 0
    while !condition() { Self.rest(&idle) }
  }

  /// A short pause; after about 20 µs without work, the processor is offered to others.
  private static func rest(_ idle: inout Int) {
    idle &+= 1
    if idle < 1000 { waitHint() } else { sched_yield() }
  }
}
