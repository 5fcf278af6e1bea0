import Foundation
import GGUF
import Testing

@testable import Quantization

@Suite("Quantized matrices")
struct QuantizedMatrixTests {
  struct Case: CustomTestStringConvertible {
    var bits = 4
    var isSigned = false
    var columns = 64
    var groupSize = 32
    var scales: TensorType = .f16
    /// A zero for all, zeros for each group, or biases.
    var zero: Int?
    var hasZeros = false
    let expected: TensorType

    var testDescription: String {
      "\(bits) bits, groups of \(groupSize) of \(columns), \(scales.name): \(expected.name)"
    }
  }

  static let cases = [
    Case(zero: 8, expected: .q4_0), Case(isSigned: true, zero: 8, expected: .q4_0),
    Case(zero: 0, expected: .q4_1), Case(zero: 4, expected: .q4_1),
    Case(bits: 2, zero: 2, expected: .q4_0), Case(bits: 3, zero: 4, expected: .q4_0),
    Case(groupSize: 64, zero: 8, expected: .q4_0), Case(groupSize: 128, zero: 8, expected: .q4_0),
    Case(hasZeros: true, expected: .q5_0), Case(scales: .bf16, hasZeros: true, expected: .q5_0),
    Case(bits: 8, zero: 128, expected: .q8_0),
    Case(bits: 8, isSigned: true, zero: 128, expected: .q8_0),
    Case(bits: 6, zero: 32, expected: .q8_0), Case(bits: 8, zero: 127, expected: .q8_0),
    Case(bits: 8, zero: 126, expected: .f16),
    Case(bits: 8, hasZeros: true, expected: .f16), Case(groupSize: 16, zero: 8, expected: .f16),
    Case(columns: 48, groupSize: 32, zero: 8, expected: .f16),
    Case(columns: 33, groupSize: 16, zero: 8, expected: .f16),
    Case(scales: .f32, zero: 8, expected: .f16),
    Case(bits: 2, expected: .q4_1), Case(bits: 3, expected: .q4_1), Case(expected: .q4_1),
    Case(bits: 5, expected: .q5_1), Case(bits: 6, expected: .f16), Case(bits: 8, expected: .f16),
  ]

  @Test("The format that holds codes and scales as they are is found", arguments: cases)
  func formats(_ given: Case) throws {
    let rows = 5
    var random = SplitMix(state: UInt64(given.bits * given.columns))
    let groups = (given.columns + given.groupSize - 1) / given.groupSize
    let codes = (0..<rows * given.columns).map { _ in
      Int.random(in: 0..<1 << given.bits, using: &random)
    }
    let zeros = (0..<rows * groups).map { _ in Int.random(in: 0..<1 << given.bits, using: &random) }
    // More bits than half precision has, where scales are of single precision.
    let scales = (0..<2 * rows * groups).map { _ in Float.random(in: 0.5..<2, using: &random) }
    let flip = given.isSigned ? 1 << (given.bits - 1) : 0
    let packed = pack(codes.map { $0 ^ flip }, given.bits)
    let packedZeros = pack(zeros, given.bits)
    let numbers = scales.flatMap { bytes($0, given.scales) }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(packed + packedZeros + numbers).write(to: file)
    let open = try ReadableFile(file.path)
    let size = rows * groups * given.scales.blockBytes
    let floats = try [0, size].map {
      FloatArray(
        try FileBytes(open, at: packed.count + packedZeros.count + $0, count: size, "scales"),
        type: given.scales)
    }
    let zeroCodes = PackedCodes(
      try FileBytes(open, at: packed.count, count: packedZeros.count, "zeros"), bits: given.bits,
      rowBits: groups * given.bits)
    let offset: QuantizedMatrix.Offset =
      given.hasZeros ? .zeros(zeroCodes) : given.zero.map { .zero($0) } ?? .biases(floats[1])
    let matrix = try QuantizedMatrix(
      name: "x.weight", shape: [given.columns, rows],
      codes: PackedCodes(
        try FileBytes(open, at: 0, count: packed.count, "codes"), bits: given.bits,
        isSigned: given.isSigned, rowBits: given.columns * given.bits),
      groupSize: given.groupSize, scales: floats[0], offset: offset, precision: .f16, source: "x")
    #expect(matrix.type == given.expected)
    #expect((matrix.rounding == nil) == (given.expected != .f16))
    let stored = try floats[0].load(0..<rows * groups)
    let biases = try floats[1].load(0..<rows * groups)
    let expected = (0..<rows * given.columns).map { index in
      let group = index / given.columns * groups + index % given.columns / given.groupSize
      guard given.hasZeros || given.zero != nil else {
        return stored[group] * Float(codes[index]) + biases[group]
      }
      return stored[group] * Float(codes[index] - (given.hasZeros ? zeros[group] : given.zero!))
    }
    #expect(try matrix.values(rowsAtOnce: 2) == expected)
    let copied = try matrix.copiedValues(rowsAtOnce: 2)
    #expect(copied == (matrix.rounding == nil ? expected : expected.map { Float(Float16($0)) }))
  }

  @Test("A scale that is no number is refused, with its place")
  func infinity() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data([UInt8](repeating: 0, count: 32) + [0, 0, 0, 0x7C]).write(to: file)
    let open = try ReadableFile(file.path)
    let codes = PackedCodes(
      try FileBytes(open, at: 0, count: 32, "codes"), bits: 4, rowBits: 128)
    let scales = FloatArray(try FileBytes(open, at: 32, count: 4, "scales"), type: .f16)
    let error = #expect(throws: QuantizationError.self) {
      try QuantizedMatrix(
        name: "x", shape: [32, 2], codes: codes, groupSize: 32, scales: scales, offset: .zero(8),
        precision: .f16, source: "a.bin: x")
    }
    #expect(
      error?.description
        == "a.bin: x: found scale inf and bias 0.0 in row 1, group 0, expected numbers")
  }

  @Test("Folders are told apart by their files")
  func kinds() throws {
    let kinds: [(String, any WeightStore.Type)] = [
      ("mlx-mixed", MLXFolder.self), ("onnx-symmetric", ONNXFolder.self),
      ("openvino", OpenVINOFolder.self),
    ]
    for (name, kind) in kinds {
      let store = try #require(try ImportedModel.open(path: ImportGolden.path(name)))
      #expect(type(of: store) == kind)
    }
    #expect(try ImportedModel.open(path: ImportGolden.folder.path) == nil)
  }

  private func pack(_ codes: [Int], _ bits: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (codes.count * bits + 7) / 8)
    for (index, code) in codes.enumerated() {
      for bit in 0..<bits where code >> bit & 1 == 1 {
        bytes[(index * bits + bit) / 8] |= 1 << ((index * bits + bit) % 8)
      }
    }
    return bytes
  }

  private func bytes(_ value: Float, _ type: TensorType) -> [UInt8] {
    let bits = value.bitPattern
    switch type {
    case .f32: return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    case .f16:
      let half = Float16(value).bitPattern
      return [UInt8(truncatingIfNeeded: half), UInt8(half >> 8)]
    default: return [UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 24)]
    }
  }
}
