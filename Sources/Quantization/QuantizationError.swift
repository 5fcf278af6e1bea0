import GGUF

/// Why a model cannot be written, in one line.
public struct QuantizationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line.
  public let description: String

  /// An error with its line.
  public init(_ description: String) { self.description = description.printable }

  /// A value that the format cannot hold.
  static func value(
    _ value: Float, tensor: String, row: Int, column: Int, type: TensorType,
    largest: Float = Float(Float16.greatestFiniteMagnitude)
  ) -> QuantizationError {
    let largest = largest < 1e9 ? "\(Int(largest))" : "\(largest)"
    let expected =
      value.isFinite
      ? "expected at most \(largest) for \(type.name)" : "expected finite weights"
    return QuantizationError(
      "\(tensor): found \(value.isNaN ? "nan" : "\(value)") in row \(row), column \(column), \(expected)"
    )
  }
}
