import BlockFormats
import Foundation
import Testing

@testable import Kernels

/// A product's shape.
struct ProductShape: Sendable, CustomTestStringConvertible {
  let rows: Int
  let columns: Int
  let tokens: Int
  var testDescription: String { "\(rows)×\(columns)·\(tokens)" }
}

@Suite struct MatrixProductTests {
  /// Rows straddle tiles of 4 and panels of 16 and 32, tokens tiles of 1 to 8 and of 16, columns groups of 256
  /// and steps of 64 and 16.
  static let shapes = [1, 3, 4, 37].flatMap { rows in
    [1, 2, 4, 5, 13, 21].map { ProductShape(rows: rows, columns: 0, tokens: $0) }
  }

  static let cases = KernelSet.tested.flatMap { set in
    WeightFormat.allCases.map { (set.name, $0) }
  }

  static func columns(_ format: WeightFormat) -> [Int] {
    switch format.blocks.blockSize {
    case 1: [1, 16, 17, 63, 300]
    case 32: [32, 64, 96, 128, 352, 416, 480]
    // A quad of super-blocks, and a rest.
    default: [256, 512, 1024, 1792]
    }
  }

  @Test(arguments: cases)
  func productsMatchDoublePrecision(_ name: String, _ format: WeightFormat) throws {
    var random = SeededGenerator(UInt64(format.rawValue + 1))
    for columns in Self.columns(format) {
      for shape in Self.shapes {
        let weights = RandomMatrix(format, rows: shape.rows, columns: columns, &random)
        let x = (0..<shape.tokens * columns).map { _ in random.normal() }
        try check(name, weights.matrix, x, tokens: shape.tokens)
      }
    }
  }

  /// Pieces of several panels, and tokens that fill no tile, in every kind of kernel.
  @Test(arguments: cases)
  func piecesOfSeveralPanelsMatch(_ name: String, _ format: WeightFormat) throws {
    var random = SeededGenerator(UInt64(format.rawValue + 5))
    let columns = Self.columns(format)[0]
    let weights = RandomMatrix(format, rows: 323, columns: columns, &random)
    for tokens in [7, 17, 21] {
      let x = (0..<tokens * columns).map { _ in random.normal() }
      try check(name, weights.matrix, x, tokens: tokens)
    }
  }

  @Test(arguments: cases)
  func productsOfExtremeActivationsMatch(_ name: String, _ format: WeightFormat) throws {
    var random = SeededGenerator(7)
    let columns = Self.columns(format).last ?? 256
    let weights = RandomMatrix(format, rows: 9, columns: columns, &random)
    for value: Float in [0, 1, -1, 3e30, -3e30, 1e-30, 0x1p-140] {
      for tokens in [5, 13] {
        let constant = [Float](repeating: value, count: tokens * columns)
        try check(name, weights.matrix, constant, tokens: tokens)
        var spike = [Float](repeating: 1e-3, count: tokens * columns)
        spike[columns / 2] = value
        try check(name, weights.matrix, spike, tokens: tokens)
      }
    }
  }

  @Test(arguments: cases)
  func resultsDoNotDependOnThreads(_ name: String, _ format: WeightFormat) throws {
    var random = SeededGenerator(11)
    let columns = Self.columns(format).last ?? 256
    let weights = RandomMatrix(format, rows: 67, columns: columns, &random)
    let set = try KernelSet.tested(name)
    for tokens in [1, 9, 40] {
      let x = (0..<tokens * columns).map { _ in random.normal() }
      let one = Self.product(Compute(kernels: set, threads: 1), weights.matrix, x, tokens: tokens)
      let three = Self.product(Compute(kernels: set, threads: 3), weights.matrix, x, tokens: tokens)
      #expect(one == three)
    }
  }

  /// Both ways of adding up products are exact, whatever the processor prefers.
  @Test(
    .enabled(if: CPUFeatures.current.hasAVX512VNNI),
    arguments: WeightFormat.allCases.filter { !$0.isFloat })
  func sharedProductsHaveTheBitsOfSeparateOnes(_ format: WeightFormat) throws {
    var random = SeededGenerator(13)
    let columns = Self.columns(format).last ?? 256
    let weights = RandomMatrix(format, rows: 67, columns: columns, &random)
    let sets = try [false, true].map { sharesProducts in
      var features = CPUFeatures.current
      features.hasUnitsForAdditions = sharesProducts
      return try #require(KernelSet.sets(for: features).first { $0.name == "avx512" })
    }
    var x = (0..<23 * columns).map { _ in random.normal() }
    // The largest codes of both signs, side by side.
    for index in 0..<columns { x[index] = index % 3 == 0 ? -5 : 5 }
    let results = sets.map {
      Self.product(Compute(kernels: $0, threads: 1), weights.matrix, x, tokens: 23)
    }
    #expect(results[0] == results[1])
  }

  @Test("Nothing is read beyond the last row, where a file may end", arguments: cases)
  func staysWithinTheMatrix(_ name: String, _ format: WeightFormat) throws {
    var random = SeededGenerator(UInt64(format.rawValue + 21))
    let set = try #require(KernelSet.tested.first { $0.name == name })
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    for columns in Self.columns(format) {
      let weights = RandomMatrix(format, rows: 35, columns: columns, &random)
      let bytes = weights.matrix.rows * weights.matrix.rowBytes
      let pages = (bytes + page - 1) / page * page
      let memory = try #require(
        mmap(nil, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
      try #require(memory != MAP_FAILED)
      defer { munmap(memory, pages + page) }
      let start = memory + (pages - bytes)
      start.copyMemory(from: weights.matrix.weights, byteCount: bytes)
      try #require(mprotect(memory + pages, page, PROT_NONE) == 0)
      let last = Matrix(format: format, weights: start, rows: 35, columns: columns)
      for tokens in [1, 2, 3, 6, 9] {
        let x = (0..<tokens * columns).map { _ in random.normal() }
        #expect(
          Self.product(Compute(kernels: set, threads: 1), last, x, tokens: tokens)
            == Self.product(Compute(kernels: set, threads: 1), weights.matrix, x, tokens: tokens))
      }
    }
  }

  @Test("One input serves formats that take it in different orders", arguments: [1, 3, 9])
  func oneInputServesAllFormats(_ tokens: Int) {
    var random = SeededGenerator(11)
    let formats: [WeightFormat] = [.q4_K, .q6_K, .q2_K, .q4_0, .q4_K]
    let matrices = formats.map { RandomMatrix($0, rows: 5, columns: 512, &random) }
    let x = (0..<tokens * 512).map { _ in random.normal() }
    for set in KernelSet.tested {
      let compute = Compute(kernels: set, threads: 2)
      let out = Buffer<Float>.made(tokens * 5)
      x.withUnsafeBufferPointer { x in
        guard let base = x.baseAddress else { return }
        compute.reserveAndPrepare(base, tokens: tokens, columns: 512)
        for matrix in matrices {
          compute.multiply(matrix.matrix, into: out.pointer)
          let shared = Array(UnsafeBufferPointer(start: out.pointer, count: out.count))
          let alone = Self.product(
            Compute(kernels: set, threads: 1), matrix.matrix, Array(x), tokens: tokens)
          #expect(shared == alone, "\(set.name), \(matrix.matrix.format)")
        }
      }
    }
  }

  static func product(_ compute: Compute, _ matrix: Matrix, _ x: [Float], tokens: Int) -> [Float] {
    let out = Buffer<Float>.made(tokens * matrix.rows)
    x.withUnsafeBufferPointer { x in
      guard let base = x.baseAddress else { return }
      compute.reserveAndPrepare(base, tokens: tokens, columns: matrix.columns)
      compute.multiply(matrix, into: out.pointer)
    }
    return Array(UnsafeBufferPointer(start: out.pointer, count: out.count))
  }

  private func check(_ name: String, _ matrix: Matrix, _ x: [Float], tokens: Int) throws {
    let compute = Compute(kernels: try KernelSet.tested(name), threads: 2)
    let result = Self.product(compute, matrix, x, tokens: tokens)
    let rows = (0..<matrix.rows).map { Reference.row(matrix, $0) }
    for token in 0..<tokens {
      var activations = Array(x[token * matrix.columns..<(token + 1) * matrix.columns])
      let given = activations
      let table = tokens > 6 ? compute.kernels.rounded : nil
      let rounded = table?.products[matrix.format.rawValue] == nil ? nil : table
      let inTiles = rounded.map { $0.tokens > 1 } ?? false
      if !matrix.format.isFloat, !inTiles {
        if tokens <= 6 {
          activations = Reference.planes(activations, rounds: compute.kernels.rounded != nil)
        } else if rounded == nil {
          activations = Reference.quantized(activations)
        } else {
          activations = Reference.bytes(activations).values
        }
      }
      for row in 0..<matrix.rows {
        let (value, magnitude) = Reference.dot(rows[row], activations)
        // Sixteen lanes round once a step; minimums and codes of a block may cancel, and their
        // parts are at most 32 times the largest weight's share.
        let parts = matrix.format.isFloat ? magnitude : largestParts(rows[row], given)
        // In bfloat16, each operand is rounded to eight bits.
        let tolerance =
          parts * 0x1p-23 * Double(matrix.columns / 16 + 16) + 1e-38
          + (inTiles ? magnitude * (0x1p-7 + 0x1p-16) : 0)
        let found = Double(result[token * matrix.rows + row])
        #expect(
          abs(found - value) <= tolerance,
          "\(matrix.format) \(matrix.rows)×\(matrix.columns) token \(token) row \(row)")
        if abs(found - value) > tolerance { return }
      }
    }
  }

  /// The sum over sub-blocks of 32 of (largest weight) × (sum of activations' magnitudes).
  private func largestParts(_ weights: [Float], _ x: [Float]) -> Double {
    stride(from: 0, to: weights.count, by: 32).reduce(0) { sum, start in
      let range = start..<min(start + 32, weights.count)
      let weight = weights[range].reduce(0) { max($0, abs(Double($1))) }
      return sum + 2 * weight * x[range].reduce(0) { $0 + abs(Double($1)) }
    }
  }
}

/// A matrix of encoded random weights in memory of its own.
struct RandomMatrix {
  let matrix: Matrix
  private let memory: Buffer<UInt8>

  init(_ format: WeightFormat, rows: Int, columns: Int, _ random: inout SeededGenerator) {
    self.init(format, rows: rows, columns: columns) { _ in random.normal() * 0.05 }
  }

  /// - Parameters:
  ///   - format: The format.
  ///   - rows: How many rows.
  ///   - columns: How many columns.
  ///   - value: Gives a column's value.
  init(_ format: WeightFormat, rows: Int, columns: Int, value: (_ column: Int) -> Float) {
    let blocks = format.blocks
    let rowBytes = columns / blocks.blockSize * blocks.blockBytes
    // An odd address: files promise no alignment to the kernels.
    memory = .made(rows * rowBytes + 1)
    let start = UnsafeMutableRawPointer(memory.pointer) + 1
    var values = [Float](repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { values[column] = value(column) }
      values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        blocks.encodeRow(base, count: columns, into: start + row * rowBytes)
      }
    }
    matrix = Matrix(format: format, weights: start, rows: rows, columns: columns)
  }
}
