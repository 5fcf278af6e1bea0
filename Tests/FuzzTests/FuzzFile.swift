import Foundation

/// Files that targets read which take a path.
enum FuzzFile {
  /// A folder of this process, which is in memory where the system has such a place.
  ///
  /// PHI_FUZZ_FOLDER names another, which is left to its owner.
  static let folder: String = {
    if let path = ProcessInfo.processInfo.environment["PHI_FUZZ_FOLDER"] { return path }
    let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()
    let path = "\(parent)/phi-fuzz-\(getpid())"
    mkdir(path, 0o700)
    atexit { FuzzFile.removeAll() }
    return path
  }()

  private static func removeAll() { try? FileManager.default.removeItem(atPath: folder) }

  /// Runs a body with the path of a file that holds the bytes, and removes the file.
  static func with<T>(
    _ bytes: UnsafeRawBufferPointer, name: String, _ body: (String) throws -> T
  ) rethrows -> T {
    let path = "\(folder)/\(name)"
    write(bytes, to: path)
    defer { unlink(path) }
    return try body(path)
  }

  /// Writes a new file in the place of what has the path: a map of the old one stays whole.
  static func write(_ bytes: UnsafeRawBufferPointer, to path: String) {
    unlink(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    precondition(descriptor >= 0, "\(path): \(String(cString: strerror(errno)))")
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      #if canImport(Darwin)
        let count = Darwin.write(descriptor, part.baseAddress, part.count)
      #else
        let count = Glibc.write(descriptor, part.baseAddress, part.count)
      #endif
      precondition(count > 0, "\(path): \(String(cString: strerror(errno)))")
      rest = rest.dropFirst(count)
    }
  }

  /// A path in the repository.
  static func repository(_ path: String) -> String { "\(root)/\(path)" }

  private static let root: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/")
  }()

  /// A copy of a folder of the repository, whose files may be replaced; made once.
  static func copy(of path: String, as name: String) -> String {
    let target = "\(folder)/\(name)"
    if access(target, F_OK) != 0 {
      do {
        try FileManager.default.copyItem(atPath: repository(path), toPath: target)
      } catch {
        preconditionFailure("\(path): \(error)")
      }
    }
    return target
  }

  /// A file's bytes.
  static func load(_ path: String) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      preconditionFailure("\(path): cannot be read")
    }
    return [UInt8](data)
  }
}
