#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's calls on files: a failure is an error, an interruption none, and a test can make each
/// of them fail.
package enum SystemCall {
  /// Opens a file.
  package static func open(
    file path: String, _ flags: Int32, mode: mode_t = 0
  ) throws(SystemError) -> Int32 {
    let path = try cString(path)
    let descriptor = Int32(
      try attempt("open", EMFILE) {
        path.withUnsafeBufferPointer { cOpen($0.baseAddress!, flags | O_CLOEXEC, mode) }
      })
    FailureInjection.opened(descriptor)
    return descriptor
  }

  /// Closes a descriptor.
  package static func close(descriptor: Int32) {
    FailureInjection.closed(descriptor)
    cClose(descriptor)
  }

  /// What a descriptor belongs to.
  package static func status(of descriptor: Int32) throws(SystemError) -> stat {
    var status = stat()
    _ = try attempt("fstat") { Int(fstat(descriptor, &status)) }
    return status
  }

  /// What a path leads to.
  package static func status(at path: String) throws(SystemError) -> stat {
    let path = try cString(path)
    var status = stat()
    _ = try attempt("stat") { Int(stat(path, &status)) }
    return status
  }

  /// Whether the process may write to what a path leads to.
  package static func checkWritable(_ path: String) throws(SystemError) {
    let path = try cString(path)
    _ = try attempt("access") { Int(access(path, W_OK)) }
  }

  /// Reads what there is, up to the buffer's size; 0 at the end.
  package static func read(
    from descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> Int {
    try attempt("read") {
      while true {
        let count = cRead(descriptor, buffer)
        guard count < 0, errno == EAGAIN else { return count }
        // Somebody else has made the pipe or terminal one that does not wait.
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, -1) >= 0 else { return -1 }
      }
    }
  }

  /// Reads what there is at a place, up to the buffer's size; 0 at the end.
  package static func read(
    from descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> Int {
    try attempt("pread") { pread(descriptor, buffer.baseAddress!, buffer.count, off_t(offset)) }
  }

  /// Writes all bytes at a place.
  package static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: Int
  ) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      let start = bytes.baseAddress! + done
      done += try attempt("pwrite", ENOSPC) {
        pwrite(descriptor, start, bytes.count - done, off_t(offset + done))
      }
    }
  }

  /// Writes all bytes to where a descriptor stands.
  package static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32
  ) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      done += try attempt("write", ENOSPC) { cWrite(descriptor, rest) }
    }
  }

  /// Gives a file its size, and where the system can takes the room on the disk.
  package static func reserve(_ count: Int, of descriptor: Int32) throws(SystemError) {
    _ = try attempt("ftruncate", ENOSPC) { Int(ftruncate(descriptor, off_t(count))) }
    #if os(Linux)
      guard count > 0 else { return }
      if FailureInjection.fails("fallocate") { throw SystemError(code: ENOSPC) }
      var code: Int32
      repeat { code = posix_fallocate(descriptor, 0, off_t(count)) } while code == EINTR
      // A file system that cannot promise room may have it all the same.
      guard code == 0 || code == EOPNOTSUPP || code == EINVAL else { throw SystemError(code: code) }
    #endif
  }

  /// Makes what was written durable.
  package static func synchronize(_ descriptor: Int32) throws(SystemError) {
    _ = try attempt("fsync") { Int(fsync(descriptor)) }
  }

  /// Gives a file another name, which may be taken.
  package static func rename(_ old: String, to new: String) throws(SystemError) {
    let (old, new) = (try cString(old), try cString(new))
    _ = try attempt("rename") { Int(cRename(old, new)) }
  }

  /// Gives the file of a descriptor a name that is free.
  package static func link(_ descriptor: Int32, to new: String) throws(SystemError) {
    let (old, new) = (try cString("/proc/self/fd/\(descriptor)"), try cString(new))
    _ = try attempt("linkat") {
      Int(linkat(AT_FDCWD, old, AT_FDCWD, new, AT_SYMLINK_FOLLOW))
    }
  }

  /// Takes a file's name away.
  package static func remove(_ path: String) throws(SystemError) {
    let path = try cString(path)
    guard unlink(path) == 0 else { throw SystemError(code: errno) }
  }

  /// Makes a folder.
  package static func makeFolder(_ path: String, mode: mode_t) throws(SystemError) {
    let path = try cString(path)
    _ = try attempt("mkdir") { Int(mkdir(path, mode)) }
  }

  /// The path without links and dots; it must lead somewhere.
  package static func realPath(_ path: String) throws(SystemError) -> String {
    let path = try cString(path)
    if FailureInjection.fails("realpath") { throw SystemError(code: EIO) }
    guard let real = realpath(path, nil) else { throw SystemError(code: errno) }
    defer { free(real) }
    return Path.string(cString: real)
  }

  /// The current folder.
  package static func currentFolder() throws(SystemError) -> String { try realPath(".") }

  /// The names in a folder, in no order, without `.` and `..`.
  package static func names(in folder: String) throws(SystemError) -> [String] {
    let path = try cString(folder)
    if FailureInjection.fails("opendir") { throw SystemError(code: EMFILE) }
    guard let stream = opendir(path) else { throw SystemError(code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 1) { Path.string(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Maps a file's bytes, read only.
  package static func map(
    _ descriptor: Int32, count: Int
  ) throws(SystemError) -> UnsafeRawBufferPointer {
    if FailureInjection.fails("mmap") { throw SystemError(code: ENOMEM) }
    guard let start = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED
    else { throw SystemError(code: errno) }
    return UnsafeRawBufferPointer(start: start, count: count)
  }

  /// Takes a map away.
  package static func unmap(_ bytes: UnsafeRawBufferPointer) {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  /// A call until nothing interrupts it; below zero is a failure.
  private static func attempt(
    _ name: StaticString, _ injected: Int32 = EIO, _ call: () -> Int
  ) throws(SystemError) -> Int {
    if FailureInjection.fails(name) { throw SystemError(code: injected) }
    while true {
      let result = call()
      if result >= 0 { return result }
      let code = errno
      guard code == EINTR else { throw SystemError(code: code) }
    }
  }

  /// A path as the system takes it; a zero inside would cut it short.
  private static func cString(_ path: String) throws(SystemError) -> [CChar] {
    let bytes = Path.bytes(path)
    guard !bytes.contains(0) else { throw SystemError(code: EINVAL) }
    return bytes.map { CChar(bitPattern: $0) } + [0]
  }
}

// The names of C where a method has the same.

private func cOpen(_ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t) -> Int {
  Int(open(path, flags, mode))
}

private func cClose(_ descriptor: Int32) { _ = close(descriptor) }

private func cRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

private func cWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

private func cRename(_ old: [CChar], _ new: [CChar]) -> Int32 { rename(old, new) }
