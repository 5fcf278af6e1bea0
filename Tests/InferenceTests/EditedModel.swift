import Foundation
import Kernels
import Phidelity

/// A fixture's model with some weights or keys changed.
struct EditedModel {
  let base: Model

  init(_ name: String) throws { base = try ModelGolden(name: name).model() }

  /// The embedded model.
  init(pocket name: String) throws {
    let root = (0..<3).reduce(URL(fileURLWithPath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }
    base = try Model(path: root.appendingPathComponent("models/\(name).gguf").path)
  }

  /// The model with a tensor in 32-bit floats, changed.
  func model(_ name: String, _ change: (UnsafeMutableBufferPointer<Float>) -> Void) throws -> Model
  {
    guard let tensor = base.file.tensor(named: name), let format = WeightFormat(tensor.type),
      let start = tensor.bytes.baseAddress
    else { throw ModelError("no \(name)") }
    let rows = tensor.shape.dropFirst().reduce(1, *)
    let matrix = Matrix(format: format, weights: start, rows: rows, columns: tensor.shape[0])
    let values = try Buffer<Float>(count: tensor.elementCount)
    for row in 0..<rows { matrix.decodeRow(row, into: values.pointer + row * tensor.shape[0]) }
    change(UnsafeMutableBufferPointer(start: values.pointer, count: values.count))
    let bytes = UnsafeRawBufferPointer(start: values.pointer, count: 4 * values.count)
    let view = TensorView(name: name, type: .f32, shape: tensor.shape, bytes: bytes)
    return try Model(base, replacing: [view], keeping: values)
  }

  /// The model with the bytes of a tensor changed.
  func model(bytes name: String, _ change: (UnsafeMutablePointer<UInt8>) -> Void) throws -> Model {
    guard let tensor = base.file.tensor(named: name) else { throw ModelError("no \(name)") }
    let copy = try Buffer<UInt8>(count: tensor.bytes.count)
    UnsafeMutableRawBufferPointer(start: copy.pointer, count: copy.count)
      .copyMemory(from: tensor.bytes)
    change(copy.pointer)
    let bytes = UnsafeRawBufferPointer(start: copy.pointer, count: copy.count)
    let view = TensorView(name: name, type: tensor.type, shape: tensor.shape, bytes: bytes)
    return try Model(base, replacing: [view], keeping: copy)
  }

  /// Opens a file with the model's tensors, more of them, and other metadata.
  func opened(
    adding tensors: [(name: String, values: [Float])] = [],
    _ change: (inout [(key: String, value: MetadataValue)]) -> Void = { _ in }
  ) throws -> Model {
    var metadata = base.file.metadata.entries
    change(&metadata)
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("edited-\(UUID().uuidString).gguf").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = try GGUFWriter(
      path: path, metadata: metadata,
      tensors: base.file.tensors.map {
        TensorDescription(name: $0.name, type: $0.type, shape: $0.shape)
      } + tensors.map { TensorDescription(name: $0.name, type: .f32, shape: [$0.values.count]) })
    for (index, tensor) in base.file.tensors.enumerated() {
      try writer.write(tensor.bytes, of: index, at: 0)
    }
    for (index, tensor) in tensors.enumerated() {
      try tensor.values.withUnsafeBytes {
        try writer.write($0, of: base.file.tensors.count + index, at: 0)
      }
    }
    try writer.commit()
    return try Model(path: path)
  }
}
