import GGUF

/// A tensor of floats as a file has them, rows in order.
struct PlainTensor: ImportedTensor {
  let name: String
  let shape: [Int]
  let rounding: String? = nil
  private let values: FloatArray

  var type: TensorType { values.type }

  /// A tensor whose values are at least as many as its shape says.
  init(name: String, shape: [Int], values: FloatArray) {
    self.name = name
    self.shape = shape
    self.values = values
  }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    let columns = shape.first ?? 1
    let read = try self.values.load(rows.lowerBound * columns..<rows.upperBound * columns)
    values.update(from: read, count: read.count)
  }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    let rowBytes = description(as: type).rowBytes
    let read = try values.stretch.load(rows.lowerBound * rowBytes..<rows.upperBound * rowBytes)
    bytes.copyMemory(from: read, byteCount: read.count)
  }
}
