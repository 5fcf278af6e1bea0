/// Scale and minimum with which codes `0…levels` come closest to some values:
/// `value ≈ scale * code − minimum`, both at least zero.
///
/// Codes are rounded for a scale, then scale and minimum are the least-squares fit to the codes;
/// scales around the values' range are tried in turn and the best is kept, as in ggml's
/// `make_qkx2_quants`. Values weigh by their magnitude.
struct AffineFit {
  private(set) var scale: Float = 0
  private(set) var minimum: Float = 0

  init(_ values: UnsafePointer<Float>, count: Int, levels: Int) {
    var (low, high) = bounds(values, count)
    low = min(low, 0)
    guard low.isFinite, high.isFinite, high > low else {
      minimum = low.isFinite ? -low : 0
      return
    }
    let square = (0..<count).reduce(Float(0)) { $0 + values[$1] * values[$1] }
    let spread = (square / Float(count)).squareRoot()
    scale = (high - low) / Float(levels)
    minimum = -low
    var best = error(values, count, spread, levels)
    for step in 0...20 {
      let inverse = (-1 + 0.1 * Float(step) + Float(levels)) / (high - low)
      guard let candidate = fit(values, count, spread, inverse, low, levels) else { continue }
      let error = candidate.error(values, count, spread, levels)
      if error < best {
        best = error
        self = candidate
      }
    }
  }

  private init(scale: Float, minimum: Float) {
    self.scale = scale
    self.minimum = minimum
  }

  /// The least-squares fit to the codes that an inverse scale gives.
  private func fit(
    _ values: UnsafePointer<Float>, _ count: Int, _ spread: Float, _ inverse: Float, _ low: Float,
    _ levels: Int
  ) -> AffineFit? {
    var (weights, codes, squares, sums, products): (Float, Float, Float, Float, Float) =
      (0, 0, 0, 0, 0)
    for i in 0..<count {
      let code = Float(nearest((values[i] - low) * inverse, 0, levels))
      let weight = spread + abs(values[i])
      weights += weight
      codes += weight * code
      squares += weight * code * code
      sums += weight * values[i]
      products += weight * code * values[i]
    }
    let determinant = weights * squares - codes * codes
    guard determinant > 0 else { return nil }
    var scale = (weights * products - sums * codes) / determinant
    var minimum = (codes * products - squares * sums) / determinant
    if minimum < 0 {
      minimum = 0
      scale = squares > 0 ? products / squares : 0
    }
    return scale > 0 && scale.isFinite ? AffineFit(scale: scale, minimum: minimum) : nil
  }

  private func error(
    _ values: UnsafePointer<Float>, _ count: Int, _ spread: Float, _ levels: Int
  ) -> Float {
    (0..<count).reduce(Float(0)) { sum, i in
      let code = Float(nearest((values[i] + minimum) / scale, 0, levels))
      let difference = scale * code - minimum - values[i]
      return sum + (spread + abs(values[i])) * difference * difference
    }
  }
}
