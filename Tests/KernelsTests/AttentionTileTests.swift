import Foundation
import Testing

@testable import Kernels

/// Tokens that follow each other after some positions, and what they may see.
struct AttentionCase: Sendable, CustomTestStringConvertible {
  let tokens: Int
  let before: Int
  let window: Int
  let headSize: Int
  var testDescription: String { "\(tokens) after \(before), window \(window), size \(headSize)" }
}

@Suite struct AttentionTileTests {
  /// Tokens straddle tiles of 16 and 96, positions blocks of 256, head sizes 16, 32 and 64.
  static let cases = [
    AttentionCase(tokens: 1, before: 0, window: .max, headSize: 4),
    AttentionCase(tokens: 9, before: 0, window: .max, headSize: 80),
    AttentionCase(tokens: 16, before: 255, window: .max, headSize: 96),
    AttentionCase(tokens: 33, before: 300, window: 17, headSize: 64),
    AttentionCase(tokens: 96, before: 500, window: 260, headSize: 20),
    AttentionCase(tokens: 40, before: 1, window: 8, headSize: 128),
  ]

  static let arguments = KernelSet.tested.map(\.name).flatMap { name in
    cases.map { (name, $0) }
  }

  @Test(arguments: arguments)
  func matchesItsDefinition(_ name: String, _ example: AttentionCase) throws {
    let set = try KernelSet.tested(name)
    var random = SeededGenerator(UInt64(example.tokens))
    let (size, positions) = (example.headSize, example.before + example.tokens)
    // A head among others: what lies beside it must not be seen.
    let stride = size + 5
    let queries = (0..<example.tokens * stride).map { _ in
      random.normal() / Float(size).squareRoot()
    }
    let keys = (0..<positions * size).map { _ in Float16(random.normal()) }
    let values = (0..<positions * size).map { _ in Float16(random.normal()) }
    let scratch = Buffer<Float>.made(AttentionTile.scratchCount)
    scratch.pointer.update(repeating: .nan, count: scratch.count)
    var found = [Float](repeating: .nan, count: example.tokens * size)
    keys.withUnsafeBytes { keyBytes in
      values.withUnsafeBytes { valueBytes in
        guard let keyBase = keyBytes.baseAddress, let valueBase = valueBytes.baseAddress else {
          return
        }
        let view = AttentionTile.View(
          keys: keyBase, values: valueBase, positionBytes: 2 * size, visible: example.before + 1,
          window: example.window)
        set.attendTileF16(
          queries, stride, example.tokens, view, size, scratch.pointer, &found, size)
      }
    }
    for token in 0..<example.tokens {
      let last = example.before + token
      let first = example.window > last ? 0 : last + 1 - example.window
      let logits = (first...last).map { position in
        (0..<size).reduce(0.0) {
          $0 + Double(queries[token * stride + $1]) * Double(keys[position * size + $1])
        }
      }
      let largest = logits.max() ?? 0
      let weights = logits.map { exp($0 - largest) }
      let total = weights.reduce(0, +)
      // Rounded to bfloat16, a score is off by the terms' share, and so is each weight.
      let noise = set.roundsAttention ? 0.05 : 1e-5
      for i in 0..<size {
        let terms = zip(first...last, weights).map { $1 / total * Double(values[$0 * size + i]) }
        let value = terms.reduce(0, +)
        let magnitude = terms.reduce(0) { $0 + abs($1) }
        #expect(
          abs(Double(found[token * size + i]) - value) <= noise * magnitude + 1e-6,
          "token \(token) value \(i)")
      }
    }
  }
}
