/// Sums over some values of a reference and a candidate, from which errors follow.
struct ErrorSums {
  var count = 0
  var noise = 0.0
  var reference = 0.0
  var candidate = 0.0
  var product = 0.0
  var weightedNoise = 0.0
  var weightedReference = 0.0
  var largest: TensorError.Extreme?
  var referenceNotFinite = TensorError.NotFinite()
  var candidateNotFinite = TensorError.NotFinite()

  /// Adds a row.
  mutating func add(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count columns: Int, row: Int,
    _ weights: Activity.Weights?
  ) {
    switch weights {
    case .columns(let squares, let rowsOfExpert):
      squares.withUnsafeBufferPointer { squares in
        let start = row / rowsOfExpert * columns % squares.count
        add(x, y, columns, row) { Double(squares[start + $0]) }
      }
    case .rows(let frequencies):
      let frequency = frequencies[Int32(clamping: row)] ?? 0
      add(x, y, columns, row) { _ in frequency }
    case nil: add(x, y, columns, row) { _ in 0 }
    }
  }

  /// Adds the sums of values that follow.
  mutating func add(_ other: ErrorSums) {
    count += other.count
    noise += other.noise
    reference += other.reference
    candidate += other.candidate
    product += other.product
    weightedNoise += other.weightedNoise
    weightedReference += other.weightedReference
    if let theirs = other.largest, theirs.error > largest?.error ?? 0 { largest = theirs }
    referenceNotFinite.add(other.referenceNotFinite)
    candidateNotFinite.add(other.candidateNotFinite)
  }

  @inline(__always)
  private mutating func add(
    _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ columns: Int, _ row: Int,
    weight: (Int) -> Double
  ) {
    var farthest: (column: Int, error: Float) = (-1, 0)
    for column in 0..<columns {
      let (a, b) = (x[column], y[column])
      guard a.isFinite, b.isFinite else {
        referenceNotFinite.add(a)
        candidateNotFinite.add(b)
        continue
      }
      let (signal, value) = (Double(a), Double(b))
      let difference = value - signal
      let squares = (difference * difference, signal * signal)
      count += 1
      noise += squares.0
      reference += squares.1
      candidate += value * value
      product += signal * value
      let weight = weight(column)
      weightedNoise += weight * squares.0
      weightedReference += weight * squares.1
      let error = abs(b - a)
      if error > farthest.error { farthest = (column, error) }
    }
    guard farthest.column >= 0 else { return }
    let extreme = TensorError.Extreme(
      row: row, column: farthest.column, reference: x[farthest.column],
      candidate: y[farthest.column])
    if extreme.error > largest?.error ?? 0 { largest = extreme }
  }
}

extension TensorError.NotFinite {
  fileprivate mutating func add(_ value: Float) {
    if value.isNaN { nans += 1 } else if value.isInfinite { infinities += 1 }
  }

  fileprivate mutating func add(_ other: Self) {
    nans += other.nans
    infinities += other.infinities
  }
}
