import Foundation
import GGUF
import Kernels
import Testing

@testable import Inference
@testable import Quantization

/// A model that another runtime's tools wrote, and its values by that runtime
/// (`scripts/make-import-goldens`).
struct ImportGolden: Decodable {
  struct Tensor: Decodable {
    /// Dimensions, the contiguous one last.
    let shape: [Int]
    let hash: String
    let first: [Float]
  }

  let reference: String
  let tensors: [String: Tensor]

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/Import")

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  static func load(_ name: String) throws -> ImportGolden {
    try JSONDecoder().decode(
      ImportGolden.self, from: Data(contentsOf: folder.appendingPathComponent("\(name).json")))
  }

  /// Runs a body on a copy of a model's folder in which one file is changed.
  static func withCopy(
    of name: String, changing file: String, _ change: (inout [UInt8]) -> Void,
    body: (String) throws -> Void
  ) throws {
    let copy = FileManager.default.temporaryDirectory.appendingPathComponent(
      "import-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: folder.appendingPathComponent(name), to: copy)
    defer { try? FileManager.default.removeItem(at: copy) }
    let target = copy.appendingPathComponent(file)
    var bytes = [UInt8](try Data(contentsOf: target))
    change(&bytes)
    try Data(bytes).write(to: target)
    try body(copy.path)
  }
}

extension TensorSource {
  private var rows: Int { shape.dropFirst().reduce(1, *) }

  /// All values, read in pieces of some rows.
  func values(rowsAtOnce: Int = 7) throws -> [Float] {
    let columns = shape[0]
    var values = [Float](repeating: .nan, count: rows * columns)
    try values.withUnsafeMutableBufferPointer { buffer in
      for start in stride(from: 0, to: rows, by: rowsAtOnce) {
        try read(
          rows: start..<min(rows, start + rowsAtOnce), into: buffer.baseAddress! + start * columns)
      }
    }
    return values
  }

  /// All values of the blocks that `copy` gives, by the kernels' decoder.
  func copiedValues(rowsAtOnce: Int = 5) throws -> [Float] {
    let columns = shape[0]
    let description = description(as: type)
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: description.byteCount, alignment: 64)
    defer { bytes.deallocate() }
    for start in stride(from: 0, to: rows, by: rowsAtOnce) {
      try copy(
        rows: start..<min(rows, start + rowsAtOnce),
        into: bytes.baseAddress! + start * description.rowBytes)
    }
    let matrix = Matrix(
      format: WeightFormat(type)!, weights: bytes.baseAddress!, rows: rows, columns: columns)
    var values = [Float](repeating: .nan, count: rows * columns)
    values.withUnsafeMutableBufferPointer { buffer in
      for row in 0..<rows { matrix.decodeRow(row, into: buffer.baseAddress! + row * columns) }
    }
    return values
  }
}

extension [Float] {
  /// FNV-1a of the values' bytes, zeros without sign.
  var fnv: String {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    for value in self {
      var bits = (value + 0).bitPattern
      for _ in 0..<4 {
        state = (state ^ UInt64(bits & 255)) &* 0x100_0000_01B3
        bits >>= 8
      }
    }
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Expects that no value is further from its exact one than a part of the largest.
func expectChanges(
  _ values: [Float], _ exact: [Float], atMost change: Double, _ name: String,
  location: SourceLocation = #_sourceLocation
) {
  let largest = exact.map(abs).max() ?? 0
  let difference = zip(values, exact).map { abs($0 - $1) }.max() ?? 0
  #expect(
    Double(difference) <= change * max(Double(largest), 0x1p-14) * 1.000_001,
    "\(name): \(difference) of \(largest)", sourceLocation: location)
}

/// Expects that a store of damaged files gives errors of one line, or sources that can be read.
func expectErrorsOrValues(_ open: () throws -> any WeightStore) {
  do {
    let store = try open()
    for name in store.names {
      do {
        let source = try store.source(named: name, as: "x")
        guard source.shape.map(Double.init).reduce(1, *) < 1_000_000 else { continue }
        _ = try source.values()
        _ = try source.copiedValues()
      } catch {
        #expect(error is QuantizationError || error is GGUFError, "\(error)")
        #expect(!"\(error)".contains("\n"))
      }
    }
  } catch {
    #expect(error is QuantizationError || error is GGUFError, "\(error)")
    #expect(!"\(error)".contains("\n"))
  }
}
