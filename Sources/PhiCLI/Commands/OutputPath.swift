import Phidelity

/// Where a command writes a file.
enum OutputPath {
  /// The path, checked before the work begins: what cannot be written is said at once.
  ///
  /// - Throws: `UsageError` for `-`, as the file is not written from beginning to end; `GGUFError` if it
  ///   cannot be written.
  static func checked(_ path: String) throws -> String {
    guard path != "-" else {
      throw UsageError(
        description: "'-': standard output cannot take this file, which is not written in order; "
          + "'./-' is a file of that name")
    }
    try AtomicFile.check(path)
    return path
  }
}
