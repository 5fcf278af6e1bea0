/// A file that is not what its name says, recognized by its first bytes.
///
/// Downloads go wrong in a few ways: a pointer in place of a large file, a web page, a file that was
/// not finished, an archive. A message that says which one is worth more than one about the first
/// byte that is wrong.
package struct ForeignFile: CustomStringConvertible, Sendable {
  /// What the file is and what to do, after the file's name and a colon.
  package let description: String
  /// Whether no file that is what its name says begins so.
  package let isCertain: Bool

  /// How many bytes of a file's beginning are looked at.
  package static let headLength = 512

  /// Recognizes a file, or gives nil if it is none of those that are known.
  ///
  /// - Parameters:
  ///   - head: The file's first bytes, up to `headLength`.
  ///   - size: How many bytes the file has.
  ///   - isSafetensors: Whether a safetensors file is expected, whose beginning is then not foreign.
  package init?(head: some Sequence<UInt8>, size: Int, isSafetensors: Bool = false) {
    let head = Array(head.prefix(Self.headLength))
    guard let (description, isCertain) = Self.recognize(head, size),
      !isSafetensors || description != Self.safetensors
    else { return nil }
    self.description = description
    self.isCertain = isCertain
  }

  private static func recognize(_ head: [UInt8], _ size: Int) -> (String, Bool)? {
    if size == 0 { return ("is empty: the download did not finish, fetch the file again", true) }
    if let pointer = pointer(head) { return (pointer, true) }
    if let page = page(head) { return (page, true) }
    for (magic, text) in magics where head.starts(with: magic) { return (text, true) }
    if head.count > 262, head[257..<262].elementsEqual("ustar".utf8) {
      return ("is a tar archive: unpack it first", true)
    }
    if head.count >= 2, head[0] == 0x80, (2...5).contains(head[1]) { return (pickle, true) }
    if !head.isEmpty, head.allSatisfy({ $0 == 0 }) {
      return ("begins with zeros: the download did not finish, fetch the file again", false)
    }
    for (magic, text) in models where head.starts(with: magic) { return (text, false) }
    // A header's length in eight bytes, and the header, which is JSON.
    if head.count > 9, head[5..<8].allSatisfy({ $0 == 0 }), head[8] == UInt8(ascii: "{") {
      return (safetensors, false)
    }
    return nil
  }

  /// A pointer of Git LFS (github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
  private static func pointer(_ head: [UInt8]) -> String? {
    guard
      head.starts(with: "version https://git-lfs.github.com/spec/".utf8)
        || head.starts(with: "version https://hawser.github.com/spec/".utf8)
    else { return nil }
    let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
    let size = lines.first { $0.hasPrefix("size ") }.map { $0.dropFirst(5).prefix(20) } ?? ""
    let bytes = size.allSatisfy(\.isNumber) && !size.isEmpty ? " of \(size) bytes" : ""
    return "is a Git LFS pointer and not the file\(bytes) that it stands for: "
      + "run 'git lfs pull' in its folder, or download the file itself"
  }

  /// A web page, or what a server says in place of a file.
  private static func page(_ head: [UInt8]) -> String? {
    let start = head.drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF || $0 <= 0x20 }
    let text = String(decoding: start.prefix(64), as: UTF8.self).lowercased()
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") {
      return "is a web page (HTML) and not the file: download it by the link that gives the file "
        + "itself (…/resolve/main/…), with a token if the model asks for one"
    }
    let answers = [
      "entry not found", "repository not found", "invalid credentials", "access to model ",
      "invalid username or password", "not found", "{\"error\":",
    ]
    guard answers.contains(where: { text.hasPrefix($0) }) else { return nil }
    let line = String(decoding: start.prefix(80), as: UTF8.self)
    return "is a server's answer and not the file: '\(line.prefix { !$0.isNewline })'"
  }

  private static let safetensors = "is a safetensors file"
  private static let pickle =
    "is a Python pickle (a PyTorch checkpoint), which can run code and is not read: "
    + "save the model as safetensors, with save_pretrained of transformers"

  /// Files that must be unpacked, or written anew.
  private static let magics: [([UInt8], String)] = [
    ([0x1F, 0x8B], "is compressed with gzip: decompress it first"),
    ([0x28, 0xB5, 0x2F, 0xFD], "is compressed with zstd: decompress it first"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "is compressed with xz: decompress it first"),
    ([0x42, 0x5A, 0x68], "is compressed with bzip2: decompress it first"),
    ([0x37, 0x7A, 0xBC, 0xAF], "is a 7z archive: unpack it first"),
    ([0x52, 0x61, 0x72, 0x21, 0x1A], "is a RAR archive: unpack it first"),
    (
      [0x50, 0x4B, 0x03, 0x04],
      "is a ZIP archive, or a PyTorch checkpoint, which is one: unpack it, or save the model as "
        + "safetensors, with save_pretrained of transformers"
    ),
    (
      [0x89, 0x48, 0x44, 0x46], "is an HDF5 file, expected a model's weights in safetensors or GGUF"
    ),
    ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "is a NumPy array, expected a model's file"),
    ([0xFF, 0xFE], "is text in UTF-16: save it as UTF-8"),
    ([0xFE, 0xFF], "is text in UTF-16: save it as UTF-8"),
  ]

  /// Model files, each right in its own place.
  private static let models: [([UInt8], String)] = [
    (Array("GGUF".utf8), "is a GGUF file"),
    (Array("FUGG".utf8), "is a big-endian GGUF file"),
    (Array("lmgg".utf8), oldFormat), (Array("fmgg".utf8), oldFormat),
    (Array("tjgg".utf8), oldFormat), (Array("algg".utf8), oldFormat),
  ]

  private static let oldFormat =
    "is a GGML file, as they were before GGUF: convert the original model again"
}
