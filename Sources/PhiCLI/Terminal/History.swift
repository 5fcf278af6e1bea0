import Foundation

/// The lines entered before, oldest first, kept in a file when there is a path.
///
/// The file holds one entry a line, with `\n` for a line feed and `\\` for a backslash. Whatever is
/// wrong with the file, the history still works for the session.
struct History {
  /// How many entries are kept.
  static let limit = 1000
  private static let largestFile = 4 << 20
  private static let largestEntry = 64 << 10

  private(set) var entries: [String] = []
  private let path: String?

  /// The history that the file holds, which need not exist.
  init(path: String?) {
    self.path = path.flatMap { $0.isEmpty ? nil : $0 }
    guard let path = self.path, let text = Self.read(path) else { return }
    for line in text.split(separator: "\n") { add(Self.decode(String(line))) }
    if text.utf8.count(where: { $0 == 0x0A }) > Self.limit * 2 { rewrite() }
  }

  /// Where the history is kept: `PHI_HISTORY` (empty for nowhere), else the XDG state directory.
  static func defaultPath(_ environment: [String: String]) -> String? {
    if let path = environment["PHI_HISTORY"] { return path.isEmpty ? nil : path }
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return state + "/phi/history"
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    return home + "/.local/state/phi/history"
  }

  /// Remembers an entry, unless it is blank or the one before.
  mutating func append(_ entry: String) {
    guard add(entry), let path, entry.utf8.count <= Self.largestEntry else { return }
    Self.makeDirectory(of: path)
    Self.write(Self.encode(entry) + "\n", to: path, flags: O_WRONLY | O_CREAT | O_APPEND)
  }

  /// The newest entry before `index` that contains the text, ignoring case.
  func search(_ text: String, before index: Int) -> Int? {
    guard !text.isEmpty else { return nil }
    return entries[..<min(max(index, 0), entries.count)].lastIndex {
      $0.range(of: text, options: .caseInsensitive) != nil
    }
  }

  /// The entry as one line.
  static func encode(_ entry: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in entry.unicodeScalars {
      switch scalar {
      case "\\": line.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": line.append(contentsOf: "\\n".unicodeScalars)
      default: line.append(scalar)
      }
    }
    return String(line)
  }

  /// The entry that a line holds; a backslash before anything else stands for itself.
  static func decode(_ line: String) -> String {
    var entry = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        if scalar == "n" {
          entry.append("\n")
        } else {
          entry.append("\\")
          if scalar != "\\" { entry.append(scalar) }
        }
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        entry.append(scalar)
      }
    }
    if isEscaped { entry.append("\\") }
    return PlainText.sanitize(String(entry))
  }

  @discardableResult
  private mutating func add(_ entry: String) -> Bool {
    guard entry.contains(where: { !$0.isWhitespace }), entry != entries.last else { return false }
    entries.append(entry)
    if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    return true
  }

  /// The end of a regular file, from the beginning of a line.
  private static func read(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard let size = regularSize(file), size > 0 else { return nil }
    let start = max(0, size - largestFile)
    var bytes = [UInt8](repeating: 0, count: size - start)
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress.map { $0 + filled }, $0.count - filled, off_t(start + filled))
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      filled += count
    }
    var lines = bytes[..<filled]
    if start > 0 { lines = lines.drop { $0 != 0x0A } }
    return String(decoding: lines, as: UTF8.self)
  }

  private static func regularSize(_ file: Int32) -> Int? {
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  @discardableResult
  private static func write(_ text: String, to path: String, flags: Int32) -> Bool {
    let file = open(path, flags | O_NONBLOCK | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    guard regularSize(file) != nil else { return false }
    fchmod(file, 0o600)
    return Array(text.utf8).withUnsafeBytes { Descriptor.write($0, to: file) == 0 }
  }

  /// Replaces a file that has grown by what is still kept of it.
  private func rewrite() {
    guard let path else { return }
    let temporary = "\(path).\(getpid())"
    let text = entries.map { Self.encode($0) + "\n" }.joined()
    let isWritten = Self.write(text, to: temporary, flags: O_WRONLY | O_CREAT | O_EXCL)
    if !isWritten || rename(temporary, path) != 0 { unlink(temporary) }
  }

  private static func makeDirectory(of path: String) {
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent()
    try? FileManager.default.createDirectory(
      at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }
}
