extension GGUFHeader {
  /// A tensor as the directory describes it.
  private struct Entry {
    let name: String
    let type: TensorType
    let shape: [Int]
    let offset: UInt64
    let byteCount: Int
  }

  /// The tensors, and the bytes that follow the last one's.
  static func readTensors(
    _ path: String, _ cursor: inout ByteCursor, count: Int, alignment: Int, _ file: MappedFile,
    flaws: inout FlawList
  ) throws(GGUFError) -> (tensors: [TensorView], trailing: Int) {
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
    guard !entries.isEmpty else { return ([], 0) }
    let start = padded(cursor.offset, alignment)
    // Sums cannot overflow: each size is at most the file's, and is checked before it is added.
    var expected = 0
    var end = 0
    var tensors: [TensorView] = []
    tensors.reserveCapacity(count)
    for entry in entries {
      if entry.offset != UInt64(expected) {
        try flaws.add(
          .misplacedTensor,
          GGUFError(path, "\(entry.name): offset \(entry.offset), expected \(expected)"))
        // Another offset than the expected one is followed as far as the file reaches.
        expected = Int(min(entry.offset, UInt64(file.bytes.count)))
      }
      let available = file.bytes.count - start - expected
      guard available >= entry.byteCount else {
        try flaws.add(
          .missingBytes,
          GGUFError(
            path,
            "\(entry.name): the file ends inside its data: expected \(entry.byteCount) bytes, "
              + "found \(max(0, available))"))
        expected = file.bytes.count
        continue
      }
      let range = start + expected..<start + expected + entry.byteCount
      tensors.append(
        TensorView(
          name: entry.name, type: entry.type, shape: entry.shape,
          mappedBytes: UnsafeRawBufferPointer(rebasing: file.bytes[range])))
      end = max(end, range.upperBound)
      expected = padded(expected + entry.byteCount, alignment)
    }
    return (tensors, file.bytes.count - max(end, min(start, file.bytes.count)))
  }

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
