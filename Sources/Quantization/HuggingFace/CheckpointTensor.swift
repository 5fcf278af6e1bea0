import GGUF
import Inference
import Kernels

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
    let place =
      switch type {
      case .f32: Self.firstInfinite(buffer, mask: UInt32(0x7F80_0000))
      case .f16: Self.firstInfinite(buffer, mask: UInt16(0x7C00))
      default: Self.firstInfinite(buffer, mask: UInt16(0x7F80))
      }
    guard let place else { return }
    let row = rows.lowerBound + place / columns
    var values = [Float](repeating: 0, count: columns)
    try read(rows: row..<row + 1, into: &values)
    throw QuantizationError.value(
      values[place % columns], tensor: name, row: row, column: place % columns, type: type)
  }

  /// The first value whose exponent is that of infinities and of what is no number.
  private static func firstInfinite<Bits: FixedWidthInteger>(
    _ buffer: UnsafeMutableRawBufferPointer, mask: Bits
  ) -> Int? {
    let values = UnsafeRawBufferPointer(buffer)
    let size = MemoryLayout<Bits>.size
    return (0..<values.count / size).first { index in
      let bits = values.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
      return Bits(littleEndian: bits) & mask == mask
    }
  }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    guard let format = WeightFormat(type), !rows.isEmpty else { return }
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: rows.count * rowBytes, alignment: 64)
    defer { buffer.deallocate() }
    try load(rows, into: buffer)
    let matrix = Matrix(
      format: format, weights: UnsafeRawPointer(buffer.baseAddress!), rows: rows.count,
      columns: columns)
    for row in 0..<rows.count { matrix.decodeRow(row, into: values + row * columns) }
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
