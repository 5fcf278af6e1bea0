import Foundation
import GGUF
import Testing

@testable import Quantization

/// What is kept in blocks although scales or codes must be rounded, and what is not.
@Suite("Rounding of imported matrices")
struct ImportRoundingTests {
  struct Case: CustomTestStringConvertible {
    let name: String
    var bits = 4
    var columns = 64
    var groupSize = 32
    /// The range of zeros; nil for biases.
    var zeros: ClosedRange<Int>? = 8...8
    /// The range of the codes that there are.
    var codes: ClosedRange<Int>?
    var scales: ClosedRange<Float> = 0.001...0.01
    /// Whether scales have no more digits than half precision.
    var isHalf = false
    /// Biases are this many scales.
    var biases: ClosedRange<Float> = -1 ... -1
    let expected: TensorType
    /// The largest change that is allowed; nil where nothing may change.
    var change: Double?
    /// What is taken if nothing may be rounded.
    var exact: TensorType?

    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "ONNX INT4 for processors", expected: .q4_0, change: 0x1p-11, exact: .f16),
    Case(
      name: "ONNX INT8 for processors", bits: 8, zeros: 128...128, expected: .q8_0,
      change: 0x1p-11, exact: .f16),
    Case(
      name: "asymmetric INT4", zeros: 0...15, expected: .q5_0, change: 0x1p-11, exact: .f16),
    Case(
      name: "2 bits with zeros", bits: 2, zeros: 0...3, expected: .q4_0, change: 0x1p-11,
      exact: .f16),
    Case(
      name: "3 bits with zeros", bits: 3, zeros: 0...7, expected: .q4_0, change: 0x1p-11,
      exact: .f16),
    Case(
      name: "INT8 by channel whose codes reach beyond eight bits", bits: 8, columns: 96,
      groupSize: 96, zeros: 100...150, isHalf: true, expected: .q8_0, change: 1 / 250, exact: .f16),
    Case(
      name: "INT8 by channel whose codes happen to fit", bits: 8, columns: 96, groupSize: 96,
      zeros: 120...135, codes: 10...240, isHalf: true, expected: .q8_0, exact: .f16),
    Case(
      name: "a zero of 127 lets codes fit with the other sign", bits: 8, zeros: 127...127,
      isHalf: true, expected: .q8_0, exact: .q8_0),
    Case(
      name: "biases in single precision", zeros: nil, biases: -9.3 ... -5.1, expected: .q4_1,
      change: 0x1p-10, exact: .f16),
    Case(
      name: "five bits with biases in single precision", bits: 5, zeros: nil,
      biases: -17.3 ... -14.1, expected: .q5_1, change: 0x1p-10, exact: .f16),
    Case(
      name: "six bits with biases", bits: 6, zeros: nil, isHalf: true, biases: -34 ... -30,
      expected: .q8_0, change: 1 / 250, exact: .f16),
    Case(
      name: "eight bits with biases", bits: 8, zeros: nil, isHalf: true, biases: -130 ... -120,
      expected: .q8_0, change: 1 / 250, exact: .f16),
    Case(
      name: "biases that are whole multiples", bits: 6, zeros: nil, isHalf: true,
      biases: -32 ... -32, expected: .q8_0, exact: .q8_0),
    Case(
      name: "2 bits by channel", bits: 2, columns: 256, groupSize: 256, zeros: 0...3, isHalf: true,
      expected: .q2_K, exact: .q2_K),
    Case(
      name: "3 bits by channel", bits: 3, columns: 512, groupSize: 512, zeros: 4...4,
      expected: .q3_K, change: 0x1p-11, exact: .f16),
    Case(
      name: "asymmetric INT4 by channel", columns: 256, groupSize: 256, zeros: 0...15, isHalf: true,
      expected: .q4_K, exact: .q4_K),
    Case(
      name: "5 bits in groups of 256", bits: 5, columns: 512, groupSize: 256, zeros: 0...31,
      expected: .q5_K, change: 0x1p-11, exact: .f16),
    Case(
      name: "5 bits with biases by channel", bits: 5, columns: 256, groupSize: 256, zeros: nil,
      biases: -17.3 ... -14.1, expected: .q5_K, change: 0x1p-10, exact: .f16),
    Case(
      name: "6 bits by channel", bits: 6, columns: 256, groupSize: 256, zeros: 32...32,
      isHalf: true, expected: .q6_K, exact: .q6_K),
    Case(name: "scales that are too small", scales: 1e-6...3e-5, expected: .f16, exact: .f16),
    Case(
      name: "eight bits with scales that are too small", bits: 8, zeros: 128...128,
      scales: 1e-6...3e-5, expected: .f16, exact: .f16),
    Case(name: "scales that are too large", scales: 70_000...80_000, expected: .f32, exact: .f32),
    Case(
      name: "groups that are no blocks", columns: 64, groupSize: 16, expected: .f16, exact: .f16),
    Case(name: "rows that are no blocks", columns: 48, groupSize: 48, expected: .f16, exact: .f16),
  ]

  @Test("The smallest format that holds the codes is taken", arguments: cases)
  func formats(_ given: Case) throws {
    let parts = try MatrixParts(given)
    let matrix = try parts.matrix(.blocks)
    #expect(matrix.type == given.expected)
    let values = try matrix.values(rowsAtOnce: 3)
    #expect(values == parts.values)
    let copied = try matrix.copiedValues(rowsAtOnce: 2)
    if matrix.type.blockSize == 1 {
      #expect(copied == (matrix.type == .f32 ? values : values.map { Float(Float16($0)) }))
    } else {
      let change = matrix.rounding?.change
      #expect((change != nil) == (given.change != nil), "\(change ?? 0)")
      #expect((change ?? 0) <= given.change ?? 0)
      // The change that is told is that of some weight, in each block of its own.
      for start in stride(from: 0, to: values.count, by: 32) {
        let block = start..<start + 32
        if given.change == 1 / 250 {
          expectChanges(
            Array(copied[block]), Array(values[block]), atMost: change ?? 0, "\(start)")
        }
      }
      expectChanges(copied, values, atMost: max(change ?? 0, 1e-7), given.name)
    }
    #expect(try parts.matrix(.f16).type == given.exact)
  }

  @Test("Codes and scales that lie column by column are the same matrix")
  func columns() throws {
    let parts = try MatrixParts(Case(name: "columns", zeros: 0...15, expected: .q5_0))
    let matrix = try parts.matrix(.blocks, isTransposed: true)
    #expect(matrix.type == .q5_0)
    #expect(try matrix.values(rowsAtOnce: 2) == parts.values)
    #expect(try matrix.copiedValues() == parts.matrix(.blocks).copiedValues())
  }

  @Test("Parts in different block formats are joined in the one that holds all codes")
  func joined() throws {
    let four = try MatrixParts(Case(name: "4", isHalf: true, expected: .q4_0))
    let eight = try MatrixParts(
      Case(name: "8", bits: 8, zeros: 128...128, isHalf: true, expected: .q8_0))
    let rows = try JoinedRows([four.matrix(.blocks), eight.matrix(.blocks)], name: "x")
    #expect(rows.type == .q8_0)
    #expect(rows.rounding == nil)
    #expect(try rows.copiedValues() == four.values + eight.values)
  }
}

/// A random matrix of codes with its scales, in memory.
private struct MatrixParts {
  private static let rows = 7
  let values: [Float]
  private let given: ImportRoundingTests.Case
  private let codes: [Int]
  private let zeros: [Int]
  private let scales: [Float]
  private let biases: [Float]
  private let groups: Int

  init(_ given: ImportRoundingTests.Case) throws {
    var random = SplitMix(state: UInt64(given.bits * given.columns + given.groupSize))
    let groups = (given.columns + given.groupSize - 1) / given.groupSize
    let range = given.codes ?? 0...(1 << given.bits) - 1
    codes = (0..<Self.rows * given.columns).map { _ in .random(in: range, using: &random) }
    zeros = (0..<Self.rows * groups).map { _ in
      given.zeros.map { .random(in: $0, using: &random) } ?? 0
    }
    func rounded(_ value: Float) -> Float { given.isHalf ? Float(Float16(value)) : value }
    let scales = (0..<Self.rows * groups).map { _ in
      rounded(.random(in: given.scales, using: &random))
    }
    biases = scales.map { rounded($0 * .random(in: given.biases, using: &random)) }
    let (codes, zeros, biases) = (self.codes, self.zeros, self.biases)
    values = codes.indices.map { index in
      let group = index / given.columns * groups + index % given.columns / given.groupSize
      guard given.zeros == nil else { return scales[group] * Float(codes[index] - zeros[group]) }
      return scales[group] * Float(codes[index]) + biases[group]
    }
    self.scales = scales
    self.groups = groups
    self.given = given
  }

  func matrix(_ precision: ImportPrecision, isTransposed: Bool = false) throws -> QuantizedMatrix {
    let file = try ReadableFile(#filePath)
    let (bits, columns, rows) = (given.bits, given.columns, Self.rows)
    func arranged<Value>(_ values: [Value], _ width: Int) -> [Value] {
      guard isTransposed else { return values }
      return (0..<values.count).map { values[$0 % rows * width + $0 / rows] }
    }
    func floats(_ values: [Float]) -> FloatArray {
      let bytes = arranged(values, groups).flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      }
      return FloatArray(FileBytes(bytes, from: file), type: .f32)
    }
    func packed(_ codes: [Int], _ width: Int) -> PackedCodes {
      var bytes = [UInt8](repeating: 0, count: (codes.count * bits + 7) / 8)
      for (index, code) in arranged(codes, width).enumerated() {
        for bit in 0..<bits where code >> bit & 1 == 1 {
          bytes[(index * bits + bit) / 8] |= 1 << ((index * bits + bit) % 8)
        }
      }
      return PackedCodes(
        FileBytes(bytes, from: file), bits: bits,
        order: isTransposed ? .columns(rows: rows) : .rows(stride: width * bits))
    }
    return try QuantizedMatrix(
      name: "x.weight", shape: [columns, rows], codes: packed(codes, columns),
      groupSize: given.groupSize, scales: floats(scales),
      order: isTransposed ? .columns(rows: rows) : nil,
      offset: given.zeros == nil ? .biases(floats(biases)) : .zeros(packed(zeros, groups)),
      precision: precision, source: "x")
  }
}
