import Foundation
import Phidelity

/// What becomes of signals that end the program: one line that says why, and the core dump that the
/// system makes of them.
///
/// Without this, Swift's runtime starts a debugger of its own, which takes a minute to end. Whoever
/// sets `SWIFT_BACKTRACE` wants that and gets it.
enum FatalSignals {
  /// The signals.
  static let signals = [SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGFPE]
  private static let stackBytes = 64 << 10
  // Written before the handlers are installed.
  nonisolated(unsafe) private static let previous = {
    let previous = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    previous.initialize(repeating: sigaction(), count: 65)
    return previous
  }()

  /// Installs the handlers.
  static func prepare() {
    MappedRegions.prepare()
    TemporaryNames.prepare()
    RawMode.restore()
    let keepsRuntime = getenv("SWIFT_BACKTRACE") != nil
    // The stack may be what overflowed.
    var stack = stack_t()
    stack.ss_sp = .allocate(byteCount: stackBytes, alignment: 16)
    stack.ss_size = stackBytes
    sigaltstack(&stack, nil)
    for signal in signals {
      var action = sigaction()
      sigemptyset(&action.sa_mask)
      action.sa_flags = Int32(SA_SIGINFO | SA_ONSTACK)
      install(in: &action)
      sigaction(signal, &action, previous + Int(signal))
      guard !keepsRuntime else {
        if signal != SIGBUS { sigaction(signal, previous + Int(signal), nil) }
        continue
      }
      var standard = sigaction()
      sigemptyset(&standard.sa_mask)
      previous[Int(signal)] = standard
    }
  }

  private static func install(in action: inout sigaction) {
    let handler:
      @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?)
        -> Void = { signal, info, _ in FatalSignals.handle(signal, info) }
    #if canImport(Darwin)
      action.__sigaction_u.__sa_sigaction = handler
    #else
      action.__sigaction_handler.sa_sigaction = handler
    #endif
  }

  /// Calls only what a signal handler may: system calls, on memory that exists.
  private static func handle(_ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?) {
    RawMode.restore()
    TemporaryNames.removeAll()
    if signal == SIGBUS, let address = address(info),
      let region = MappedRegions.region(holding: address)
    {
      write("error: ")
      if let path = region.printablePath {
        _ = Descriptor.writeOnce(
          UnsafeRawBufferPointer(start: path, count: strlen(path)), to: STDERR_FILENO)
      }
      write(
        region.isCutShort
          ? ": was cut short during the run\n"
          : ": cannot be read: the disk or its connection failed\n")
      _exit(1)
    }
    switch signal {
    case SIGBUS: write("error: internal error (SIGBUS)")
    case SIGILL: write("error: internal error (SIGILL)")
    case SIGTRAP: write("error: internal error (SIGTRAP)")
    case SIGABRT: write("error: internal error (SIGABRT)")
    case SIGSEGV: write("error: internal error (SIGSEGV)")
    default: write("error: internal error (SIGFPE)")
    }
    write("; please report it with the command that led to it\n")
    // Blocked until the handler returns, and then as if there had been none.
    sigaction(signal, previous + Int(signal), nil)
    raise(signal)
  }

  private static func write(_ text: StaticString) {
    _ = Descriptor.writeOnce(
      UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount),
      to: STDERR_FILENO)
  }

  /// Where the fault was; nil for a signal that somebody sent.
  private static func address(_ info: UnsafeMutablePointer<siginfo_t>?) -> UInt? {
    guard let info, info.pointee.si_code > 0 else { return nil }
    #if canImport(Darwin)
      return UInt(bitPattern: info.pointee.si_addr)
    #elseif canImport(Musl)
      return UInt(bitPattern: info.pointee.__si_fields.__sigfault.si_addr)
    #else
      return UInt(bitPattern: info.pointee._sifields._sigfault.si_addr)
    #endif
  }
}
