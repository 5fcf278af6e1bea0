extension GGUFHeader {
  /// A tensor as the directory describes it.
  private struct Entry {
    let name: String
    let type: TensorType
    let shape: [Int]
    let offset: UInt64
    let byteCount: Int
  }

  /// What the directory says, held against the file.
  struct Directory {
    /// Tensors that the file holds.
    var tensors: [TensorView] = []
    /// Bytes after the last one's.
    var trailingBytes = 0
    /// Tensors that the file does not hold whole.
    var cutTensors: [String] = []
    /// Bytes that are missing at the end of the file.
    var missingBytes = 0
  }

  /// The tensors that the directory names.
  static func readTensors(
    _ path: String, _ cursor: inout ByteCursor, count: Int, alignment: Int, _ file: MappedFile,
    flaws: inout FlawList
  ) throws(GGUFError) -> Directory {
    var entries: [Entry] = []
    var names: Set<String> = []
    for number in 0..<count {
      let entry = try readEntry(path, &cursor, number)
      guard names.insert(entry.name).inserted else {
        try flaws.add(
          .repeatedTensor, GGUFError(path, "\(entry.name): the tensor comes twice"))
        continue
      }
      entries.append(entry)
    }
    var directory = Directory()
    guard !entries.isEmpty else { return directory }
    let fileEnd = file.bytes.count
    let start = padded(cursor.offset, alignment)
    var expected = 0
    var end = 0
    var endOfAll = 0
    directory.tensors.reserveCapacity(count)
    for entry in entries {
      if entry.offset != UInt64(expected) {
        try flaws.add(
          .misplacedTensor,
          GGUFError(path, "\(entry.name): offset \(entry.offset), expected \(expected)"))
        // Another offset than the expected one is followed as far as the file reaches.
        expected = Int(min(entry.offset, UInt64(max(fileEnd, expected))))
      }
      // A sum that leaves no room for more is cut there: the file ends long before.
      let last = min(start + expected + entry.byteCount, largestEnd)
      endOfAll = max(endOfAll, last)
      if last <= fileEnd {
        directory.tensors.append(
          TensorView(
            name: entry.name, type: entry.type, shape: entry.shape,
            mappedBytes: UnsafeRawBufferPointer(
              rebasing: file.bytes[start + expected..<last])))
        end = max(end, last)
      } else {
        directory.cutTensors.append(entry.name)
      }
      expected = padded(last - start, alignment)
    }
    directory.trailingBytes = fileEnd - max(end, min(start, fileEnd))
    directory.missingBytes = max(0, endOfAll - fileEnd)
    if let first = directory.cutTensors.first {
      try flaws.add(
        .missingBytes,
        GGUFError(
          path,
          "\(first): the file ends inside its data, at \(fileEnd) bytes: expected "
            + (endOfAll == largestEnd
              ? "far more" : "\(endOfAll), so that \(directory.missingBytes) are missing")
            + "; it holds \(directory.tensors.count) of \(entries.count) tensors"))
    }
    return directory
  }

  /// An end of the data that no file reaches, below which sums cannot overflow: a tensor has at most
  /// 2^56 bytes.
  private static let largestEnd = 1 << 60

  private static func readEntry(
    _ path: String, _ cursor: inout ByteCursor, _ number: Int
  ) throws(GGUFError) -> Entry {
    let bytes = try cursor.readString(limit: nameLimit, "the name of tensor \(number)")
    let name = String(decoding: bytes, as: UTF8.self)
    guard !name.isEmpty else { throw GGUFError(path, "tensor \(number) has no name") }
    let dimensions = try cursor.read(UInt32.self, "the dimensions of \(name)")
    guard dimensions <= 4 else {
      throw GGUFError(path, "\(name): \(dimensions) dimensions, expected at most 4")
    }
    var shape: [Int] = []
    for _ in 0..<dimensions {
      let dimension = try cursor.read(Int64.self, "the shape of \(name)")
      guard dimension > 0 else {
        throw GGUFError(path, "\(name): dimension \(dimension), expected a positive number")
      }
      shape.append(Int(dimension))
    }
    if shape.isEmpty { shape = [1] }
    let type = try readType(path, &cursor, name)
    return Entry(
      name: name, type: type, shape: shape,
      offset: try cursor.read(UInt64.self, "the offset of \(name)"),
      byteCount: try byteCount(path, name, type, shape))
  }

  private static func readType(
    _ path: String, _ cursor: inout ByteCursor, _ name: String
  ) throws(GGUFError) -> TensorType {
    let id = try cursor.read(UInt32.self, "the format of \(name)")
    guard let type = TensorType(rawValue: id) else {
      let removed: Set<UInt32> = [4, 5, 31, 32, 33, 36, 37, 38]
      throw GGUFError(
        path,
        removed.contains(id)
          ? "\(name): format \(id) was removed from ggml" : "\(name): format \(id) is not known")
    }
    return type
  }

  private static func byteCount(
    _ path: String, _ name: String, _ type: TensorType, _ shape: [Int]
  ) throws(GGUFError) -> Int {
    guard shape[0] % type.blockSize == 0 else {
      throw GGUFError(
        path,
        "\(name): rows of \(shape[0]) values, expected a multiple of \(type.blockSize) for "
          + type.name)
    }
    var count = shape[0] / type.blockSize
    for factor in shape.dropFirst() + [type.blockBytes] {
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= 1 << 56 else {
        throw GGUFError(path, "\(name): shape \(shape) is too large")
      }
      count = product
    }
    return count
  }

  private static func padded(_ offset: Int, _ alignment: Int) -> Int {
    (offset + alignment - 1) & ~(alignment - 1)
  }
}
