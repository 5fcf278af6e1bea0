import Foundation

/// How the program as a whole treats signals.
enum Signals {
  /// Makes writing to a closed pipe, or beyond the size that a file may have, an error of the write
  /// instead of the program's end.
  ///
  /// It also takes the places of standard streams that were closed, so that no file of the program
  /// gets their descriptors. Writing to such an output still fails.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    // A parent's thread may block signals, which a child inherits: Ctrl-C would do nothing.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] + FatalSignals.signals {
      sigaddset(&signals, signal)
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDONLY)
    }
  }
}
