import Foundation
import GGUF
import Kernels

/// A tensor of a model folder: `type` is the format that keeps its values, exactly or nearly so, or
/// where there is none the precision that was asked for.
public protocol ImportedTensor: TensorSource {
  /// What `type` rounds in the values; nil where it is exact.
  var rounding: ImportRounding? { get }

  /// The tensor in another format; nil if its blocks do not hold the tensor's codes.
  func kept(as type: TensorType) throws -> (any ImportedTensor)?
}

extension ImportedTensor {
  /// The tensor itself or nothing.
  public func kept(as type: TensorType) throws -> (any ImportedTensor)? {
    type == self.type ? self : nil
  }
}

/// What an import may round, and what it takes where no block format fits.
public enum ImportPrecision: Sendable {
  /// Codes stay as they are, and scales are rounded to half precision, which changes weights no more
  /// than half precision would; 6 to 8 bits may become the nearest codes of Q8_0. What fits no block is
  /// in half precision.
  case blocks
  /// Nothing is rounded where a block format is exact; what is in none is in half precision.
  case f16
  /// Nothing is rounded; what is in no block format is in single precision.
  case f32

  var type: TensorType {
    switch self {
    case .blocks, .f16: .f16
    case .f32: .f32
    }
  }
}

extension ImportedTensor {
  /// Whether another tensor of this one's shape has its values.
  func holdsSameValues(as other: any ImportedTensor) throws -> Bool {
    guard shape == other.shape else { return false }
    guard type != other.type else { return try holdsSameBytes(as: other) }
    let columns = shape.first ?? 1
    let rows = shape.dropFirst().reduce(1, *)
    let rowsAtOnce = max(1, (1 << 18) / max(1, columns))
    var values = [Float](repeating: 0, count: min(rows, rowsAtOnce) * columns)
    var others = values
    for start in stride(from: 0, to: rows, by: rowsAtOnce) {
      let piece = start..<min(rows, start + rowsAtOnce)
      try read(rows: piece, into: &values)
      try other.read(rows: piece, into: &others)
      let count = piece.count * columns
      guard values[..<count] == others[..<count] else { return false }
    }
    return true
  }

  /// Whether another tensor of this one's shape has its format and its bytes.
  func holdsSameBytes(as other: any ImportedTensor) throws -> Bool {
    guard type == other.type, shape == other.shape else { return false }
    let rows = shape.dropFirst().reduce(1, *)
    let rowBytes = description(as: type).rowBytes
    let rowsAtOnce = max(1, (1 << 20) / max(1, rowBytes))
    let size = min(rows, rowsAtOnce) * rowBytes
    let memory = try Buffer<UInt8>(count: 2 * size, for: name)
    let bytes = UnsafeMutableRawPointer(memory.pointer)
    for start in stride(from: 0, to: rows, by: rowsAtOnce) {
      let piece = start..<min(rows, start + rowsAtOnce)
      try copy(rows: piece, into: bytes)
      try other.copy(rows: piece, into: bytes + size)
      guard memcmp(bytes, bytes + size, piece.count * rowBytes) == 0 else { return false }
    }
    return true
  }

  /// Copies rows as F32 or F16, whichever `type` is, from the values that `read` gives.
  func copyValues(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    let columns = shape.first ?? 1
    let memory = try Buffer<Float>(count: rows.count * columns, for: name)
    let values = memory.pointer
    try read(rows: rows, into: values)
    for i in 0..<rows.count * columns {
      let half = Float16(values[i])
      guard type == .f32 ? values[i].isFinite : half.isFinite else {
        throw QuantizationError.value(
          values[i], tensor: name, row: rows.lowerBound + i / columns, column: i % columns,
          type: type)
      }
      if type == .f32 {
        bytes.store(values[i].bitPattern, at: 4 * i)
      } else {
        bytes.store(half.bitPattern, at: 2 * i)
      }
    }
  }

  /// Throws if there is an infinity or what is no number among rows of F32, F16 or BF16.
  func refuseInfinite(_ bytes: UnsafeRawBufferPointer, rows: Range<Int>) throws {
    let place =
      switch type {
      case .f32: Self.firstInfinite(bytes, exponent: UInt32(0x7F80_0000))
      case .f16: Self.firstInfinite(bytes, exponent: UInt16(0x7C00))
      default: Self.firstInfinite(bytes, exponent: UInt16(0x7F80))
      }
    guard let place else { return }
    let columns = shape.first ?? 1
    let row = rows.lowerBound + place / columns
    var values = [Float](repeating: 0, count: columns)
    try read(rows: row..<row + 1, into: &values)
    throw QuantizationError.value(
      values[place % columns], tensor: name, row: row, column: place % columns, type: type)
  }

  /// The first value whose exponent has all bits set.
  private static func firstInfinite<Bits: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, exponent: Bits
  ) -> Int? {
    let size = MemoryLayout<Bits>.size
    return (0..<bytes.count / size).first { index in
      let bits = bytes.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
      return Bits(littleEndian: bits) & exponent == exponent
    }
  }
}
