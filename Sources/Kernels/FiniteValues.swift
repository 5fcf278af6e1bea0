import Platform

/// Finds floats that are no numbers, or too large.
public enum FiniteValues {
  /// Whether all magnitudes are at most a limit; a NaN never is.
  ///
  /// - Parameters:
  ///   - x: The values.
  ///   - count: How many.
  ///   - limit: The largest magnitude that is allowed, which must be finite.
  /// - Returns: False where a value is NaN, infinite or larger.
  public static func areWithin(
    _ x: UnsafePointer<Float>, count: Int, limit: Float = .greatestFiniteMagnitude
  ) -> Bool {
    // Without the sign, the bits of floats are in the order of the magnitudes, and a NaN's are above
    // those of infinity.
    let mask = SIMD16<Int32>(repeating: .max)
    let bytes = UnsafeRawPointer(x)
    var largest = SIMD16<Int32>()
    var index = 0
    while index &+ 16 <= count {
      let bits = bytes.loadUnaligned(fromByteOffset: 4 &* index, as: SIMD16<Int32>.self) & mask
      largest.replace(with: bits, where: bits .> largest)
      index &+= 16
    }
    var most = largest.max()
    while index < count {
      most = max(most, Int32(truncatingIfNeeded: x[index].magnitude.bitPattern))
      index &+= 1
    }
    return most <= Int32(truncatingIfNeeded: limit.bitPattern)
  }

  /// The first value whose magnitude is above a limit or that is no number.
  ///
  /// - Parameters:
  ///   - x: The values.
  ///   - count: How many.
  ///   - limit: The largest magnitude that is allowed.
  /// - Returns: Its place; nil if there is none.
  public static func firstBeyond(
    _ x: UnsafePointer<Float>, count: Int, limit: Float = .greatestFiniteMagnitude
  ) -> Int? {
    guard !areWithin(x, count: count, limit: limit) else { return nil }
    return (0..<count).first { !(x[$0].magnitude <= limit) }
  }
}

extension Matrix {
  /// The first weight that is NaN or infinite; nil if there is none.
  ///
  /// - Throws: `MemoryError` if there is no room for a row.
  public func firstNonFinite() throws(MemoryError) -> (row: Int, column: Int, value: Float)? {
    let values = try Buffer<Float>(count: columns)
    for row in 0..<rows {
      decodeRow(row, into: values.pointer)
      if let column = FiniteValues.firstBeyond(values.pointer, count: columns) {
        return (row, column, values.pointer[column])
      }
    }
    return nil
  }
}
