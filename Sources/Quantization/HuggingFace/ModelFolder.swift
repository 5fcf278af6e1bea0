import GGUF

/// A folder as models are published on Hugging Face.
struct ModelFolder: Sendable {
  /// The folder.
  let path: String

  private static let maximumBytes = 1 << 28

  init(_ path: String) throws {
    guard let kind = FileKind.at(path) else { throw QuantizationError("\(path): no such folder") }
    guard kind == .folder else {
      throw QuantizationError("\(path): \(kind.description), expected a folder with config.json")
    }
    do {
      _ = try SystemCall.names(in: path)
    } catch {
      throw QuantizationError("\(path): \(error)")
    }
    self.path = path
  }

  /// The folder's own name.
  var name: String {
    let name = Path.name(path)
    guard name == "." || name == "..", let real = try? SystemCall.realPath(path) else {
      return name
    }
    return Path.name(real)
  }

  /// The path of a file in the folder.
  func path(of file: String) -> String { Path.join(path, file) }

  /// Whether there is a file; one that may not be seen counts, so that reading it says why.
  func has(_ file: String) -> Bool { !FileKind.isMissing(path(of: file)) }

  /// The first file that a program left which did not finish downloading, if there is one.
  var unfinished: String? {
    [".incomplete", ".part", ".partial", ".crdownload", ".download", ".aria2", ".tmp"].lazy
      .compactMap { files(endingIn: $0).first }.first
  }

  /// The names of files that end in a certain way, sorted.
  func files(endingIn suffix: String, in subfolder: String = "") -> [String] {
    let names = (try? SystemCall.names(in: path(of: subfolder))) ?? []
    return names.filter { $0.hasSuffix(suffix) }.sorted()
  }

  /// A file's bytes; nil if there is no such file.
  func bytes(_ file: String) throws -> [UInt8]? {
    guard has(file) else { return nil }
    let handle = try ReadableFile(path(of: file))
    if let foreign = try handle.foreign(), foreign.isCertain {
      throw QuantizationError("\(handle.path): \(foreign)")
    }
    guard handle.byteCount <= Self.maximumBytes else {
      throw QuantizationError(
        "\(handle.path): has \(handle.byteCount) bytes, expected at most \(Self.maximumBytes)")
    }
    return try handle.bytes(0..<handle.byteCount)
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
      if let foreign = ForeignFile(head: bytes, size: bytes.count) {
        throw QuantizationError("\(path): \(foreign); expected JSON")
      }
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        throw QuantizationError(
          "\(path): begins with a byte order mark: save it as UTF-8 without one")
      }
      throw QuantizationError("\(path): no JSON: \(failure.problem) at byte \(failure.offset)")
    }
  }
}
