import Foundation
import GGUF
import Inference
import Kernels
import Testing

@testable import Quantization

@Suite("Weights that cannot be written")
struct WeightRangeTests {
  /// Rows of ones, with one other value.
  private struct Source: TensorSource {
    let name = "blk.0.ffn_up.weight"
    let shape = [256, 3]
    let type = TensorType.f32
    let value: Float

    func read(rows: Range<Int>, into values: UnsafeMutablePointer<Float>) {
      for index in 0..<rows.count * 256 { values[index] = 1 }
      if rows.contains(1) { values[(1 - rows.lowerBound) * 256 + 2] = value }
    }

    func copy(rows: Range<Int>, into bytes: UnsafeMutableRawPointer) {
      read(rows: rows, into: bytes.assumingMemoryBound(to: Float.self))
    }
  }

  private func problem(_ value: Float, _ type: TensorType, checksCopies: Bool = true) -> String? {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("range-\(UUID().uuidString).gguf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    do {
      try ModelFileWriter(threads: 1, checksCopies: checksCopies).write(
        [.init(Source(value: value), as: type)], metadata: [], to: path)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("A weight that keeps its format must be a number too", arguments: [Float.nan, .infinity])
  func copies(value: Float) {
    #expect(
      problem(value, .f32)
        == "blk.0.ffn_up.weight: found \(value) in row 1, column 2, expected finite weights")
    #expect(problem(value, .f32, checksCopies: false) == nil)
    #expect(problem(1, .f32) == nil)
  }

  @Test(
    "A weight beyond what a format's largest scale holds is refused, not clamped",
    arguments: WeightFormat.allCases.filter { ![.f32, .bf16].contains($0) })
  func clamps(format: WeightFormat) throws {
    let type = try #require(TensorType.allCases.first { WeightFormat($0) == format })
    let limit = format.largestValue
    for value in [limit * 1.5, -limit * 1.5, 1e38] {
      #expect(problem(value, type)?.contains("expected at most ") == true, "\(value)")
    }
    let fitting: [Float] = [limit / 4, -limit / 4, 65504 / 4]
    for value in fitting { #expect(problem(value, type) == nil) }
  }

  @Test("What a format is said to hold comes back near", arguments: WeightFormat.allCases)
  func holds(format: WeightFormat) throws {
    let values = try Buffer<Float>(count: 256)
    let decoded = try Buffer<Float>(count: 256)
    let bytes = try Buffer<UInt8>(count: 256 * 4)
    for sign: Float in [1, -1] {
      for share: Float in [0.25, 0.9] {
        for index in 0..<256 { values.pointer[index] = 0 }
        let value = sign * share * format.largestValue
        values.pointer[7] = value
        RowEncoder().encode(
          values.pointer, count: 256, importance: nil, as: format,
          into: UnsafeMutableRawPointer(bytes.pointer))
        Matrix(format: format, weights: bytes.pointer, rows: 1, columns: 256)
          .decodeRow(0, into: decoded.pointer)
        #expect(FiniteValues.areWithin(decoded.pointer, count: 256), "\(format) \(value)")
        let ratio = decoded.pointer[7] / value
        #expect(abs(ratio - 1) < 0.35, "\(format) \(value) \(ratio)")
      }
    }
  }

  @Test("Brain floats hold no more than their largest")
  func brainFloats() {
    #expect(problem(3.4e38, .bf16)?.contains("for BF16") == true)
    #expect(problem(3.38e38, .bf16) == nil)
  }
}
