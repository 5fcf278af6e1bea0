import BlockFormats
import Testing

@testable import Kernels

/// A quantized format as a test's argument.
struct EncodedFormat: Sendable, CustomTestStringConvertible {
  let format: WeightFormat
  var testDescription: String { format.blocks.name }
  var isLegacy: Bool { format.rawValue <= WeightFormat.q8_0.rawValue }

  static let all = WeightFormat.allCases.filter { !$0.isFloat }.map(EncodedFormat.init(format:))
  static let legacy = all.filter(\.isLegacy)
}

/// How values are spread.
enum Spread: CaseIterable, Sendable {
  case normal, uniform, outliers, shifted, sparse, constant, tiny, zero

  func values(_ count: Int, seed: UInt64) -> [Float] {
    var random = SeededGenerator(seed)
    return (0..<count).map { index in
      let value = random.normal() * 0.02
      return switch self {
      case .normal: value
      case .uniform: Float.random(in: -1...1, using: &random)
      case .outliers: index % 97 == 5 ? value * 30 : value
      case .shifted: value + 0.03
      case .sparse: index % 7 == 0 ? value : 0
      case .constant: -0.25
      case .tiny: value * 1e-4
      case .zero: 0
      }
    }
  }
}

@Suite struct RowEncoderTests {
  static let count = 1280  // Five super-blocks: the sets work on two.

  /// What a row becomes, as bytes and as the values that they decode to.
  private func encode(
    _ format: WeightFormat, _ values: [Float], importance: [Float]? = nil,
    effort: EncodingEffort = .normal, set: String? = nil
  ) throws -> (bytes: [UInt8], values: [Float]) {
    let encoder = RowEncoder(effort: effort, kernels: try KernelSet.select(set))
    let blocks = format.blocks
    // Bytes beyond the row must stay as they are.
    let size = values.count / blocks.blockSize * blocks.blockBytes
    var bytes = [UInt8](repeating: 0xAA, count: size + 64)
    importance.withPointer { importance in
      encoder.encode(values, count: values.count, importance: importance, as: format, into: &bytes)
    }
    #expect(bytes[size...].allSatisfy { $0 == 0xAA })
    var decoded = [Float](repeating: .nan, count: values.count)
    blocks.decodeRow(bytes, count: values.count, into: &decoded)
    return (Array(bytes[..<size]), decoded)
  }

  private func error(_ x: [Float], _ y: [Float], _ importance: [Float]? = nil) -> Double {
    x.indices.reduce(0.0) { sum, i in
      let difference = Double(x[i]) - Double(y[i])
      return sum + difference * difference * Double(importance?[i] ?? 1)
    }
  }

  /// What units in half precision may lose: 2⁻¹¹ of a value, and 2⁻²⁵ of a level.
  private func slack(_ values: [Float], _ importance: [Float]? = nil) -> Double {
    let zeros = [Float](repeating: 0, count: values.count)
    let levels = [Float](repeating: 127 * 0x1p-25, count: values.count)
    return error(values, zeros, importance) * 0x1p-22 + error(levels, zeros, importance)
  }

  /// Squares of squares: a few columns matter much more than the others.
  private func importance(_ count: Int) -> [Float] {
    var random = SeededGenerator(8)
    return (0..<count).map { _ in
      let value = random.normal()
      return value * value * value * value
    }
  }

  @Test func floatFormatsRound() throws {
    let values = Spread.normal.values(100, seed: 7)
    #expect(try encode(.f32, values).values == values)
    #expect(try encode(.f16, values).values == values.map { Float(Float16($0)) })
  }

  @Test(arguments: EncodedFormat.legacy, Spread.allCases)
  func legacyFormatsHaveTheReferencesBits(_ format: EncodedFormat, _ spread: Spread) throws {
    let values = spread.values(Self.count, seed: 1)
    let blocks = format.format.blocks
    var expected = [UInt8](
      repeating: 0, count: values.count / blocks.blockSize * blocks.blockBytes)
    blocks.encodeRow(values, count: values.count, into: &expected)
    for set in KernelSet.supported {
      #expect(try encode(format.format, values, set: set.name).bytes == expected)
    }
  }

  @Test(arguments: EncodedFormat.all, Spread.allCases)
  func allSetsGiveTheSameBits(_ format: EncodedFormat, _ spread: Spread) throws {
    let values = spread.values(Self.count, seed: 2)
    for importance in [nil, importance(Self.count)] {
      for effort in EncodingEffort.allCases {
        let expected = try encode(
          format.format, values, importance: importance, effort: effort, set: "portable")
        for set in KernelSet.supported.dropFirst() {
          let bytes = try encode(
            format.format, values, importance: importance, effort: effort, set: set.name
          ).bytes
          #expect(bytes == expected.bytes, "\(set.name), \(effort)")
        }
      }
    }
  }

  @Test(arguments: EncodedFormat.all, Spread.allCases)
  func losesNoMoreThanTheSimpleEncoder(_ format: EncodedFormat, _ spread: Spread) throws {
    let values = spread.values(Self.count, seed: 3)
    let blocks = format.format.blocks
    var simple = [UInt8](
      repeating: 0, count: values.count / blocks.blockSize * blocks.blockBytes)
    blocks.encodeRow(values, count: values.count, into: &simple)
    var decoded = values
    blocks.decodeRow(simple, count: values.count, into: &decoded)
    let bound = error(values, decoded)
    for effort in EncodingEffort.allCases {
      let after = error(values, try encode(format.format, values, effort: effort).values)
      // The K-quants' searches favour large values over the plain error.
      #expect(after <= bound * 1.1 + slack(values))
    }
  }

  @Test(arguments: EncodedFormat.all, Spread.allCases)
  func importanceAndEffortLowerTheWeightedError(
    _ format: EncodedFormat, _ spread: Spread
  ) throws {
    let values = spread.values(Self.count, seed: 4)
    let importance = importance(Self.count)
    func weighted(_ values: [Float], _ result: [Float]) -> Double {
      error(values, result, importance)
    }
    let plain = weighted(values, try encode(format.format, values).values)
    let normal = weighted(
      values, try encode(format.format, values, importance: importance).values)
    let high = weighted(
      values, try encode(format.format, values, importance: importance, effort: .high).values)
    let slack = slack(values, importance)
    #expect(normal <= plain * 1.0001 + slack)
    #expect(high <= normal * 1.0001 + slack)
    if spread == .normal {
      #expect(normal < plain * 0.99)
      #expect(high < normal)
    }
  }

  @Test(arguments: EncodedFormat.all)
  func valuesThatAreNoNumbersBecomeZeros(_ format: EncodedFormat) throws {
    let size = format.format.blocks.blockSize
    for hostile: Float in [.nan, .infinity, -.infinity] {
      for effort in EncodingEffort.allCases {
        for importance in [nil, importance(Self.count)] {
          var values = Spread.normal.values(Self.count, seed: 5)
          values[size + 3] = hostile
          let result = try encode(
            format.format, values, importance: importance, effort: effort
          ).values
          #expect(result[size..<2 * size].allSatisfy { $0 == 0 })
          values.replaceSubrange(
            size..<2 * size, with: [Float](repeating: 0, count: size))
          #expect(
            result
              == (try encode(
                format.format, values, importance: importance, effort: effort
              ).values))
        }
      }
    }
  }

  @Test(arguments: EncodedFormat.all)
  func anyNumbersGiveFiniteValues(_ format: EncodedFormat) throws {
    let extremes: [Float] = [
      0, -0, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
      .leastNormalMagnitude, 1e-30, -1e-8, 1, 65504, -65520, 1e7, 1e20,
    ]
    for (number, value) in extremes.enumerated() {
      for other in extremes {
        var values = [Float](repeating: value, count: 512)
        for i in stride(from: number, to: 512, by: 41) { values[i] = other }
        for set in KernelSet.supported {
          for effort in EncodingEffort.allCases {
            let result = try encode(
              format.format, values, effort: effort, set: set.name
            ).values
            #expect(result.allSatisfy { $0.isFinite }, "\(value), \(other)")
            if value == 0, other == 0 { #expect(result.allSatisfy { $0 == 0 }) }
          }
        }
      }
    }
  }

  @Test(arguments: EncodedFormat.all)
  func anyImportanceIsTaken(_ format: EncodedFormat) throws {
    let values = Spread.normal.values(512, seed: 6)
    let power = error(values, values.map { $0 * 0 })
    let even = error(
      values, try encode(format.format, values, importance: values.map { _ in 1 }).values)
    for weight: Float in [0, -1, .nan, .infinity, .leastNonzeroMagnitude, 1e38] {
      // As good as even weights where all are alike.
      let same = [Float](repeating: weight, count: 512)
      let result = try encode(format.format, values, importance: same).values
      #expect(abs(error(values, result) - even) <= even * 1e-3)
      var mixed = importance(512)
      for i in stride(from: 0, to: 512, by: 5) { mixed[i] = weight }
      for effort in EncodingEffort.allCases {
        let result = try encode(format.format, values, importance: mixed, effort: effort).values
        #expect(error(values, result) < power)
      }
    }
  }
}

extension [Float]? {
  /// Calls with the elements' address, or nil.
  fileprivate func withPointer(_ body: (UnsafePointer<Float>?) -> Void) {
    if let self {
      self.withUnsafeBufferPointer { body($0.baseAddress) }
    } else {
      body(nil)
    }
  }
}
