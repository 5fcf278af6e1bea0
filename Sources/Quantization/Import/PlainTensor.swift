import GGUF
import Inference
import Kernels

/// A tensor of floats as a file has them, rows in order.
struct PlainTensor: ImportedTensor {
  let name: String
  let shape: [Int]
  let rounding: ImportRounding? = nil
  private let values: FloatArray

  var type: TensorType { values.type }

  /// A tensor whose values are at least as many as its shape says.
  init(name: String, shape: [Int], values: FloatArray) {
    self.name = name
    self.shape = shape
    self.values = values
  }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    guard let format = WeightFormat(type), !rows.isEmpty else { return }
    let columns = shape.first ?? 1
    let buffer = try Buffer<UInt8>(count: rows.count * rowBytes, for: name)
    try load(rows, into: UnsafeMutableRawBufferPointer(start: buffer.pointer, count: buffer.count))
    let matrix = Matrix(format: format, weights: buffer.pointer, rows: rows.count, columns: columns)
    for row in 0..<rows.count { matrix.decodeRow(row, into: values + row * columns) }
  }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: rows.count * rowBytes)
    try load(rows, into: buffer)
    try refuseInfinite(UnsafeRawBufferPointer(buffer), rows: rows)
  }

  private var rowBytes: Int { (shape.first ?? 1) * type.blockBytes }

  private func load(_ rows: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
    try values.stretch.read(at: rows.lowerBound * rowBytes, into: buffer)
  }
}
