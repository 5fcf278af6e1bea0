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
}
