import GGUF
import Kernels

/// Rows of a tensor that follow each other, as a tensor of their own: what another runtime fused.
struct RowSlice: ImportedTensor {
  let name: String
  let shape: [Int]
  var type: TensorType { whole.type }
  var rounding: ImportRounding? { whole.rounding }
  private let whole: any ImportedTensor
  private let first: Int

  /// Some rows of a tensor, or some values of a vector.
  init(_ whole: any ImportedTensor, rows: Range<Int>, name: String) {
    self.name = name
    self.whole = whole
    first = rows.lowerBound
    shape = whole.shape.count == 1 ? [rows.count] : [whole.shape[0], rows.count]
  }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    guard shape.count == 1 else {
      return try whole.read(rows: first + rows.lowerBound..<first + rows.upperBound, into: values)
    }
    try copyVector(MemoryLayout<Float>.size, into: values) {
      try whole.read(rows: 0..<1, into: $0.assumingMemoryBound(to: Float.self))
    }
  }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    guard shape.count == 1 else {
      return try whole.copy(rows: first + rows.lowerBound..<first + rows.upperBound, into: bytes)
    }
    try copyVector(type.blockBytes, into: bytes) { try whole.copy(rows: 0..<1, into: $0) }
  }

  private func copyVector(
    _ size: Int, into bytes: UnsafeMutableRawPointer,
    _ load: (UnsafeMutableRawPointer) throws -> Void
  ) throws {
    let memory = try Buffer<UInt8>(count: whole.shape[0] * size, for: name)
    let all = UnsafeMutableRawPointer(memory.pointer)
    try load(all)
    bytes.copyMemory(from: all + first * size, byteCount: shape[0] * size)
  }
}
