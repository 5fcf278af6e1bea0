import GGUF

/// A tensor of a GGUF file that is made of rows of a checkpoint's tensors.
struct CheckpointTensor: TensorSource {
  /// Rows that follow each other in a checkpoint's tensor.
  struct Part: Sendable {
    let tensor: Checkpoint.Tensor
    let firstRow: Int
  }

  let name: String
  let shape: [Int]
  let type: TensorType
  /// Parts of equal height, one after the other.
  private let parts: [Part]
  /// Heads whose rows are put in the order of a rotation of neighbours; nil to keep the order.
  private let interleavedHeads: Int?
  /// What is put in order: rows, or the values of a vector.
  private let unitsInPart: Int
  private let unitBytes: Int

  /// A tensor; the parts have its columns, and enough rows.
  init(
    name: String, shape: [Int], type: TensorType, parts: [Part], interleavedHeads: Int? = nil
  ) {
    self.name = name
    self.shape = shape
    self.type = type
    self.parts = parts
    self.interleavedHeads = interleavedHeads
    let units = shape.count == 1 ? shape[0] : shape.dropFirst().reduce(1, *)
    unitsInPart = units / parts.count
    unitBytes = (shape.count == 1 ? 1 : shape[0]) * type.blockBytes
  }

  private var columns: Int { shape[0] }
  private var rowBytes: Int { columns * type.blockBytes }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: rows.count * rowBytes)
    try load(rows, into: buffer)
    for index in 0..<rows.count * columns {
      let value = value(bytes, index)
      guard value.isFinite else {
        throw QuantizationError.value(
          value, tensor: name, row: rows.lowerBound + index / columns, column: index % columns,
          type: type)
      }
    }
  }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rows.count * rowBytes, alignment: 16)
    defer { buffer.deallocate() }
    try load(rows, into: buffer)
    guard let base = buffer.baseAddress else { return }
    for index in 0..<rows.count * columns { values[index] = value(base, index) }
  }

  private func value(_ bytes: UnsafeMutableRawPointer, _ index: Int) -> Float {
    switch type {
    case .f32:
      Float(
        bitPattern: UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
    case .f16:
      Float(
        Float16(
          bitPattern: UInt16(
            littleEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))))
    default:
      Float(
        bitPattern: UInt32(
          UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)))
          << 16)
    }
  }

  /// Reads rows as the checkpoint holds them, as many at a time as lie together.
  private func load(_ rows: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    let units = shape.count == 1 ? 0..<columns : rows
    var unit = units.lowerBound
    while unit < units.upperBound {
      let (part, place) = unit.quotientAndRemainder(dividingBy: unitsInPart)
      let count =
        interleavedHeads == nil ? min(units.upperBound - unit, unitsInPart - place) : 1
      let source = parts[part].firstRow + sourceUnit(place)
      let target = (unit - units.lowerBound) * unitBytes
      try parts[part].tensor.file.read(
        at: parts[part].tensor.entry.bytes.lowerBound + source * unitBytes,
        into: UnsafeMutableRawBufferPointer(
          rebasing: buffer[target..<target + count * unitBytes]))
      unit += count
    }
  }

  /// The checkpoint's row: in a head of `h` rows, 0, h/2, 1, h/2 + 1, … where it is interleaved.
  private func sourceUnit(_ unit: Int) -> Int {
    guard let heads = interleavedHeads else { return unit }
    let height = unitsInPart / heads
    let (head, place) = unit.quotientAndRemainder(dividingBy: height)
    return head * height + place % 2 * (height / 2) + place / 2
  }
}
