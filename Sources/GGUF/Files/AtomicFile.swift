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
  /// - Parameters:
  ///   - path: The target; a link is followed, and what is there is replaced at the end.
  ///   - mode: Who may read and write it, less what the process's mask takes away.
  /// - Throws: `GGUFError` if the target is no regular file or cannot be written beside.
  public init(path: String, mode: mode_t = 0o666) throws(GGUFError) {
    self.path = try Self.target(path)
    if let descriptor = Self.openNameless(beside: self.path, mode) {
      self.descriptor = descriptor
      temporary = nil
      return
    }
    let name = Self.temporaryName(beside: self.path)
    do {
      descriptor = try SystemCall.open(file: name, O_RDWR | O_CREAT | O_EXCL, mode: mode)
    } catch  where error.code == ENOENT {
      throw GGUFError(path, "the folder \(Path.folder(path)) does not exist")
    } catch {
      throw GGUFError(path, error)
    }
    TemporaryNames.add(name)
    temporary = name
  }

  deinit {
    SystemCall.close(descriptor: descriptor)
    if let temporary, !isCommitted.withLock({ $0 }) {
      try? SystemCall.remove(temporary)
      TemporaryNames.remove(temporary)
    }
  }

  /// Writes a whole file.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: mode_t = 0o666
  ) throws(GGUFError) {
    let file = try AtomicFile(path: path, mode: mode)
    try file.write(bytes, at: 0)
    try file.commit()
  }

  /// Checks that a file can be written, before long work is done for it.
  ///
  /// - Parameter path: The target.
  /// - Throws: As `init`.
  package static func check(_ path: String) throws(GGUFError) { _ = try AtomicFile(path: path) }

  /// Gives the file its size and takes the room on the disk, so that a full disk is known at once.
  public func reserve(_ count: Int) throws(GGUFError) {
    do {
      try SystemCall.reserve(count, of: descriptor)
    } catch {
      throw GGUFError(path, "\(error), expected room for \(Bytes.text(count))")
    }
  }

  /// Writes bytes at a position; any thread may, in any order.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(GGUFError) {
    try calling(path) { () throws(SystemError) in
      try SystemCall.write(bytes, to: descriptor, at: offset)
    }
  }

  /// Writes bytes at a position.
  package func write(_ bytes: [UInt8], at offset: Int) throws(GGUFError) {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(GGUFError) in try write(buffer, at: offset) }
    }
    try result.get()
  }

  /// Makes the file durable and gives it its name.
  public func commit() throws(GGUFError) {
    try calling(path) { () throws(SystemError) in
      try SystemCall.synchronize(descriptor)
      if let temporary {
        try SystemCall.rename(temporary, to: path)
        TemporaryNames.remove(temporary)
      } else {
        try giveName()
      }
    }
    isCommitted.withLock { $0 = true }
    // The name is as durable as the file once its folder is.
    guard
      let folder = try? SystemCall.open(file: Path.folder(path), O_RDONLY | O_DIRECTORY)
    else { return }
    try? SystemCall.synchronize(folder)
    SystemCall.close(descriptor: folder)
  }

  /// Links the nameless file to its name; over an existing file by way of a name of its own, as
  /// only a rename replaces.
  private func giveName() throws(SystemError) {
    do {
      return try SystemCall.link(descriptor, to: path)
    } catch {
      guard error.code == EEXIST else { throw error }
    }
    let name = Self.temporaryName(beside: path)
    try SystemCall.link(descriptor, to: name)
    do {
      try SystemCall.rename(name, to: path)
    } catch {
      try? SystemCall.remove(name)
      throw error
    }
  }

  /// The path that is written to: a link's end.
  private static func target(_ path: String) throws(GGUFError) -> String {
    guard !path.isEmpty else {
      throw GGUFError("''", "is an empty name, expected a file to write")
    }
    let kind: FileKind
    do {
      kind = FileKind(try SystemCall.status(at: path))
    } catch  where error.code == ENOENT {
      guard !Path.endsInSlash(path) else {
        throw GGUFError(path, "ends in a slash, expected the name of a file to write")
      }
      return path
    } catch {
      throw GGUFError(path, error)
    }
    guard kind == .file else {
      throw GGUFError(path, "\(kind.description), expected a file to replace or none")
    }
    return try calling(path) { () throws(SystemError) in
      try SystemCall.checkWritable(path)
      return try SystemCall.realPath(path)
    }
  }

  /// A file without a name in the target's folder; nil where there is no such thing.
  private static func openNameless(beside path: String, _ mode: mode_t) -> Int32? {
    #if os(Linux)
      let temporaryFile: Int32 = 0o20000000 | O_DIRECTORY  // O_TMPFILE, a macro Swift cannot read.
      guard access("/proc/self/fd", X_OK) == 0 else { return nil }
      return try? SystemCall.open(file: Path.folder(path), O_RDWR | temporaryFile, mode: mode)
    #else
      return nil
    #endif
  }

  /// A name in the target's folder that nobody can foresee, short enough for every file system.
  private static func temporaryName(beside path: String) -> String {
    Path.join(Path.folder(path), ".phi-\(getpid())-\(UInt64.random(in: 0 ... .max)).part")
  }
}
