import Foundation
import Testing

@testable import Kernels

@Suite struct RowKernelTests {
  static let sets = KernelSet.supported.map(\.name)
  static let sizes = [1, 2, 15, 16, 17, 31, 32, 100, 257]

  private func random(_ count: Int, scale: Float = 1, seed: UInt64) -> [Float] {
    var random = SeededGenerator(seed)
    return (0..<count).map { _ in random.normal() * scale }
  }

  @Test(arguments: sets, sizes)
  func normsMatchTheirDefinition(_ name: String, _ count: Int) throws {
    let kernels = try KernelSet.select(name)
    let x = random(count, seed: 1).map { $0 + 3 }
    let weight = random(count, seed: 2)
    let bias = random(count, seed: 3)
    var rms = [Float](repeating: 0, count: count)
    var layer = rms
    kernels.rmsNorm(x, weight, 1e-5, count, &rms)
    kernels.layerNorm(x, weight, bias, 1e-5, count, &layer)
    let wide = x.map(Double.init)
    let square = wide.reduce(0) { $0 + $1 * $1 } / Double(count)
    let mean = wide.reduce(0, +) / Double(count)
    let variance = wide.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    for i in 0..<count {
      let rmsExpected = wide[i] / (square + 1e-5).squareRoot() * Double(weight[i])
      #expect(abs(Double(rms[i]) - rmsExpected) <= 1e-5 * (1 + abs(rmsExpected)))
      let layerExpected =
        (wide[i] - mean) / (variance + 1e-5).squareRoot() * Double(weight[i]) + Double(bias[i])
      // A row of one value has no variance: its rounding is divided by √ε.
      let tolerance = 4e-7 * 6 / (variance + 1e-5).squareRoot() + 1e-5
      #expect(abs(Double(layer[i]) - layerExpected) <= tolerance * (1 + abs(layerExpected)))
    }
  }

  @Test(arguments: sets, sizes)
  func activationFunctionsMatchTheirDefinition(_ name: String, _ count: Int) throws {
    let kernels = try KernelSet.select(name)
    let x = random(count, scale: 8, seed: 4)
    let up = random(count, seed: 5)
    var silu = x
    var gelu = x
    kernels.siluMultiply(&silu, up, count)
    kernels.gelu(&gelu, count)
    for i in 0..<count {
      let v = Double(x[i])
      let siluExpected = v / (1 + exp(-v)) * Double(up[i])
      #expect(abs(Double(silu[i]) - siluExpected) <= 2e-6 * (1 + abs(siluExpected)))
      let inside = (2 / Double.pi).squareRoot() * (v + 0.044715 * v * v * v)
      let geluExpected = 0.5 * v * (1 + tanh(inside))
      #expect(abs(Double(gelu[i]) - geluExpected) <= 2e-6 * (1 + abs(geluExpected)))
    }
  }

  @Test(arguments: sets)
  func activationFunctionsStayFiniteAtTheEnds(_ name: String) throws {
    let kernels = try KernelSet.select(name)
    for value: Float in [-1e30, -100, -88, 88, 100, 1e30] {
      var x = [Float](repeating: value, count: 16)
      let ones = [Float](repeating: 1, count: 16)
      kernels.siluMultiply(&x, ones, 16)
      #expect(x.allSatisfy { $0 == max(0, value) || abs($0) < 1e-6 * abs(value) + 1e-30 })
    }
  }

  @Test(arguments: sets, [2, 4, 20, 32, 96])
  func rotationTurnsPairs(_ name: String, _ size: Int) throws {
    let kernels = try KernelSet.select(name)
    let x = random(size, seed: 6)
    let half = size / 2
    let angles = random(half, seed: 7)
    var halves = x
    var pairs = x
    let (cosines, sines) = (angles.map { cos($0) }, angles.map { sin($0) })
    kernels.rotateHalves(&halves, cosines, sines, half)
    kernels.rotatePairs(&pairs, cosines, sines, half)
    for i in 0..<half {
      #expect(abs(halves[i] - (x[i] * cosines[i] - x[half + i] * sines[i])) < 1e-6)
      #expect(abs(halves[half + i] - (x[half + i] * cosines[i] + x[i] * sines[i])) < 1e-6)
      #expect(abs(pairs[2 * i] - (x[2 * i] * cosines[i] - x[2 * i + 1] * sines[i])) < 1e-6)
      #expect(abs(pairs[2 * i + 1] - (x[2 * i + 1] * cosines[i] + x[2 * i] * sines[i])) < 1e-6)
    }
  }

  @Test(arguments: sets, [1, 2, 63, 64, 65, 129, 300])
  func attentionMatchesItsDefinition(_ name: String, _ positions: Int) throws {
    let kernels = try KernelSet.select(name)
    for size in [4, 16, 20, 64] {
      let query = random(size, seed: 8)
      let keys = random(positions * size, seed: 9)
      let values = random(positions * size, seed: 10)
      var scores = [Float](repeating: 0, count: 64)
      var out = [Float](repeating: .nan, count: size)
      kernels.attendF32(query, keys, values, size * 4, positions, size, &scores, &out)
      let logits = (0..<positions).map { p in
        (0..<size).reduce(0.0) { $0 + Double(query[$1]) * Double(keys[p * size + $1]) }
      }
      let largest = logits.max() ?? 0
      let weights = logits.map { exp($0 - largest) }
      let total = weights.reduce(0, +)
      for i in 0..<size {
        let expected = (0..<positions).reduce(0.0) {
          $0 + weights[$1] / total * Double(values[$1 * size + i])
        }
        #expect(abs(Double(out[i]) - expected) < 2e-5)
      }
      let halfKeys = keys.map { Float16($0) }
      let halfValues = values.map { Float16($0) }
      var half = [Float](repeating: .nan, count: size)
      kernels.attendF16(query, halfKeys, halfValues, size * 2, positions, size, &scores, &half)
      for i in 0..<size { #expect(abs(half[i] - out[i]) < 2e-2) }
    }
  }

  @Test(arguments: sets)
  func halfPrecisionLoadsAreExact(_ name: String) throws {
    // Every half-precision value, as rows of a matrix of one column times one.
    let kernels = try KernelSet.select(name)
    let all = (UInt16.min...UInt16.max).map { $0 }
    let one: [Float] = [1] + [Float](repeating: 0, count: 15)
    let kernel = try #require(kernels.float[WeightFormat.f16.rawValue])
    var rows: [UInt16] = []
    for value in all where Float16(bitPattern: value).isFinite {
      rows.append(contentsOf: [value] + [UInt16](repeating: 0, count: 15))
    }
    var out = [Float](repeating: 0, count: rows.count / 16)
    kernel.vector(rows, 32, out.count, 16, one, &out)
    for index in out.indices {
      #expect(out[index] == Float(Float16(bitPattern: rows[index * 16])))
    }
  }
}
