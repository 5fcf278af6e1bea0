import BlockFormats
import Testing

@testable import KernelCore
@testable import Kernels

/// Products of few tokens, whose activations are cut in two planes of bytes.
@Suite struct PlaneProductTests {
  static let cases = KernelSet.tested.flatMap { set in
    WeightFormat.allCases.filter { !$0.isFloat }.map { (set.name, $0) }
  }

  /// Sums have room for the largest codes and scales beside the largest activations of either sign.
  @Test(arguments: cases)
  func sumsHaveRoomForTheLargestCodesAndScales(_ name: String, _ format: WeightFormat) throws {
    let compute = Compute(kernels: try KernelSet.tested(name), threads: 1)
    // A quad of super-blocks, and a rest of two.
    let columns = 1536
    for byte: UInt8 in [0xFF, 0x7F, 0x80, 0x00, 0xF0, 0x0F] {
      let row = Self.row(format, columns: columns, filledWith: byte)
      try row.withUnsafeBytes { row in
        let matrix = Matrix(
          format: format, weights: try #require(row.baseAddress), rows: 1, columns: columns)
        let weights = Reference.row(matrix, 0)
        // Like all weights' signs, unlike them, and alternating.
        let signs: [(Int) -> Float] = [
          { weights[$0] < 0 ? -1 : 1 }, { weights[$0] < 0 ? 1 : -1 }, { $0 % 2 == 0 ? -1 : 1 },
        ]
        for sign in signs {
          let x = (0..<columns).map(sign)
          let (value, magnitude) = Reference.dot(weights, x)
          let found = MatrixProductTests.product(compute, matrix, x, tokens: 1)
          #expect(abs(Double(found[0]) - value) <= magnitude * 1e-4, "bytes \(byte)")
        }
      }
    }
  }

  /// A row of blocks whose bytes are all the same, but for scales in half precision, which are 1.
  private static func row(
    _ format: WeightFormat, columns: Int, filledWith byte: UInt8
  ) -> [UInt8] {
    let halves: [Int] =
      switch format {
      case .q2_K: [80, 82]
      case .q3_K: [108]
      case .q6_K: [208]
      case .q4_K, .q5_K, .q4_1, .q5_1: [0, 2]
      default: [0]
      }
    var block = [UInt8](repeating: byte, count: format.blocks.blockBytes)
    for place in halves { block.replaceSubrange(place..<place + 2, with: [0x00, 0x3C]) }
    return (0..<columns / format.blocks.blockSize).flatMap { _ in block }
  }

  /// A token's bits are the same alone and beside others, heavy or not.
  @Test(arguments: cases)
  func resultsDoNotDependOnNeighbours(_ name: String, _ format: WeightFormat) throws {
    var random = SeededGenerator(UInt64(format.rawValue + 31))
    let compute = Compute(kernels: try KernelSet.tested(name), threads: 1)
    let columns = MatrixProductTests.columns(format).last ?? 256
    let weights = RandomMatrix(format, rows: 19, columns: columns, &random)
    var x = (0..<6 * columns).map { _ in random.normal() }
    for token in [1, 2, 4] {
      x[token * columns + Int.random(in: 0..<columns, using: &random)] *= 150
    }
    let alone = (0..<6).flatMap { token in
      MatrixProductTests.product(
        compute, weights.matrix, Array(x[token * columns..<(token + 1) * columns]), tokens: 1)
    }
    for tokens in 2...6 {
      let together = MatrixProductTests.product(
        compute, weights.matrix, Array(x[..<(tokens * columns)]), tokens: tokens)
      #expect(together == Array(alone[..<(tokens * 19)]), "\(tokens) tokens")
    }
  }

  /// Sets that round keep sixteen bits of a group with a value that would drown the others in eight,
  /// and eight bits of the others; sets that round nothing keep sixteen of all.
  @Test(arguments: KernelSet.tested.map(\.name))
  func heavyGroupsKeepWhatEightBitsLose(_ name: String) throws {
    let compute = Compute(kernels: try KernelSet.tested(name), threads: 1)
    let columns = 512
    // The first row picks the second value, the last row the last value: 1 beside 1000, and 1 beside 3.
    var x = [Float](repeating: 0, count: columns)
    (x[0], x[1], x[columns - 2], x[columns - 1]) = (1000, 1, 3, 1)
    var row = [Float](repeating: 0, count: 2 * columns)
    (row[1], row[2 * columns - 1]) = (1, 1)
    let matrix = RandomMatrix(.q8_0, rows: 2, columns: columns) { _ in 0 }
    let blocks = WeightFormat.q8_0.blocks
    let bytes = UnsafeMutableRawPointer(mutating: matrix.matrix.weights)
    row.withUnsafeBufferPointer { row in
      guard let base = row.baseAddress else { return }
      blocks.encodeRow(base, count: columns, into: bytes)
      blocks.encodeRow(base + columns, count: columns, into: bytes + matrix.matrix.rowBytes)
    }
    let found = MatrixProductTests.product(compute, matrix.matrix, x, tokens: 1)
    #expect(abs(found[0] - 1) < 0.02)
    let last = abs(found[1] - 1)
    #expect(compute.kernels.rounded != nil ? last > 1e-3 && last < 0.012 : last < 1e-4)
  }
}
