import Synchronization

/// Writes a GGUF file, or a set of split ones, whose tensors' bytes come in any order and from any
/// thread; the files appear when all of it is there.
public final class GGUFWriter: Sendable {
  /// The target.
  public let path: String
  /// The tensors, in their order.
  public let tensors: [TensorDescription]
  /// Bytes of all files.
  public let byteCount: Int

  private struct Place {
    let file: Int
    let offset: Int
  }

  private let files: [AtomicFile]
  private let places: [Place]
  private let missing: Mutex<Int>

  /// Writes the head and takes the room on the disk.
  ///
  /// - Parameters:
  ///   - path: The file; of a set, what the parts' names are made from.
  ///   - metadata: Pairs with distinct keys. `general.alignment` is followed.
  ///   - tensors: The tensors with distinct names.
  ///   - maximumBytes: Tensor bytes in one part; nil for one file.
  /// - Throws: `GGUFError` if a file cannot be written or the disk is too small.
  public init(
    path: String, metadata: [(key: String, value: MetadataValue)], tensors: [TensorDescription],
    maximumBytes: Int? = nil
  ) throws(GGUFError) {
    self.path = path
    self.tensors = tensors
    let pairs = GGUFMetadata(metadata, source: path)
    let alignment = try pairs.integer("general.alignment", in: 1...1 << 20) ?? 32
    let parts = Self.parts(tensors, maximumBytes, alignment)
    var files: [AtomicFile] = []
    var places: [Place] = []
    var total = 0
    for (number, part) in parts.enumerated() {
      var offsets: [Int] = []
      var size = 0
      for tensor in part {
        offsets.append(size)
        size += tensor.byteCount
        size += size.padding(to: alignment)
      }
      let name =
        parts.count == 1 ? path : SplitSet.name(path, number: number, count: parts.count)
      let head = HeaderBytes(
        metadata: Self.metadata(metadata, part: number, of: parts.count, tensors.count),
        tensors: part, offsets: offsets, alignment: alignment
      ).bytes
      let file = try AtomicFile(path: name)
      try file.reserve(head.count + size)
      try file.write(head, at: 0)
      files.append(file)
      places += offsets.map { Place(file: number, offset: head.count + $0) }
      total += head.count + size
    }
    self.files = files
    self.places = places
    byteCount = total
    missing = Mutex(tensors.reduce(0) { $0 + $1.byteCount })
  }

  /// Bytes of one file with the given contents.
  ///
  /// - Parameters:
  ///   - metadata: Pairs with distinct keys.
  ///   - tensors: The tensors.
  /// - Returns: Head and tensors.
  public static func size(
    metadata: [(key: String, value: MetadataValue)], tensors: [TensorDescription]
  ) -> Int {
    let value = metadata.first { $0.key == "general.alignment" }?.value.integer ?? 32
    let alignment = max(1, min(1 << 20, value))
    let head = HeaderBytes(
      metadata: metadata, tensors: tensors, offsets: tensors.map { _ in 0 }, alignment: alignment)
    return tensors.reduce(head.bytes.count) {
      $0 + $1.byteCount + $1.byteCount.padding(to: alignment)
    }
  }

  /// Writes some of a tensor's bytes, each once.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - tensor: The tensor's place in `tensors`.
  ///   - offset: Where in the tensor they go.
  /// - Throws: `GGUFError` if they cannot be written.
  public func write(
    _ bytes: UnsafeRawBufferPointer, of tensor: Int, at offset: Int
  ) throws(GGUFError) {
    let place = places[tensor]
    try files[place.file].write(bytes, at: place.offset + offset)
    missing.withLock { $0 -= bytes.count }
  }

  /// Makes the files durable and gives them their names.
  ///
  /// - Throws: `GGUFError` if not every tensor was written, or the system fails.
  public func commit() throws(GGUFError) {
    let missing = missing.withLock { $0 }
    guard missing == 0 else {
      throw GGUFError(path, "\(missing) bytes of tensors were not written")
    }
    for (index, file) in files.enumerated() {
      do throws(GGUFError) {
        try file.commit()
      } catch {
        // Parts without the others are no model.
        for complete in files[..<index] { try? SystemCall.remove(complete.path) }
        throw error
      }
    }
  }

  /// Takes tensors while they fit.
  private static func parts(
    _ tensors: [TensorDescription], _ maximumBytes: Int?, _ alignment: Int
  ) -> [[TensorDescription]] {
    guard let maximumBytes else { return [tensors] }
    var parts: [[TensorDescription]] = [[]]
    var size = 0
    for tensor in tensors {
      if size + tensor.byteCount > maximumBytes, !parts[parts.count - 1].isEmpty {
        parts.append([])
        size = 0
      }
      parts[parts.count - 1].append(tensor)
      size += tensor.byteCount + tensor.byteCount.padding(to: alignment)
    }
    return parts
  }

  /// All pairs go to the first part; every part says which one it is.
  private static func metadata(
    _ metadata: [(key: String, value: MetadataValue)], part: Int, of parts: Int, _ tensors: Int
  ) -> [(key: String, value: MetadataValue)] {
    let own = metadata.filter { !$0.key.hasPrefix("split.") }
    guard parts > 1 else { return own }
    return (part == 0 ? own : own.filter { $0.key == "general.alignment" }) + [
      ("split.no", .uint16(UInt16(part))),
      ("split.count", .uint16(UInt16(parts))),
      ("split.tensors.count", .int32(Int32(tensors))),
    ]
  }
}
