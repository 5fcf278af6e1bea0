import Foundation

/// Reads and writes of a file descriptor that no interruption breaks off.
enum Descriptor {
  /// Writes all bytes, whatever interrupts, and returns 0 or the `errno` that stopped it.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    guard let base = bytes.baseAddress else { return 0 }
    var written = 0
    while written < bytes.count {
      let count = systemWrite(descriptor, base + written, bytes.count - written)
      if count > 0 {
        written += count
        continue
      }
      let code = count == 0 ? EIO : errno
      switch code {
      case EINTR: continue
      case EAGAIN:
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wait, 1, -1)
      default: return code
      }
    }
    return 0
  }

  /// Some bytes, once there are any; nil at the end of the file and on errors.
  static func read(_ descriptor: Int32, upTo limit: Int = 1 << 16) -> [UInt8]? {
    while true {
      var code: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        let result = systemRead(descriptor, buffer.baseAddress, limit)
        code = result < 0 ? errno : 0
        count = max(result, 0)
      }
      switch code {
      case 0: return bytes.isEmpty ? nil : bytes
      case EINTR: continue
      case EAGAIN:
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&wait, 1, -1)
      default: return nil
      }
    }
  }

  /// Writes what the descriptor takes at once, as a signal handler may.
  static func writeOnce(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    return systemWrite(descriptor, base, bytes.count)
  }

  private static func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int)
    -> Int
  {
    #if canImport(Darwin)
      Darwin.write(descriptor, start, count)
    #else
      Glibc.write(descriptor, start, count)
    #endif
  }

  private static func systemRead(
    _ descriptor: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int
  ) -> Int {
    #if canImport(Darwin)
      Darwin.read(descriptor, start, count)
    #else
      Glibc.read(descriptor, start, count)
    #endif
  }
}
