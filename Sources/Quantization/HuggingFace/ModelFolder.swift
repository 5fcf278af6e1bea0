import Foundation

/// A folder as models are published on Hugging Face.
struct ModelFolder: Sendable {
  /// The folder.
  let path: String

  private static let maximumBytes = 1 << 28

  init(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw QuantizationError("\(path): no such folder")
    }
    guard isFolder.boolValue else {
      throw QuantizationError("\(path): is a file, expected a folder with config.json")
    }
    self.path = path
  }

  /// The folder's own name.
  var name: String { URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent }

  /// The path of a file in the folder.
  func path(of file: String) -> String { (path as NSString).appendingPathComponent(file) }

  /// Whether there is a file.
  func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: path(of: file)) }

  /// The names of files that end in a certain way, sorted.
  func files(endingIn suffix: String, in subfolder: String = "") -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path(of: subfolder))) ?? []
    return names.filter { $0.hasSuffix(suffix) }.sorted()
  }

  /// A file's bytes; nil if there is no such file.
  func bytes(_ file: String) throws -> [UInt8]? {
    guard has(file) else { return nil }
    let handle = try ReadableFile(path(of: file))
    guard handle.byteCount <= Self.maximumBytes else {
      throw QuantizationError(
        "\(handle.path): has \(handle.byteCount) bytes, expected at most \(Self.maximumBytes)")
    }
    return try [UInt8](unsafeUninitializedCapacity: handle.byteCount) { buffer, count in
      try handle.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
      count = buffer.count
    }
  }

  /// A file as JSON; nil if there is no such file.
  func json(_ file: String) throws -> JSON? {
    guard let bytes = try bytes(file) else { return nil }
    return try Self.parse(bytes, path(of: file))
  }

  /// A file's text; nil if there is no such file.
  func text(_ file: String) throws -> String? {
    try bytes(file).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Bytes of a file as a JSON object.
  static func parse(_ bytes: [UInt8], _ path: String) throws -> JSON {
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(JSONParser.Failure) in try JSONParser.parse(buffer) }
    }
    switch result {
    case .success(let json) where json.members != nil: return json
    case .success(let json):
      throw QuantizationError("\(path): found \(json.kind), expected a JSON object")
    case .failure(let failure):
      throw QuantizationError("\(path): no JSON: \(failure.problem) at byte \(failure.offset)")
    }
  }
}
