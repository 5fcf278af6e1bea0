#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the files of a model folder may lie: in it, or among the blobs that the links of a Hugging
/// Face cache point to (`models--OWNER--NAME/snapshots/REVISION`, `models--OWNER--NAME/blobs`).
struct FolderBounds {
  private let roots: [String]

  init(_ folder: ModelFolder) {
    let path = Self.resolved(folder.path) ?? folder.path
    let cache = path.split(separator: "/snapshots/", maxSplits: 1).first.map { "\($0)/blobs/" }
    roots =
      [path == "/" ? path : path + "/"] + (path.contains("/snapshots/") ? [cache ?? path] : [])
  }

  /// Whether a path, its links followed, is within the bounds, or of no file.
  func contains(_ path: String) -> Bool {
    guard let path = Self.resolved(path) else { return true }
    return roots.contains { path.utf8.starts(with: $0.utf8) }
  }

  private static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
