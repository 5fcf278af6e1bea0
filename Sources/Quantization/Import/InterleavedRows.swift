import GGUF
import Kernels

/// A tensor whose rows are put in the order of a rotation of neighbours.
///
/// In a head of `h` rows that is 0, h/2, 1, h/2 + 1 and so on.
struct InterleavedRows: ImportedTensor {
  var name: String { source.name }
  var shape: [Int] { source.shape }
  var type: TensorType { source.type }
  var rounding: ImportRounding? { source.rounding }
  private let source: any ImportedTensor
  private let headSize: Int

  /// A matrix of some heads' rows, or a vector of their values.
  init(_ source: any ImportedTensor, heads: Int) {
    self.source = source
    headSize = (source.shape.last ?? heads) / heads
  }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    let size = MemoryLayout<Float>.size
    try arrange(rows, (shape.count == 1 ? 1 : shape[0]) * size, into: values) {
      try source.read(rows: $0, into: $1.assumingMemoryBound(to: Float.self))
    }
  }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    let size = shape.count == 1 ? type.blockBytes : description(as: type).rowBytes
    try arrange(rows, size, into: bytes) { try source.copy(rows: $0, into: $1) }
  }

  /// Loads what is put in order, a row or a vector's value, from its place in the source.
  private func arrange(
    _ rows: Range<Int>, _ unitBytes: Int, into bytes: UnsafeMutableRawPointer,
    _ load: (Range<Int>, UnsafeMutableRawPointer) throws -> Void
  ) throws {
    guard shape.count == 1 else {
      for (place, row) in rows.enumerated() {
        let row = sourceUnit(row)
        try load(row..<row + 1, bytes + place * unitBytes)
      }
      return
    }
    let memory = try Buffer<UInt8>(count: shape[0] * unitBytes, for: name)
    let all = UnsafeMutableRawPointer(memory.pointer)
    try load(0..<1, all)
    for value in 0..<shape[0] {
      (bytes + value * unitBytes).copyMemory(
        from: all + sourceUnit(value) * unitBytes, byteCount: unitBytes)
    }
  }

  private func sourceUnit(_ unit: Int) -> Int {
    let (head, place) = unit.quotientAndRemainder(dividingBy: headSize)
    return head * headSize + place % 2 * (headSize / 2) + place / 2
  }
}
