import Foundation

/// An open GGUF file, or a set of split ones: mapped, checked, and never copied.
public final class GGUFFile: Sendable {
  /// The file that was opened.
  public let path: String
  /// GGUF's version.
  public let version: UInt32
  /// The first file's metadata.
  public let metadata: GGUFMetadata
  /// All files' tensors, in their order.
  public let tensors: [TensorView]
  /// Bytes of all files together.
  public let byteCount: Int
  /// What is wrong with the file and was read past; a file that opens strictly has none.
  public let flaws: [GGUFFlaw]
  /// Bytes after the last tensor's, of the file that has the most.
  public let trailingBytes: Int
  /// Tensors that the directory names and the files do not hold whole.
  public let cutTensors: [String]
  /// Bytes that are missing at the ends of the files.
  public let missingBytes: Int

  /// Bytes of all tensors.
  public var tensorBytes: Int { tensors.reduce(0) { $0 + $1.bytes.count } }
  /// Values of all tensors.
  public var valueCount: Int { tensors.reduce(0) { $0 + $1.elementCount } }

  private let files: [MappedFile]
  private let paths: [String]
  /// What keeps tensors alive that lie in no file.
  private let owner: (any AnyObject & Sendable)?
  private let index: [String: Int]

  /// Opens a file, and where it is one of a split set, the others too.
  ///
  /// - Parameter path: The file; of a set, any.
  /// - Throws: `GGUFError` if a file cannot be read or is malformed.
  public convenience init(path: String) throws(GGUFError) {
    try self.init(path: path, isTolerant: false)
  }

  /// Opens a file of which some may be missing, misplaced or there twice: `flaws` says what, and
  /// tensors that the file does not hold are left out.
  ///
  /// - Parameter path: The file; of a set, any.
  /// - Throws: `GGUFError` if there is nothing to read, or no telling what comes next.
  public convenience init(damaged path: String) throws(GGUFError) {
    try self.init(path: path, isTolerant: true)
  }

  private init(path: String, isTolerant: Bool) throws(GGUFError) {
    self.path = path
    let first = try MappedFile(path: path)
    let header = try GGUFHeader(path: path, first, isTolerant: isTolerant)
    let parts = try SplitSet.open(path, first, header, isTolerant: isTolerant)
    files = parts.map(\.file)
    owner = nil
    version = parts[0].header.version
    metadata = parts[0].header.metadata
    trailingBytes = parts.map(\.header.trailingBytes).max() ?? 0
    cutTensors = parts.flatMap(\.header.cutTensors)
    missingBytes = parts.reduce(0) { $0 + $1.header.missingBytes }
    paths = parts.map(\.path)
    var tensors: [TensorView] = []
    var flaws = FlawList(isTolerant: isTolerant, flaws: parts.flatMap(\.header.flaws))
    byteCount = parts.reduce(0) { $0 + $1.file.bytes.count }
    var index: [String: Int] = [:]
    for tensor in parts.flatMap(\.header.tensors) {
      guard index[tensor.name] == nil else {
        try flaws.add(
          .repeatedTensor,
          GGUFError(path, "\(tensor.name): the tensor is in two files of the set"))
        continue
      }
      index[tensor.name] = tensors.count
      tensors.append(tensor)
    }
    self.index = index
    self.tensors = tensors
    self.flaws = flaws.flaws
  }

  /// The same file with other tensors in the place of some.
  ///
  /// - Parameters:
  ///   - base: The file.
  ///   - tensors: Tensors whose names the file has.
  ///   - owner: What keeps their bytes alive.
  public init(
    _ base: GGUFFile, replacing tensors: [TensorView], keeping owner: any AnyObject & Sendable
  ) {
    path = base.path
    version = base.version
    metadata = base.metadata
    files = base.files
    index = base.index
    self.owner = owner
    var all = base.tensors
    for tensor in tensors {
      if let place = base.index[tensor.name] { all[place] = tensor }
    }
    self.tensors = all
    byteCount = base.byteCount
    flaws = base.flaws
    trailingBytes = base.trailingBytes
    cutTensors = base.cutTensors
    missingBytes = base.missingBytes
    paths = base.paths
  }

  /// Each file and its bytes.
  var fileBytes: [(path: String, bytes: UnsafeRawBufferPointer)] {
    zip(paths, files).map { ($0, $1.bytes) }
  }

  /// The tensor of a name.
  public func tensor(named name: String) -> TensorView? { index[name].map { tensors[$0] } }
}
