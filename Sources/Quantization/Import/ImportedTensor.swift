import GGUF

/// A tensor of another runtime's model: `type` is the format that holds its values exactly, or where
/// there is none the precision that was asked for.
public protocol ImportedTensor: TensorSource {
  /// Why `type` rounds the values, in words that follow the tensor's name; nil where it is exact.
  var rounding: String? { get }
}

/// The precision of values that no block format holds exactly.
public enum ImportPrecision: Sendable {
  /// Half precision, rounded to nearest.
  case f16
  /// Single precision.
  case f32

  var type: TensorType {
    switch self {
    case .f16: .f16
    case .f32: .f32
    }
  }
}

extension ImportedTensor {
  /// Copies rows as F32 or F16, whichever `type` is, from the values that `read` gives.
  func copyValues(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) throws {
    let columns = shape.first ?? 1
    let values = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows.count * columns))
    defer { values.deallocate() }
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
}
