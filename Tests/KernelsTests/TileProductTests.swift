import BlockFormats
import Testing

@testable import Kernels

#if arch(x86_64)
  import KernelsAVX512
#endif

@Suite struct TileProductTests {
  static let sets = KernelSet.tested.filter { ($0.rounded?.tokens ?? 1) > 1 }.map(\.name)

  /// Integers up to 256 are exact in bfloat16: nothing may be lost, and nothing may be elsewhere.
  @Test(arguments: sets, [9, 16, 17, 33, 48, 70])
  func productsOfSmallIntegersAreExact(_ name: String, _ tokens: Int) throws {
    var random = SeededGenerator(UInt64(tokens))
    let compute = Compute(kernels: try KernelSet.tested(name), threads: 2)
    for columns in [1, 16, 63, 64, 256, 300, 512] {
      for rows in [1, 16, 33, 64] {
        let weights = (0..<rows * columns).map { _ in
          Float16(Int.random(in: -16...16, using: &random))
        }
        let x = (0..<tokens * columns).map { _ in Float(Int.random(in: -200...200, using: &random))
        }
        let found = weights.withUnsafeBytes { bytes -> [Float] in
          guard let base = bytes.baseAddress else { return [] }
          let matrix = Matrix(format: .f16, weights: base, rows: rows, columns: columns)
          return MatrixProductTests.product(compute, matrix, x, tokens: tokens)
        }
        var expected = [Float](repeating: 0, count: tokens * rows)
        for token in 0..<tokens {
          for row in 0..<rows {
            expected[token * rows + row] = (0..<columns).reduce(0) {
              $0 + Float(weights[row * columns + $1]) * x[token * columns + $1]
            }
          }
        }
        #expect(found == expected, "\(rows)×\(columns)")
      }
    }
  }

  #if arch(x86_64)
    /// What comes before the unit's own instructions needs no such unit.
    @Test(.enabled(if: CPUFeatures.current.hasAVX512BF16), arguments: WeightFormat.allCases)
    func panelsOfAMXAreThoseOfScalarCode(_ format: WeightFormat) throws {
      var random = SeededGenerator(UInt64(format.rawValue))
      guard
        let decode = KernelSet.makeAMX().rounded?.products[format.rawValue]?.decode,
        let expected = KernelSet.emulatedTiles.rounded?.products[format.rawValue]?.decode
      else { return }
      let scratch = Buffer<UInt8>.made(WeightPanel.scratchBytes + WeightPanel.bytes)
      let start = UnsafeMutableRawPointer(scratch.pointer)
      for columns in MatrixProductTests.columns(format).map({ min($0, 256) }) {
        let random = RandomMatrix(format, rows: 21, columns: columns, &random)
        let weights = random.matrix
        let panels = [decode, expected].map { decode in
          let tiles = Buffer<UInt8>.made(TilePanel.bytes)
          decode(
            weights.weights, weights.rowBytes, weights.rows, columns, start,
            start + WeightPanel.scratchBytes, UnsafeMutableRawPointer(tiles.pointer))
          return Array(UnsafeBufferPointer(start: tiles.pointer, count: tiles.count))
        }
        withExtendedLifetime(random) {
          #expect(panels[0] == panels[1], "\(columns) columns")
        }
      }
    }
  #endif

  @Test func roundsToTheNearestBFloat16AndTiesToEven() {
    let cases: [(Float, UInt16)] = [
      (0, 0), (1, 0x3F80), (-1, 0xBF80), (.infinity, 0x7F80), (-.infinity, 0xFF80),
      (Float(bitPattern: 0x3F80_8000), 0x3F80), (Float(bitPattern: 0x3F81_8000), 0x3F82),
      (Float(bitPattern: 0x3F80_8001), 0x3F81), (Float(bitPattern: 0xBF81_7FFF), 0xBF81),
      (.greatestFiniteMagnitude, 0x7F80),
    ]
    for (value, bits) in cases {
      let words = BFloat16Rounding.words(Floats(repeating: value))
      #expect(UInt16(truncatingIfNeeded: words[3]) == bits, "\(value)")
      let pairs = BFloat16Rounding.pairs(Floats(repeating: value), Floats(repeating: 2))
      #expect(UInt64(bitPattern: pairs[0]) == 0x4000_0000_4000_0000 | UInt64(bits) * 0x1_0000_0001)
    }
  }
}
