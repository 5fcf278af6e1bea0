import Foundation
import Phidelity

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
    try? Self.append(Array((Self.encode(entry) + "\n").utf8), to: path)
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
    guard let file = try? ReadableFile(path), file.byteCount > 0 else { return nil }
    let start = max(0, file.byteCount - largestFile)
    guard let bytes = try? file.bytes(start..<file.byteCount) else { return nil }
    let lines = start > 0 ? bytes.drop { $0 != 0x0A } : bytes[...]
    return String(decoding: lines, as: UTF8.self)
  }

  /// Adds bytes to a regular file that only its owner may read.
  private static func append(_ bytes: [UInt8], to path: String) throws {
    let file = try SystemCall.open(
      file: path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK, mode: 0o600)
    defer { SystemCall.close(descriptor: file) }
    guard try SystemCall.status(of: file).st_mode & S_IFMT == S_IFREG else { return }
    fchmod(file, 0o600)
    try bytes.withUnsafeBytes { try SystemCall.write($0, to: file) }
  }

  /// Replaces a file that has grown by what is still kept of it.
  private func rewrite() {
    guard let path else { return }
    let text = entries.map { Self.encode($0) + "\n" }.joined()
    try? AtomicFile.write(Array(text.utf8), to: path, mode: 0o600)
  }

  /// Makes the folder and those above it, for the owner alone.
  private static func makeDirectory(of path: String) {
    var missing: [String] = []
    var folder = Path.folder(path)
    while !FileKind.exists(folder), missing.count < 64 {
      missing.append(folder)
      folder = Path.folder(folder)
    }
    for folder in missing.reversed() { try? SystemCall.makeFolder(folder, mode: 0o700) }
  }
}
