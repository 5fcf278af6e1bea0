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
