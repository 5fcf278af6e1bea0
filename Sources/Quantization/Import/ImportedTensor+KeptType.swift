import GGUF

extension ImportedTensor {
  /// The smallest format that holds the tensor as it is: `type`, or a half of single precision where
  /// all values were once in half precision or BF16.
  ///
  /// ONNX Runtime's models for processors have tables in single precision that no one trained so.
  func keptType() throws -> TensorType {
    guard type == .f32, let columns = shape.first, columns > 0 else { return type }
    let rows = shape.dropFirst().reduce(1, *)
    let rowsAtOnce = max(1, (1 << 18) / columns)
    var isHalf = true
    var isBF16 = true
    var values = [Float](repeating: 0, count: min(rows, rowsAtOnce) * columns)
    for start in stride(from: 0, to: rows, by: rowsAtOnce) {
      let piece = start..<min(rows, start + rowsAtOnce)
      try values.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        try read(rows: piece, into: base)
        for value in buffer[..<(piece.count * columns)] {
          isHalf = isHalf && Float(Float16(value)) == value
          isBF16 = isBF16 && value.bitPattern & 0xFFFF == 0
        }
      }
      guard isHalf || isBF16 else { return .f32 }
    }
    return isHalf ? .f16 : .bf16
  }
}
