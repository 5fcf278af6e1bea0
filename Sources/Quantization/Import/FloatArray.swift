import GGUF

/// Floats of some width where they lie in a file.
struct FloatArray: Sendable {
  /// The array's bytes.
  let stretch: FileBytes
  /// F32, F16 or BF16.
  let type: TensorType

  /// An array over a whole stretch, whose last bytes are ignored if they make no value.
  init(_ stretch: FileBytes, type: TensorType) {
    precondition([.f32, .f16, .bf16].contains(type), "a float array of \(type.name)")
    self.stretch = stretch
    self.type = type
  }

  /// Values in the array.
  var count: Int { stretch.count / type.blockBytes }

  /// Reads the first values of some rows, `[row][count]`.
  func load(rows: Range<Int>, count: Int, order: RowOrder) throws -> [Float] {
    switch order {
    case .rows(let stride) where stride == count:
      return try load(rows.lowerBound * count..<rows.upperBound * count)
    case .rows(let stride):
      return try rows.flatMap { try load($0 * stride..<$0 * stride + count) }
    case .columns(let height):
      var values = [Float](repeating: 0, count: rows.count * count)
      for column in 0..<count {
        let start = column * height
        let read = try load(start + rows.lowerBound..<start + rows.upperBound)
        for row in 0..<rows.count { values[row * count + column] = read[row] }
      }
      return values
    case .shared:
      let row = try load(0..<count)
      return Array(repeatElement(row, count: rows.count).joined())
    }
  }

  /// Reads some of the values.
  func load(_ range: Range<Int>) throws -> [Float] {
    let size = type.blockBytes
    let bytes = try stretch.load(range.lowerBound * size..<range.upperBound * size)
    return bytes.withUnsafeBytes { bytes in
      switch type {
      case .f32:
        (0..<range.count).map {
          Float(
            bitPattern: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self).littleEndian)
        }
      case .f16:
        (0..<range.count).map {
          Float(
            Float16(
              bitPattern: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self).littleEndian)
          )
        }
      default:
        (0..<range.count).map {
          let bits = bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self).littleEndian
          return Float(bitPattern: UInt32(bits) << 16)
        }
      }
    }
  }
}
