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

  /// Bytes of all tensors.
  public var tensorBytes: Int { tensors.reduce(0) { $0 + $1.bytes.count } }
  /// Values of all tensors.
  public var valueCount: Int { tensors.reduce(0) { $0 + $1.elementCount } }

  private let files: [MappedFile]
  /// What keeps tensors alive that lie in no file.
  private let owner: (any AnyObject & Sendable)?
  private let index: [String: Int]

  /// Opens a file, and where it is one of a split set, the others too.
  ///
  /// - Parameter path: The file; of a set, any.
  /// - Throws: `GGUFError` if a file cannot be read or is malformed.
  public init(path: String) throws(GGUFError) {
    self.path = path
    let first = try MappedFile(path: path)
    let header = try GGUFHeader(path: path, first)
    let parts = try SplitSet.open(path, first, header)
    files = parts.map(\.file)
    owner = nil
    version = parts[0].header.version
    metadata = parts[0].header.metadata
    tensors = parts.flatMap(\.header.tensors)
    byteCount = parts.reduce(0) { $0 + $1.file.bytes.count }
    var index: [String: Int] = [:]
    index.reserveCapacity(tensors.count)
    for (number, tensor) in tensors.enumerated() {
      guard index.updateValue(number, forKey: tensor.name) == nil else {
        throw GGUFError(path, "\(tensor.name): the tensor is in two files of the set")
      }
    }
    self.index = index
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
  }

  /// The tensor of a name.
  public func tensor(named name: String) -> TensorView? { index[name].map { tensors[$0] } }
}
