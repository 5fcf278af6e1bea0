import GGUF

/// A file of tensors in the safetensors format: 8 bytes with the length of a JSON header, the
/// header, and the tensors' bytes.
///
/// https://huggingface.co/docs/safetensors
final class SafetensorsFile: Sendable {
  /// A tensor in a file.
  struct Entry: Sendable {
    let name: String
    /// The format as the file spells it: `F32`, `BF16`, `I64`.
    let format: String
    /// Dimensions, the contiguous one last.
    let shape: [Int]
    /// Where the tensor lies in the file.
    let bytes: Range<Int>
  }

  /// The file's bytes.
  let file: ReadableFile
  /// The tensors in the header's order.
  let entries: [Entry]

  /// The limit of the format's own library.
  private static let maximumHeader = 100_000_000
  /// Bits of a value.
  private static let bits = [
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "U16": 16, "I16": 16,
    "F16": 16, "BF16": 16, "U32": 32, "I32": 32, "F32": 32, "U64": 64, "I64": 64, "F64": 64,
    "C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
  ]

  init(_ path: String) throws {
    file = try ReadableFile(path)
    entries = try Self.entries(file)
    try checkOverlaps()
  }

  private static func entries(_ file: ReadableFile) throws -> [Entry] {
    let path = file.path
    guard file.byteCount >= 8 else {
      if let foreign = try file.foreign(isSafetensors: true) {
        throw QuantizationError("\(path): \(foreign)")
      }
      throw QuantizationError("\(path): has \(file.byteCount) bytes, expected a safetensors file")
    }
    var length: UInt64 = 0
    try withUnsafeMutableBytes(of: &length) { try file.read(at: 0, into: $0) }
    length = UInt64(littleEndian: length)
    let limit = min(maximumHeader, file.byteCount - 8)
    if !(2...UInt64(max(2, limit))).contains(length),
      let foreign = try file.foreign(isSafetensors: true)
    {
      throw QuantizationError("\(path): \(foreign); expected a safetensors file")
    }
    guard length <= limit else {
      throw QuantizationError(
        "\(path): found a header of \(length) bytes, expected at most \(limit): "
          + "the file is cut short, or no safetensors file")
    }
    let header = try [UInt8](unsafeUninitializedCapacity: Int(length)) { buffer, count in
      try file.read(at: 8, into: UnsafeMutableRawBufferPointer(buffer))
      count = buffer.count
    }
    let start = 8 + Int(length)
    let members = try ModelFolder.parse(header, path).members ?? []
    return try members.filter { $0.key != "__metadata__" }.map { name, value in
      try entry(name, value, start, file)
    }
  }

  private static func entry(
    _ name: String, _ value: JSON, _ start: Int, _ file: ReadableFile
  ) throws -> Entry {
    func error(_ problem: String) -> QuantizationError {
      QuantizationError("\(file.path): \(name): \(problem)")
    }
    guard let format = value["dtype"]?.string, let bits = bits[format] else {
      throw error("found the dtype \(value["dtype"]?.kind ?? "null"), expected F32, F16 or BF16")
    }
    let shape = value["shape"]?.array?.compactMap { dimension in
      dimension.integer.flatMap { (0...1 << 40).contains($0) ? $0 : nil }
    }
    guard let shape, shape.count == value["shape"]?.array?.count, shape.count <= 8 else {
      throw error("expected a shape of at most 8 dimensions")
    }
    var size: (value: Int, overflow: Bool) = (bits, false)
    for dimension in shape {
      let (value, overflow) = size.value.multipliedReportingOverflow(by: dimension)
      size = (value, size.overflow || overflow)
    }
    let offsets = value["data_offsets"]?.array?.compactMap(\.integer) ?? []
    guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else {
      throw error("expected data_offsets of a beginning and an end")
    }
    guard !size.overflow, size.value % 8 == 0, offsets[1] - offsets[0] == size.value / 8 else {
      throw error(
        "found \(offsets[1] - offsets[0]) bytes, expected \(format) \(shape)")
    }
    guard offsets[1] <= file.byteCount - start else {
      throw error(
        "ends at byte \(offsets[1]) of \(file.byteCount - start): the file is cut short")
    }
    return Entry(
      name: name, format: format, shape: shape, bytes: start + offsets[0]..<start + offsets[1])
  }

  private func checkOverlaps() throws {
    let sorted = entries.filter { !$0.bytes.isEmpty }.sorted {
      $0.bytes.lowerBound < $1.bytes.lowerBound
    }
    for (first, second) in zip(sorted, sorted.dropFirst())
    where first.bytes.upperBound > second.bytes.lowerBound {
      throw QuantizationError("\(file.path): \(first.name) and \(second.name) overlap")
    }
  }
}
