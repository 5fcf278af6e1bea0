import GGUF

/// A row of numbers that come from the configuration.
struct ComputedTensor: ImportedTensor {
  let name: String
  let rounding: ImportRounding? = nil
  let values: [Float]

  var shape: [Int] { [values.count] }
  var type: TensorType { .f32 }

  func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) throws {
    for (index, value) in self.values.enumerated() where rows.contains(0) { values[index] = value }
  }

  func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    try read(rows: rows, into: bytes.assumingMemoryBound(to: Float.self))
  }
}
