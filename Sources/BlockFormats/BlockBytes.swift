/// Reads and writes at any alignment, in the words that layouts are described with.
extension UnsafeRawPointer {
  /// The byte at an offset.
  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }

  /// The half-precision value at an offset.
  @inline(__always)
  func half(_ offset: Int) -> Float {
    Float(Float16(bitPattern: loadUnaligned(fromByteOffset: offset, as: UInt16.self).littleEndian))
  }
}

extension UnsafeMutableRawPointer {
  /// Writes a byte at an offset.
  @inline(__always)
  func set(_ byte: UInt8, _ offset: Int) {
    storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
  }

  /// Writes a half-precision value at an offset.
  @inline(__always)
  func set(half value: Float16, _ offset: Int) {
    storeBytes(of: value.bitPattern.littleEndian, toByteOffset: offset, as: UInt16.self)
  }
}

/// The nearest integer within bounds, ties to even; NaN gives the lower bound.
@inline(__always)
func nearest(_ value: Float, _ low: Int, _ high: Int) -> Int {
  let rounded = value.rounded(.toNearestOrEven)
  return rounded > Float(low) ? (rounded < Float(high) ? Int(rounded) : high) : low
}

/// The integer below `value + 0.5`, as the 4- and 5-bit encoders of ggml round, within bounds.
@inline(__always)
func truncated(_ value: Float, _ low: Int, _ high: Int) -> Int {
  value > Float(low) ? (value < Float(high + 1) ? Int(value) : high) : low
}
