/// The part of a file before its tensors' data: version, metadata, tensor directory.
///
/// The format is specified in ggml's `docs/gguf.md`; where that is silent, the bounds are those of
/// llama.cpp's reader, whose files are all there are.
struct GGUFHeader {
  let version: UInt32
  let metadata: GGUFMetadata
  let tensors: [TensorView]
  /// What was wrong and could be read past.
  let flaws: [GGUFFlaw]
  /// Bytes after the last tensor's.
  let trailingBytes: Int
  /// Tensors that the directory names and the file does not hold whole.
  let cutTensors: [String]
  /// Bytes that are missing at the end of the file.
  let missingBytes: Int

  /// Longest key, by the specification.
  static let keyLimit = 65535
  /// Longest name of a tensor, by ggml.
  static let nameLimit = 63
  /// Longest string, and most elements of an array.
  static let lengthLimit = 1 << 30
  /// Largest alignment.
  static let alignmentLimit = 1 << 20

  init(path: String, _ file: MappedFile, isTolerant: Bool = false) throws(GGUFError) {
    var flaws = FlawList(isTolerant: isTolerant)
    if !file.bytes.starts(with: "GGUF".utf8),
      let foreign = ForeignFile(head: file.bytes, size: file.bytes.count)
    {
      throw GGUFError(path, "\(foreign)" + (foreign.isCertain ? "" : "; expected a GGUF file"))
    }
    var cursor = ByteCursor(path: path, file.bytes)
    do throws(GGUFError) {
      version = try Self.readVersion(path, &cursor)
      let tensorCount = try Self.readCount(path, &cursor, "tensors", smallest: 24)
      let pairCount = try Self.readCount(path, &cursor, "metadata pairs", smallest: 13)
      let metadata = try Self.readMetadata(
        path, &cursor, count: pairCount, owner: file, flaws: &flaws)
      self.metadata = metadata
      let directory = try Self.readTensors(
        path, &cursor, count: tensorCount, alignment: try Self.alignment(metadata), file,
        flaws: &flaws)
      tensors = directory.tensors
      trailingBytes = directory.trailingBytes
      cutTensors = directory.cutTensors
      missingBytes = directory.missingBytes
    } catch {
      // Whatever the zeros were taken for, they are what is wrong.
      guard let start = cursor.zerosBegin else { throw error }
      throw GGUFError(
        path,
        "holds nothing but zeros from byte \(start) of \(file.bytes.count) on, where its header goes "
          + "on: a download that did not complete")
    }
    self.flaws = flaws.flaws
  }

  private static func readVersion(
    _ path: String, _ cursor: inout ByteCursor
  ) throws(GGUFError) -> UInt32 {
    let magic = try cursor.read(count: 4, "the magic word")
    guard magic.elementsEqual("GGUF".utf8) else {
      let found = String(decoding: magic, as: UTF8.self)
      throw GGUFError(path, "no GGUF file: begins with '\(found)', expected 'GGUF'")
    }
    let version = try cursor.read(UInt32.self, "the version")
    guard version == 0 || version & 0xFFFF != 0 else {
      throw GGUFError(
        path, "version \(version): a big-endian file, expected a little-endian one")
    }
    guard version == 2 || version == 3 else {
      throw GGUFError(path, "version \(version), expected 2 or 3")
    }
    return version
  }

  /// A count that the file is long enough for.
  private static func readCount(
    _ path: String, _ cursor: inout ByteCursor, _ what: String, smallest: Int
  ) throws(GGUFError) -> Int {
    let count = try cursor.read(Int64.self, "the number of \(what)")
    guard count >= 0 else { throw GGUFError(path, "the number of \(what) is negative: \(count)") }
    guard count <= cursor.remaining / smallest else {
      throw GGUFError(
        path,
        "\(count) \(what) do not fit a file of \(cursor.remaining) more bytes; \(cursor.cutOff)")
    }
    return Int(count)
  }

  private static func alignment(_ metadata: GGUFMetadata) throws(GGUFError) -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard case .uint32(let alignment) = value else {
      throw GGUFError(
        metadata.source, "general.alignment: found \(value.type), expected uint32")
    }
    guard alignment > 0, alignment & (alignment - 1) == 0, alignment <= alignmentLimit else {
      throw GGUFError(
        metadata.source,
        "general.alignment: found \(alignment), expected a power of two up to \(alignmentLimit)")
    }
    return Int(alignment)
  }
}
