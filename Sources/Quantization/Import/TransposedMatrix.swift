import GGUF

/// A matrix of floats whose columns lie together in the file: what other runtimes multiply from the
/// other side.
struct TransposedMatrix: ImportedTensor {
  let name: String
  let shape: [Int]
  let rounding: ImportRounding? = nil
  private let values: FloatArray  // [column][row]

  var type: TensorType { values.type }

  /// A matrix whose values are `[columns][rows]` in the file.
  init(name: String, rows: Int, columns: Int, values: FloatArray) {
    self.name = name
    shape = [columns, rows]
    self.values = values
  }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    let columns = shape[0]
    for column in 0..<columns {
      let start = column * shape[1]
      let read = try self.values.load(start + rows.lowerBound..<start + rows.upperBound)
      for row in 0..<rows.count { values[row * columns + column] = read[row] }
    }
  }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    let columns = shape[0]
    let size = type.blockBytes
    for column in 0..<columns {
      let start = column * shape[1]
      let read = try values.stretch.load(
        (start + rows.lowerBound) * size..<(start + rows.upperBound) * size)
      read.withUnsafeBytes { read in
        for row in 0..<rows.count {
          (bytes + (row * columns + column) * size).copyMemory(
            from: read.baseAddress! + row * size, byteCount: size)
        }
      }
    }
    try refuseInfinite(
      UnsafeRawBufferPointer(start: bytes, count: rows.count * columns * size), rows: rows)
  }
}
