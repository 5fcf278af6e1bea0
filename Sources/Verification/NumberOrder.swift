/// Order and bounds for figures that may be no numbers: a NaN counts as larger than any number, and is
/// never lost.
enum NumberOrder {
  /// Values in rising order, with those that are no numbers last.
  static func rising(_ values: [Double]) -> [Double] {
    values.sorted { $0 < $1 || ($1.isNaN && !$0.isNaN) }
  }

  /// The value, or a bound that it is below; NaN stays NaN.
  static func atLeast(_ bound: Double, _ value: Double) -> Double { value < bound ? bound : value }

  /// The value, or a bound that it is above; NaN stays NaN.
  static func atMost(_ bound: Double, _ value: Double) -> Double { value > bound ? bound : value }
}
