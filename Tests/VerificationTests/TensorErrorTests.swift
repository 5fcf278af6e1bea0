import Foundation
import GGUF
import Quantization
import Testing

@testable import Verification

/// Figures that numpy and scipy give in 64-bit arithmetic.
private struct Golden: Decodable {
  struct Tensor: Decodable {
    let shape: [Int]
    let reference: [Float]
    let candidate: [Float]
    let rmse: Double
    let relative: Double
    let cosine: Double
    let decibels: Double
    let row: Int
    let column: Int
    let squares: [Float]?
    let weighted: Double?
    let weighted_relative: Double?
  }

  let tensors: [Tensor]

  static func load() throws -> Golden {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/attribution.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: path))
  }
}

@Suite("Errors of tensors")
struct TensorErrorTests {
  func measure(
    _ reference: [Float], _ candidate: [Float], shape: [Int], squares: [Float]? = nil
  ) throws -> TensorError {
    let file = try PocketModel.reference.get().file
    return try reference.withUnsafeBytes { x in
      try candidate.withUnsafeBytes { y in
        try TensorErrorMeter(threads: 2).measure(
          StoredTensor(TensorView(name: "x", type: .f32, shape: shape, bytes: x), in: file),
          StoredTensor(TensorView(name: "x", type: .f32, shape: shape, bytes: y), in: file),
          weights: squares.map { .columns($0, rowsOfExpert: shape[1]) })
      }
    }
  }

  func isClose(_ a: Double?, _ b: Double?) -> Bool {
    guard let a, let b else { return a == nil && b == nil }
    return abs(a - b) <= 1e-12 + 1e-11 * abs(b)
  }

  @Test("Errors are those of 64-bit arithmetic")
  func figures() throws {
    for golden in try Golden.load().tensors {
      let found = try measure(
        golden.reference, golden.candidate, shape: golden.shape, squares: golden.squares)
      #expect(isClose(found.rmse, golden.rmse))
      #expect(isClose(found.relativeError, golden.relative))
      #expect(isClose(found.cosine, golden.cosine))
      #expect(isClose(found.signalToNoise, golden.decibels))
      #expect(isClose(found.weightedError, golden.weighted))
      #expect(isClose(found.weightedRelativeError, golden.weighted_relative))
      #expect(found.largest?.row == golden.row && found.largest?.column == golden.column)
    }
  }

  @Test("A tensor against itself has no error")
  func itself() throws {
    let values = [Float](repeating: 0.1, count: 12)
    let error = try measure(values, values, shape: [4, 3], squares: [1, 2, 3, 4])
    #expect(error.rmse == 0 && error.relativeError == 0 && error.cosine == 1)
    #expect(error.weightedError == 0 && error.weightedRelativeError == 0)
    #expect(error.signalToNoise == nil && error.largest == nil && error.severity == 0)
  }

  @Test("What is not finite is counted, and worse than any error")
  func notFinite() throws {
    let error = try measure(
      [1, 2, 3, .infinity], [1, .nan, -.infinity, 4], shape: [4], squares: nil)
    #expect(error.candidateNotFinite == .init(nans: 1, infinities: 1))
    #expect(error.referenceNotFinite == .init(nans: 0, infinities: 1))
    #expect(error.rmse == 0 && error.severity == .infinity)
  }

  @Test("Tensors of no values and of zeros are compared")
  func degenerate() throws {
    #expect(try measure([], [], shape: [4, 0]).rmse == 0)
    #expect(try measure([0, 0], [0, 0], shape: [2]).cosine == 1)
    let error = try measure([0, 0], [3, 4], shape: [2])
    #expect(error.relativeError == 5 && error.cosine == 0)
    #expect(try #require(error.signalToNoise) < -300)
  }
}
