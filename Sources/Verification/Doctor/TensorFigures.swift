/// What the values of a tensor are like.
struct TensorFigures: Sendable {
  /// Values that are no finite numbers.
  var nonFinite = 0
  /// The first of them in the tensor.
  var firstNonFinite: (index: Int, value: Float)?
  /// Sum of the finite values' squares.
  var squares = 0.0
  /// Finite values.
  var finite = 0
  /// The largest finite value by magnitude, and its place.
  var largest: (index: Int, value: Float)?
  /// Root mean square of each row; empty for a tensor of a single one.
  var rows: [Float] = []
  /// The bytes in short: equal for equal tensors.
  var hash: UInt64 = 0

  /// Root mean square of the finite values.
  var rms: Double { finite > 0 ? (squares / Double(finite)).squareRoot() : 0 }
  /// Whether all values are 0.
  var isZero: Bool { nonFinite == 0 && (largest?.value ?? 0) == 0 }

  /// Takes the figures of a piece, in any order.
  mutating func add(_ piece: TensorFigures) {
    nonFinite += piece.nonFinite
    if let other = piece.firstNonFinite, other.index < (firstNonFinite?.index ?? .max) {
      firstNonFinite = other
    }
    squares += piece.squares
    finite += piece.finite
    if let other = piece.largest {
      let mine = abs(largest?.value ?? -1)
      if largest == nil || abs(other.value) > mine
        || (abs(other.value) == mine && other.index < largest?.index ?? 0)
      {
        largest = other
      }
    }
    // Order must not matter: pieces are hashed with their places.
    hash = hash &+ piece.hash
  }

  /// Takes values, and returns the sum of their squares.
  ///
  /// - Parameters:
  ///   - values: Values of one row.
  ///   - count: How many.
  ///   - start: Where in the tensor they begin.
  /// - Returns: The sum over the finite ones.
  mutating func add(_ values: UnsafePointer<Float>, _ count: Int, from start: Int) -> Double {
    var sums = SIMD4<Double>()
    var peaks = SIMD4<Float>()
    for index in stride(from: 0, to: count & ~3, by: 4) {
      let four = SIMD4(
        values[index], values[index + 1], values[index + 2], values[index + 3])
      let wide = SIMD4<Double>(four)
      sums += wide * wide
      let size = four.replacing(with: -four, where: four .< 0)
      peaks.replace(with: size, where: size .> peaks)
    }
    var (sum, peak) = (sums.sum(), peaks.max())
    for index in count & ~3..<count {
      sum += Double(values[index]) * Double(values[index])
      peak = max(peak, abs(values[index]))
    }
    // Squares of finite floats are finite in double precision, and so are their sums.
    guard sum.isFinite else { return addOneByOne(values, count, from: start) }
    if largest == nil || peak > abs(largest?.value ?? 0),
      let place = (0..<count).first(where: { abs(values[$0]) == peak })
    {
      largest = (start + place, values[place])
    }
    finite += count
    squares += sum
    return sum
  }

  private mutating func addOneByOne(
    _ values: UnsafePointer<Float>, _ count: Int, from start: Int
  ) -> Double {
    var sum = 0.0
    for index in 0..<count {
      let value = values[index]
      guard value.isFinite else {
        if firstNonFinite == nil { firstNonFinite = (start + index, value) }
        nonFinite += 1
        continue
      }
      finite += 1
      sum += Double(value) * Double(value)
      if largest == nil || abs(value) > abs(largest?.value ?? 0) {
        largest = (start + index, value)
      }
    }
    squares += sum
    return sum
  }
}
