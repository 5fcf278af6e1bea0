import BlockFormats
import Testing

@testable import KernelCore
@testable import Kernels

@Suite struct ByteProductTests {
  static let cases = KernelSet.tested.filter { $0.rounded?.tokens == 1 }.flatMap { set in
    WeightFormat.allCases.filter { !$0.isFloat }.map { (set.name, $0) }
  }

  private let tokens = 19

  /// Values of every size, and of each token some that are a hundred times the others.
  private func activations(
    _ columns: Int, _ random: inout SeededGenerator
  ) -> [Float] {
    var x = (0..<tokens * columns).map { _ in random.normal() }
    for token in 0..<tokens where token % 3 != 0 {
      x[token * columns + Int.random(in: 0..<columns, using: &random)] *= 150
    }
    return x
  }

  /// What rounding takes from a block follows from its largest value, or from the row's mean.
  @Test(arguments: cases)
  func errorsAreWhatRoundingMayCost(_ name: String, _ format: WeightFormat) throws {
    var random = SeededGenerator(UInt64(format.rawValue + 21))
    let columns = MatrixProductTests.columns(format).last ?? 256
    let weights = RandomMatrix(format, rows: 37, columns: columns, &random)
    let x = activations(columns, &random)
    let compute = Compute(kernels: try KernelSet.tested(name), threads: 2)
    let found = MatrixProductTests.product(compute, weights.matrix, x, tokens: tokens)
    for token in 0..<tokens {
      let given = Array(x[token * columns..<(token + 1) * columns])
      let errors = Reference.bytes(given).errors
      for row in 0..<weights.matrix.rows {
        let values = Reference.row(weights.matrix, row)
        let (value, magnitude) = Reference.dot(values, given)
        let error = Reference.dot(values.map(abs), errors).value
        let difference = abs(Double(found[token * weights.matrix.rows + row]) - value)
        #expect(difference <= error + magnitude * 1e-4, "token \(token) row \(row)")
      }
    }
  }

  /// Whether bytes have room for a format follows from its largest code.
  @Test func noCodeIsLargerThanItsFormatSays() {
    func check<F: PackedFormat>(_: F.Type) {
      var random = SeededGenerator(23)
      var largest = 0
      for _ in 0..<64 {
        let group = (0..<F.groupBytes + 64).map { _ in UInt8.random(in: 0...255, using: &random) }
        group.withUnsafeBytes { bytes in
          guard let base = bytes.baseAddress else { return }
          for step in 0..<4 {
            let codes = F.unpack(base, step: step, Portable.self)
            for byte in withUnsafeBytes(of: codes, Array.init) {
              let code = F.codes == .signed ? Int(Int8(bitPattern: byte)) : Int(byte)
              largest = max(largest, abs(code - Int(F.offset)))
            }
          }
        }
      }
      #expect(largest == F.largestCode, "\(F.self)")
    }
    check(Q4_0.self)
    check(Q4_1.self)
    check(Q5_0.self)
    check(Q5_1.self)
    check(Q8_0.self)
    check(Q2_K.self)
    check(Q3_K.self)
    check(Q4_K.self)
    check(Q5_K.self)
    check(Q6_K.self)
    check(IQ4_NL.self)
    check(IQ4_XS.self)
  }

  /// Sums have room for the largest codes of weights beside the largest of activations.
  @Test(arguments: cases)
  func sumsHaveRoomForTheLargestCodes(_ name: String, _ format: WeightFormat) throws {
    let columns = MatrixProductTests.columns(format).last ?? 256
    let compute = Compute(kernels: try KernelSet.tested(name), threads: 2)
    for sign: Float in [-1, 1] {
      // Of each block one value is another: the rest have a code at an end of the range.
      let weights = RandomMatrix(format, rows: 37, columns: columns) { $0 % 16 == 5 ? -sign : sign }
      let values = Reference.row(weights.matrix, 0)
      for x: Float in [-1, 1] {
        let given = [Float](repeating: x, count: columns)
        let (value, magnitude) = Reference.dot(values, given)
        let found = MatrixProductTests.product(
          compute, weights.matrix, (0..<tokens).flatMap { _ in given }, tokens: tokens)
        for product in found {
          #expect(abs(Double(product) - value) <= magnitude * 1e-4)
        }
      }
    }
  }

  /// Second codes of one token leave its neighbours' bits as they are.
  @Test(arguments: cases)
  func resultsDoNotDependOnNeighbours(_ name: String, _ format: WeightFormat) throws {
    var random = SeededGenerator(UInt64(format.rawValue + 22))
    let columns = MatrixProductTests.columns(format).last ?? 256
    let weights = RandomMatrix(format, rows: 37, columns: columns, &random)
    let x = activations(columns, &random)
    let compute = Compute(kernels: try KernelSet.tested(name), threads: 2)
    let rows = weights.matrix.rows
    let together = MatrixProductTests.product(compute, weights.matrix, x, tokens: tokens)
    for count in [7, 10, 12] {
      let first = tokens - count
      let apart = MatrixProductTests.product(
        compute, weights.matrix, Array(x[(first * columns)...]), tokens: count)
      #expect(apart == Array(together[(first * rows)...]))
    }
  }

  /// A heavy block keeps sixteen bits of a value that others would drown in eight.
  @Test(arguments: cases.filter { $0.1 == .q4_0 })
  func heavyBlocksKeepWhatEightBitsLose(_ name: String, _ format: WeightFormat) throws {
    let compute = Compute(kernels: try KernelSet.tested(name), threads: 1)
    let columns = 512
    // Each weight is −8 but for the one that meets the large value, which is zero.
    var block = [UInt8](repeating: 0, count: 18 * columns / 32)
    for start in stride(from: 0, to: block.count, by: 18) { block[start + 1] = 0x3C }
    block[2] = 0x08
    var x = [Float](repeating: 0, count: 8 * columns)
    for token in 0..<8 {
      x[token * columns] = 1000
      x[token * columns + 1] = 1
    }
    let found = block.withUnsafeBytes { bytes -> [Float] in
      guard let base = bytes.baseAddress else { return [] }
      let matrix = Matrix(format: format, weights: base, rows: 1, columns: columns)
      return MatrixProductTests.product(compute, matrix, x, tokens: 8)
    }
    for value in found { #expect(abs(value + 8) < 0.15) }
  }
}
