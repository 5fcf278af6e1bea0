import Kernels
import Phidelity

/// What happened around a command and is to be known at its end.
enum RunNotes {
  /// Names files that changed while they were in use, and says if there were too few threads.
  static func write() {
    for path in FileWatch.changedPaths {
      StandardError.write(
        "warning: \(path.printable) was changed during the run: the result may mix old and new "
          + "contents\n")
    }
    if let shortage = ThreadSupply.shortage {
      StandardError.write(
        "note: the system started \(shortage.found) of \(shortage.wanted) threads; ulimit -u, -v or -n "
          + "may be the limit\n")
    }
  }
}
