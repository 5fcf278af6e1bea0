import Foundation
import Synchronization

/// Keeps a terminal raw while a line is edited, and restores it however that ends.
///
/// Signals belong to the process, so there is one raw terminal at a time. Handlers touch only what
/// is allocated before they are installed.
enum RawMode {
  private struct Saved {
    var modes = termios()
    var raw = termios()
    var input: Int32 = 0
    var output: Int32 = 1
  }

  private static let fatal = [SIGTERM, SIGHUP, SIGQUIT]
  private static let notices = [SIGINT, SIGWINCH, SIGCONT]
  // Written only while `isActive` is false, and read by handlers only while it is true.
  nonisolated(unsafe) private static let saved = {
    let saved = UnsafeMutablePointer<Saved>.allocate(capacity: 1)
    saved.initialize(to: Saved())
    return saved
  }()
  nonisolated(unsafe) private static let previous = {
    let previous = UnsafeMutablePointer<sigaction>.allocate(capacity: 65)
    previous.initialize(repeating: sigaction(), count: 65)
    return previous
  }()
  private static let isActive = Atomic(false)
  private static let restoresAtExit = Atomic(false)
  private static let wakeWriter = Atomic<Int32>(-1)

  /// A descriptor that becomes readable when the terminal changed its size, the program resumed, or
  /// SIGINT came: each signal writes its number.
  static let wakeReader: Int32 = {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return -1 }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    wakeWriter.store(ends[1], ordering: .releasing)
    return ends[0]
  }()

  /// Makes the terminal raw; false when the descriptor is none.
  ///
  /// `waiting` becomes how many bytes the terminal had already treated as lines.
  static func enter(input: Int32, output: Int32, waiting: inout Int) -> Bool {
    guard !isActive.load(ordering: .acquiring) else { return false }
    var state = Saved()
    state.input = input
    state.output = output
    guard tcgetattr(input, &state.modes) == 0 else { return false }
    state.raw = state.modes
    state.raw.c_iflag &= ~tcflag_t(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON)
    state.raw.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN | ISIG)
    state.raw.c_cflag |= tcflag_t(CS8)
    withUnsafeMutableBytes(of: &state.raw.c_cc) {
      $0[Int(VMIN)] = 1
      $0[Int(VTIME)] = 0
    }
    _ = wakeReader
    saved.pointee = state
    var available: Int32 = 0
    if ioctl(input, UInt(FIONREAD), &available) == 0 { waiting = Int(available) }
    isActive.store(true, ordering: .sequentiallyConsistent)
    installHandlers()
    guard tcsetattr(input, TCSADRAIN, &saved.pointee.raw) == 0 else {
      leave()
      return false
    }
    send(pasteOn)
    if !restoresAtExit.exchange(true, ordering: .relaxed) { atexit { RawMode.restore() } }
    return true
  }

  /// Gives the terminal back as it was.
  static func leave() {
    restore()
    for signal in fatal + notices { sigaction(signal, previous + Int(signal), nil) }
  }

  /// Makes the terminal raw again after the program was stopped and resumed.
  static func reenter() {
    guard isActive.load(ordering: .acquiring) else { return }
    tcsetattr(saved.pointee.input, TCSADRAIN, &saved.pointee.raw)
    send(pasteOn)
  }

  /// Stops the program as Ctrl-Z would, with the terminal as it was, and returns once it resumes.
  static func suspend() {
    guard isActive.load(ordering: .acquiring) else { return }
    send(pasteOff)
    tcsetattr(saved.pointee.input, TCSADRAIN, &saved.pointee.modes)
    kill(0, SIGTSTP)
    reenter()
  }

  private static let pasteOn = StaticString("\u{1B}[?2004h")
  private static let pasteOff = StaticString("\u{1B}[?2004l")

  private static func send(_ sequence: StaticString) {
    let bytes = UnsafeRawBufferPointer(start: sequence.utf8Start, count: sequence.utf8CodeUnitCount)
    _ = Descriptor.write(bytes, to: saved.pointee.output)
  }

  /// Safe in a signal handler: system calls on memory that exists.
  static func restore() {
    guard isActive.exchange(false, ordering: .sequentiallyConsistent) else { return }
    send(pasteOff)
    tcsetattr(saved.pointee.input, TCSADRAIN, &saved.pointee.modes)
  }

  private static func installHandlers() {
    for signal in fatal {
      install(signal) { signal in
        RawMode.restore()
        sigaction(signal, RawMode.previous + Int(signal), nil)
        raise(signal)
      }
    }
    for signal in notices {
      install(signal) { signal in
        let code = errno
        withUnsafeBytes(of: UInt8(truncatingIfNeeded: signal)) {
          _ = Descriptor.writeOnce($0, to: RawMode.wakeWriter.load(ordering: .relaxed))
        }
        errno = code
      }
    }
  }

  private static func install(_ signal: Int32, _ handler: @escaping @convention(c) (Int32) -> Void)
  {
    let before = previous + Int(signal)
    sigaction(signal, nil, before)
    // What the program's parent had ignored, such as SIGHUP under nohup, stays ignored.
    guard !Interrupt.isIgnored(before.pointee) else { return }
    var action = sigaction()
    Interrupt.install(handler, in: &action)
    sigaction(signal, &action, nil)
  }
}
