import Foundation
import Synchronization

/// A file that appears under its name when it is complete, and not at all before.
///
/// Where the system can, the file has no name until then, so that nothing is left behind even if
/// the process is killed; elsewhere it is written beside the target and renamed.
public final class AtomicFile: Sendable {
  /// Where the file will be.
  public let path: String
  private let descriptor: Int32
  private let temporary: String?
  private let isCommitted = Mutex(false)

  /// Opens a file to write.
  ///
  /// - Parameter path: The target; a link is followed, and what is there is replaced at the end.
  /// - Throws: `GGUFError` if the target is no regular file or cannot be written beside.
  public init(path: String) throws(GGUFError) {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw GGUFError(path, "is no regular file, expected one to replace or none")
      }
      guard access(path, W_OK) == 0 else { throw Self.systemError(path) }
    }
    self.path = Self.resolved(path)
    if let descriptor = Self.openNameless(beside: self.path) {
      self.descriptor = descriptor
      temporary = nil
      return
    }
    let name = Self.temporaryName(beside: self.path)
    descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.systemError(path) }
    temporary = name
  }

  deinit {
    close(descriptor)
    if let temporary, !isCommitted.withLock({ $0 }) { unlink(temporary) }
  }

  /// Gives the file its size and takes the room on the disk, so that a full disk is known at once.
  public func reserve(_ count: Int) throws(GGUFError) {
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw Self.systemError(path) }
    #if os(Linux)
      guard count > 0 else { return }
      let problem = posix_fallocate(descriptor, 0, off_t(count))
      guard problem == 0 || problem == EOPNOTSUPP || problem == EINVAL else {
        throw GGUFError(path, "needs \(count) bytes: \(String(cString: strerror(problem)))")
      }
    #endif
  }

  /// Writes bytes at a position; any thread may, in any order.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(GGUFError) {
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.systemError(path) }
      done += count
    }
  }

  /// Makes the file durable and gives it its name.
  public func commit() throws(GGUFError) {
    guard fsync(descriptor) == 0 else { throw Self.systemError(path) }
    if let temporary {
      guard rename(temporary, path) == 0 else { throw Self.systemError(path) }
    } else {
      try giveName()
    }
    isCommitted.withLock { $0 = true }
    let folder = open((path as NSString).deletingLastPathComponent.orHere, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  /// Links the nameless file to its name; over an existing file by way of a name of its own, as
  /// only a rename replaces.
  private func giveName() throws(GGUFError) {
    let own = "/proc/self/fd/\(descriptor)"
    if linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 { return }
    guard errno == EEXIST else { throw Self.systemError(path) }
    let name = Self.temporaryName(beside: path)
    guard linkat(AT_FDCWD, own, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 else {
      throw Self.systemError(path)
    }
    guard rename(name, path) == 0 else {
      let error = Self.systemError(path)
      unlink(name)
      throw error
    }
  }

  /// A file without a name in the target's folder; nil where there is no such thing.
  private static func openNameless(beside path: String) -> Int32? {
    #if os(Linux)
      let temporaryFile: Int32 = 0o20000000 | O_DIRECTORY  // O_TMPFILE, a macro Swift cannot read.
      let folder = (path as NSString).deletingLastPathComponent.orHere
      guard access("/proc/self/fd", X_OK) == 0 else { return nil }
      let descriptor = open(folder, O_RDWR | O_CLOEXEC | temporaryFile, 0o666)
      return descriptor >= 0 ? descriptor : nil
    #else
      return nil
    #endif
  }

  private static func temporaryName(beside path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    let name = (path as NSString).lastPathComponent
    return (folder as NSString).appendingPathComponent(
      ".\(name).\(getpid()).\(UInt32.random(in: 0 ... .max)).part")
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func systemError(_ path: String) -> GGUFError {
    GGUFError(path, String(cString: strerror(errno)))
  }
}

extension String {
  /// The path, or the current folder's if it is empty.
  fileprivate var orHere: String { isEmpty ? "." : self }
}
