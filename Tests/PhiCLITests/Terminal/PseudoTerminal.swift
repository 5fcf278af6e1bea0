import Foundation
import Testing

@testable import PhiCLI

/// Both sides of a pseudo terminal.
enum PseudoTerminal {
  /// Opens one; the caller closes both.
  static func make() throws -> (master: Int32, slave: Int32) {
    #if canImport(Darwin)
      let master = posix_openpt(O_RDWR | O_NOCTTY)
      try #require(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)
      let name = String(cString: try #require(ptsname(master)))
    #else
      // Glibc's module leaves out posix_openpt and its like; these are pty(7)'s own requests.
      let unlock: UInt = 0x4004_5431  // TIOCSPTLCK
      let number: UInt = 0x8004_5430  // TIOCGPTN
      let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
      var value: Int32 = 0
      try #require(master >= 0 && ioctl(master, unlock, &value) == 0)
      try #require(ioctl(master, number, &value) == 0)
      let name = "/dev/pts/\(value)"
    #endif
    let slave = open(name, O_RDWR | O_NOCTTY)
    try #require(slave >= 0)
    return (master, slave)
  }
}
