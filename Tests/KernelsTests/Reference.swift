import BlockFormats
import Kernels

/// Plain definitions in double precision of what kernels compute fast.
enum Reference {
  /// Weights of a matrix row as the format's scalar decoder gives them.
  static func row(_ matrix: Matrix, _ index: Int) -> [Float] {
    var values = [Float](repeating: 0, count: matrix.columns)
    values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      matrix.decodeRow(index, into: base)
    }
    return values
  }

  /// Activations as 16-bit codes with one scale for each 256 give them back.
  static func quantized(_ x: [Float]) -> [Float] {
    var result = x
    for start in stride(from: 0, to: x.count, by: 256) {
      let range = start..<min(start + 256, x.count)
      let scale = (x[range].map(abs).max() ?? 0) / 32639
      let inverse = scale > 0x1p-112 ? 1 / scale : 0
      for index in range {
        result[index] = (x[index] * inverse).rounded(.toNearestOrEven) * scale
      }
    }
    return result
  }

  /// Activations as `ByteActivations` give them back, and the most that each may differ from what
  /// was given.
  static func bytes(_ x: [Float]) -> (values: [Float], errors: [Float]) {
    bytes(x, block: 32, secondCodes: 256, heaviest: 6)
  }

  /// Activations as `PlaneActivations` give them back.
  static func planes(_ x: [Float], rounds: Bool) -> [Float] {
    bytes(x, block: 256, secondCodes: 255, heaviest: rounds ? 4 : 0).values
  }

  /// Codes with one scale for each block, and second codes, so many to a code, of blocks whose largest
  /// value is more than some times the root mean square.
  private static func bytes(
    _ x: [Float], block: Int, secondCodes: Float, heaviest: Float
  ) -> (values: [Float], errors: [Float]) {
    let squares = x.reduce(Float(0)) { $0 + $1 * $1 }
    let heaviest = heaviest * (squares / Float(x.count)).squareRoot()
    let limit = heaviest.isFinite ? heaviest : 0
    var (values, errors) = (x, x)
    for start in stride(from: 0, to: x.count, by: block) {
      let range = start..<min(start + block, x.count)
      let largest = x[range].map(abs).max() ?? 0
      let scale = largest / 127
      let finer = largest > limit ? secondCodes : 1
      let inverse = scale > 0x1p-112 ? finer / scale : 0
      for index in range {
        values[index] = (x[index] * inverse).rounded(.toNearestOrEven) * (scale / finer)
        errors[index] = scale > 0x1p-112 ? largest / 253 / finer : largest
      }
    }
    return (values, errors)
  }

  /// A product, and the sum of the terms' magnitudes, from which tolerances follow.
  static func dot(_ a: [Float], _ b: [Float]) -> (value: Double, magnitude: Double) {
    var value = 0.0
    var magnitude = 0.0
    for (x, y) in zip(a, b) {
      value += Double(x) * Double(y)
      magnitude += abs(Double(x) * Double(y))
    }
    return (value, magnitude)
  }
}

/// Seeded random numbers (SplitMix64, Steele and others, 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }

  /// A value from a bell-shaped distribution of deviation 1.
  mutating func normal() -> Float {
    (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &self) }
  }
}
