import Foundation

/// Reads whole files, of any kind that can be read from beginning to end: pipes and terminals too.
package enum FileContents {
  /// A file's bytes.
  ///
  /// A pipe is read until its writers are gone, and waited for until there is one.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: Bytes at most.
  ///   - expected: What it should be, for the error.
  /// - Returns: The bytes.
  /// - Throws: `GGUFError` if it cannot be read, is a folder, or has more bytes.
  package static func bytes(
    _ path: String, limit: Int, expecting expected: String
  ) throws(GGUFError) -> [UInt8] {
    let descriptor = try calling(path) { () throws(SystemError) in
      try SystemCall.open(file: path, O_RDONLY)
    }
    defer { SystemCall.close(descriptor: descriptor) }
    return try bytes(of: descriptor, named: path, limit: limit, expecting: expected)
  }

  /// All bytes that an open file still gives.
  package static func bytes(
    of descriptor: Int32, named path: String, limit: Int, expecting expected: String
  ) throws(GGUFError) -> [UInt8] {
    let status = try calling(path) { () throws(SystemError) in
      try SystemCall.status(of: descriptor)
    }
    let kind = FileKind(status)
    guard kind != .folder else { throw GGUFError(path, "is a folder, expected \(expected)") }
    let tooLong = GGUFError(
      path, "has more than \(Bytes.text(limit)), expected \(expected) of at most that")
    var bytes: [UInt8] = []
    if kind == .file {
      guard Int(status.st_size) <= limit else { throw tooLong }
      bytes.reserveCapacity(Int(status.st_size) + 1)
    }
    while true {
      let piece = try piece(of: descriptor, path)
      guard !piece.isEmpty else { return bytes }
      guard piece.count <= limit - bytes.count else { throw tooLong }
      bytes += piece
    }
  }

  private static func piece(of descriptor: Int32, _ path: String) throws(GGUFError) -> [UInt8] {
    var problem: SystemError?
    let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      let result = Result { () throws(SystemError) in
        try SystemCall.read(from: descriptor, into: UnsafeMutableRawBufferPointer(buffer))
      }
      switch result {
      case .success(let read): count = read
      case .failure(let error): problem = error
      }
    }
    if let problem { throw GGUFError(path, problem) }
    return piece
  }
}
